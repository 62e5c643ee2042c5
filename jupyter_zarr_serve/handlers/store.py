"""The Zarr stores: ``{base_url}zarr/v2/...`` and ``{base_url}zarr/v3/...``."""

import json
from dataclasses import replace

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.request import JSON, LINKS, NODE, PAGE, Request
from .answering import AnsweringHandler
from .pages import page


class StoreHandler(AnsweringHandler):
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
        if request.listing == PAGE and request.method == "HEAD":  # a page is made of what a GET is told
            request = replace(request, method="GET", byte_range=None)
        response = await self.response(request)
        if response is None:
            return
        if request.listing == PAGE and response.form == NODE and response.status == 200:
            body = page(json.loads(response.body), self._location())
            media_type = "text/html; charset=utf-8"
            response = replace(response, media_type=media_type, body=body, size=len(body), etag=None)
        await self.send(response, request.client)

    def _request(self, zarr_format: int) -> Request:
        headers = self.request.headers
        return Request(
            zarr_format,
            self.asked_path,
            self.request.method or "GET",
            headers.get("If-None-Match"),
            headers.get("Range"),
            headers.get("If-Range"),
            self._location(),
            self._listing_form(),
            preview=self.get_query_argument("preview", "") == "1",
            client=self.client(),
        )

    def _location(self) -> str:
        """The address in the title of a listing; people's pages show no token, GDAL wants all of it."""
        path = self.request.path
        return path.removeprefix(self.scope.url[:-1]) if self.scope.path and self.wants_page() else path

    def _listing_form(self) -> str:
        if self.wants_page():
            return PAGE
        wants_json = "application/json" in self.request.headers.get("Accept", "")
        return JSON if wants_json else LINKS
