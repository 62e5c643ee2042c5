"""The Zarr stores: ``{base_url}zarr/v2/...`` and ``{base_url}zarr/v3/...``."""

import asyncio
import json
from dataclasses import replace
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..core.known_names import DOCUMENT_KEYS
from ..serve.request import BINARY, JSON, LINKS, PAGE, Request
from .pages.browsing import BrowsingHandler
from .web.propfind import XML, Resource, endless, members, multistatus, seen_path

_SAFE = "/%:@!$&'()*+,;=~"  # of a URL path that a client has encoded already


class StoreHandler(BrowsingHandler):
    """Answers for every node, document and chunk below the root of one Zarr format."""

    SUPPORTED_METHODS = (*BrowsingHandler.SUPPORTED_METHODS, "PROPFIND")

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

    @web.authenticated
    @authorized("read", resource="zarr")
    async def propfind(self, zarr_format: str, path: str | None) -> None:
        """What there is at an address and directly below it, as a WebDAV client asks; see `propfind`."""
        depth = self.request.headers.get("Depth", "infinity")
        if depth not in {"0", "1"}:
            self.set_status(403, "only a Depth of 0 or 1 is answered; list each group for itself")
            self.set_header("Content-Type", XML)
            await self.finish(endless())
            return
        resources = await self._resources(int(zarr_format))
        if resources is not None:
            self.set_status(207)
            self.set_header("Content-Type", XML)
            self.set_header("Cache-Control", "private, no-cache")
            # Of a large folder it takes long.
            await self.finish(
                await asyncio.to_thread(multistatus, resources if depth == "1" else resources[:1])
            )

    async def _resources(self, zarr_format: int) -> list[Resource] | None:
        """What is found at the address; None where a failure was sent, or the client has gone."""
        path = self.asked_path
        is_document = bool(path) and path[-1] in DOCUMENT_KEYS
        whole = replace(
            self._request(zarr_format), method="GET", form=JSON,
            path=path if is_document or path[-1:] == ("",) else (*path, ""),
            byte_range=None, if_none_match=None, preview=False,
        )  # fmt: skip
        response = await self.response(whole)
        if response is None:
            return None
        if response.status >= 400:
            await self.send(response, whole.client)
            return None
        here = seen_path(quote(self.request.path, safe=_SAFE), self.request.headers)
        if is_document or response.media_type == BINARY:
            return [Resource(here.rstrip("/"), response.size, response.etag)]
        return members(here, json.loads(bytes(response.body))["members"])

    async def _answer(self, zarr_format: int) -> None:
        request = self._request(zarr_format)
        if request.form == PAGE:
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
            form=self._listing_form(),
            preview=bool(self.request.query) and self.get_query_argument("preview", "") == "1",
            client=self.client(),
            agent=self.request.headers.get("User-Agent", ""),
        )

    def _listing_form(self) -> str:
        if self.wants_page():
            return PAGE
        wants_json = "application/json" in self.request.headers.get("Accept", "")
        return JSON if wants_json else LINKS
