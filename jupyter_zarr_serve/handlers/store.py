"""The Zarr stores: ``{base_url}zarr/v2/...`` and ``{base_url}zarr/v3/...``."""

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.request import JSON, LINKS, PAGE, Request
from .browsing import BrowsingHandler


class StoreHandler(BrowsingHandler):
    """Answers for every node, document and chunk below the root of one Zarr format."""

    @property
    def prefix(self) -> str:
        """The name of the store."""
        return f"v{self.path_args[0]}"

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, zarr_format: str, path: str | None) -> None:
        """A document, a chunk or a listing."""
        await self._answer(int(zarr_format))

    head = get

    async def _answer(self, zarr_format: int) -> None:
        request = self._request(zarr_format)
        if request.listing == PAGE:
            await self.browse(request, zarr_format)
        else:
            await self.answer(request)

    def _request(self, zarr_format: int) -> Request:
        headers = self.request.headers
        return Request(
            zarr_format,
            self.asked_path,
            self.request.method or "GET",
            headers.get("If-None-Match"),
            headers.get("Range"),
            headers.get("If-Range"),
            self.request.path,
            self._listing_form(),
            preview=self.get_query_argument("preview", "") == "1",
            client=self.client(),
        )

    def _listing_form(self) -> str:
        if self.wants_page():
            return PAGE
        wants_json = "application/json" in self.request.headers.get("Accept", "")
        return JSON if wants_json else LINKS
