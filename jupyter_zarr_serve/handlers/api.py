"""JSON for front ends: what a node is and looks like, code that opens it, and whether it has changed."""

import json
import re
from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.known_names import KERNELS, NOTEBOOKS
from ..core.limits import WATCH
from ..serve.request import CHANGES, IMAGE, LINE, NODE, ROWS, STATS, Response
from .pages.code import code_of
from .web.answering import AnsweringHandler
from .web.asking import MEMBERS, asking, told_by
from .web.render import quoted
from .web.table_query import table_options

_OPTIONS = {LINE: ("start", "stop", "points"), STATS: (), IMAGE: (), ROWS: ("offset", "limit")}


class NodeHandler(AnsweringHandler):
    """What a node is, and some of its members."""

    prefix = "api/node"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """The description, as JSON."""
        options = self.details("offset", "limit", "search")
        await self.answer(self.node_request(NODE, options))

    head = get


class PreviewHandler(AnsweringHandler):
    """What the values of a node look like."""

    prefix = "api/preview"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """The preview, as JSON or PNG.

        Raises
        ------
        HTTPError
            400 if the form is unknown or missing.
        """
        form = self.form_among(_OPTIONS)
        options = self.details(*_OPTIONS[form])
        if form == ROWS:
            options = (*options, *table_options(self))
        await self.answer(self.node_request(form, options))

    head = get


class CodeHandler(AnsweringHandler):
    """Code that opens a node, of each client that can read it."""

    prefix = "api/code"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """Titles and code, as JSON, the one line of `open` first."""
        # The code is made of what a GET is told.
        described = self.node_request(NODE, (("limit", MEMBERS),))
        request = replace(described, method="GET", if_none_match=None)
        response = await self.response(request)
        if response is None or response.status != 200:
            return None if response is None else await self.send(response, request.client)
        names = request.path
        url = f"{self.origin}{self.scope.url}v3/{quoted(names)}".rstrip("/")
        code = await code_of(told_by(response), names, url, asking(self, request))
        body = json.dumps({"snippets": code}).encode()
        await self.send(Response(200, "application/json", body, len(body)), request.client)

    head = get


class ChangesHandler(AnsweringHandler):
    """Whether what a kernel publishes has changed: answered when it has, so that nobody need ask often."""

    prefix = "api/changes"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """A mark of what is published, another one after each change, as JSON; no names.

        Raises
        ------
        HTTPError
            400 if the path is not that of a kernel, or an option is wrong.
        """
        since = self.get_query_argument("since", "")
        if self.asked_path[:1] not in {(KERNELS,), (NOTEBOOKS,)}:
            raise web.HTTPError(400, f"changes are told of kernels: {KERNELS}/<id> or {NOTEBOOKS}/<path>")
        if not re.fullmatch(r"[0-9a-f]{0,64}", since):
            raise web.HTTPError(400, "since: must be a mark that was told before")
        wait = min(int(dict(self.details("wait")).get("wait", 0)), WATCH)
        request = self.node_request(CHANGES, (("since", since), ("wait", wait)))
        await self.answer(replace(request, method="GET", if_none_match=None))

    head = get
