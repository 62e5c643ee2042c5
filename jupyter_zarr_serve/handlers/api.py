"""JSON for front ends: what a node is and looks like, and code that opens it."""

import json
from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..serve.request import ICON, IMAGE, LINE, NODE, POINTS, ROWS, STATS, Response
from .pages.code import code_of
from .web.answering import AnsweringHandler
from .web.asking import MEMBERS, asking, told_by
from .web.base import ZarrServeHandler
from .web.framing import ticket_for
from .web.lasting import LastingHandler
from .web.render import quoted
from .web.table_query import axes_option, table_options

_OPTIONS = {
    LINE: ("start", "stop", "points"), STATS: (), IMAGE: (), ICON: (), ROWS: ("offset", "limit"),
    POINTS: ("points", "joined", "start", "stop"),
}  # fmt: skip


class NodeHandler(LastingHandler):
    """What a node is, and some of its members."""

    prefix = "api/node"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _: str | None) -> None:
        """The description, as JSON."""
        options = self.details("offset", "limit", "search", "sort")
        await self.answer(self.node_request(NODE, options))

    head = get


class PreviewHandler(LastingHandler):
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
        if form in {ROWS, POINTS, STATS}:
            options = (*options, *table_options(self))
        if form == POINTS:
            options = (*options, *axes_option(self))
        await self.answer(self.node_request(form, options))

    head = get


class FrameTicketHandler(ZarrServeHandler):
    """A ticket by which a page of this server, such as JupyterLab, frames our pages on a JupyterHub."""

    asked_path = None

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self) -> None:
        """The ticket, as JSON; a browser shows a page with it for a minute."""
        self.set_header("Cache-Control", "no-store")
        await self.finish({"ticket": ticket_for(self)})

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
