"""The way in for people, and an honest answer for every other address below ``zarr/``."""

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...serve.request import NODE
from ..web.base import ZarrServeHandler
from ..web.render import root_from
from ..web.visits import send_to
from .browsing import BrowsingHandler

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Index of {path}</title></head>
<body><h1>Zarr on this Jupyter server</h1>
<ul>
<li><a href="v3/">v3/</a></li>
<li><a href="v2/">v2/</a></li>
</ul></body></html>
"""


class IndexHandler(BrowsingHandler):
    """``{base_url}zarr/``: what there is for people, links to both stores for programs."""

    prefix = ""

    @property
    def asked_path(self) -> tuple[str, ...] | None:  # type: ignore[override]
        """The root, which people are shown; programs get two links and no data."""
        return super().asked_path if self.wants_page() else None

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self) -> None:
        """The page."""
        if self.wants_page():
            await self.browse(self.node_request(NODE), 3)
            return
        if not self.request.path.endswith("/"):  # clients resolve links in two ways below such an address
            query = f"?{self.request.query}" if self.request.query else ""
            send_to(self, f"{root_from(self.request.path, self.scope.url)}{query}")
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        await self.finish(_PAGE.format(path="/" if self.scope.path else self.request.path))

    head = get


class NowhereHandler(ZarrServeHandler):
    """Any other address below ``zarr/``, or below a link; every one where the settings cannot be right."""

    asked_path = None

    def initialize(self, fault: str = "") -> None:
        """Take what is wrong with the settings; "" for nothing."""
        self._fault = fault

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, *args: Any) -> None:
        """Say what exists here.

        Raises
        ------
        HTTPError
            404, or 422 where the settings cannot be right.
        """
        if self._fault:
            raise web.HTTPError(422, f"this server serves no Zarr: {self._fault}")
        stores = "v2/ and v3/ below the link" if self.scope.path else "zarr/v2/ and zarr/v3/"
        raise web.HTTPError(404, f"nothing is served here; the stores are {stores}")

    head = get
