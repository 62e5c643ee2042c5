"""What is told of nodes to front ends: ``api/node/<path>`` and ``api/preview/<path>?form=...``."""

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..serve.request import IMAGE, LINE, NODE, ROWS, STATS
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
            400 when no form is given that exists.
        """
        form = self.get_query_argument("form", "")
        if form not in _OPTIONS:
            raise web.HTTPError(400, f"form: say which, one of {', '.join(_OPTIONS)}")
        await self.answer(self.node_request(form, self.details(*_OPTIONS[form])))

    head = get
