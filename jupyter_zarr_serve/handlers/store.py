"""The Zarr stores: ``{base_url}zarr/v2/...`` and ``{base_url}zarr/v3/...``."""

from dataclasses import replace
from typing import cast
from urllib.parse import unquote

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ..core import listing
from ..core.respond import Request, Response
from ..sources import Source
from .base import ZarrServeHandler

_COPY_BELOW = 1 << 16  # bytes; larger bodies are handed to the socket without joining buffers


class StoreHandler(ZarrServeHandler):
    """Answers for every node, document and chunk below the root of one Zarr format."""

    def initialize(self, source: Source) -> None:
        """Take the source that answers."""
        self._source = source

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, zarr_format: str, path: str | None) -> None:
        """A document, a chunk or a listing."""
        await self._answer(int(zarr_format))

    head = get

    async def _answer(self, zarr_format: int) -> None:
        response = await self._ask(self._request(zarr_format))
        self.set_status(response.status)
        self._set_headers(response)
        try:
            await self._send(response.body)
        except StreamClosedError:
            self.log.debug("a client went away before its answer was sent")

    async def _ask(self, request: Request) -> Response:
        """The answer; the whole of it where a part is wanted of what has changed (If-Range)."""
        response = await self._source.ask(request)
        known = self.request.headers.get("If-Range", response.etag)
        if response.status in {206, 416} and known != response.etag:
            return await self._source.ask(replace(request, byte_range=None))
        return response

    def _request(self, zarr_format: int) -> Request:
        headers = self.request.headers
        return Request(
            zarr_format,
            segments(self.request.path, self._prefix(zarr_format)),
            self.request.method or "GET",
            headers.get("If-None-Match"),
            headers.get("Range"),
            self.request.path,
            self._listing_form(),
        )

    def _prefix(self, zarr_format: int) -> str:
        return f"{self.base_url}zarr/v{zarr_format}"

    def _listing_form(self) -> str:
        if self.wants_page():
            return listing.PAGE
        wants_json = "application/json" in self.request.headers.get("Accept", "")
        return listing.JSON if wants_json else listing.LINKS

    def _set_headers(self, response: Response) -> None:
        if response.status != 304:
            self.set_header("Content-Type", response.media_type)
            self.set_header("Content-Length", str(response.size))
        self.set_header("Accept-Ranges", "bytes")
        # A browser that keeps a part may get the whole when it asks for another one; pages take that for
        # the part (zarrita does).
        self.set_header("Cache-Control", f"private, {'no-store' if response.status == 206 else 'no-cache'}")
        self.add_header("Vary", "Accept")
        if response.etag is not None:
            self.set_header("ETag", response.etag)
        for name, value in response.headers.items():
            self.set_header(name, value)

    async def _send(self, body: bytes) -> None:
        # Bodies that Tornado may still compress must go its own way.
        if len(body) < _COPY_BELOW or self.settings.get("compress_response"):
            await self.finish(bytes(body) or None)
            return
        await self.flush()
        assert self.request.connection is not None
        await self.request.connection.write(cast("bytes", memoryview(body)))
        await self.finish()


def segments(path: str, prefix: str) -> tuple[str, ...]:
    """The decoded segments of a raw URL path below a prefix; split first, so that %2F stays inside.

    Examples
    --------
    >>> segments("/zarr/v3/a%2Fb/c%20d/", "/zarr/v3")
    ('a/b', 'c d', '')
    """
    below = path[len(prefix) :].removeprefix("/")
    if not below:
        return ()
    return tuple(unquote(part, errors="surrogateescape") for part in below.split("/"))
