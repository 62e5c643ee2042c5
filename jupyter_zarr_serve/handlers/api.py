"""JSON for front ends: ``api/node/``, ``api/preview/`` and ``api/changes/``, each before a path."""

import re
from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.known_names import KERNELS, NOTEBOOKS
from ..core.limits import WATCH
from ..serve.request import CHANGES, IMAGE, LINE, NODE, ROWS, STATS
from .web.answering import AnsweringHandler

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
        form = self.get_query_argument("form", "")
        if form not in _OPTIONS:
            raise web.HTTPError(400, f"form: say which, one of {', '.join(_OPTIONS)}")
        await self.answer(self.node_request(form, self.details(*_OPTIONS[form])))

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
