"""The Zarr stores: ``{base_url}zarr/v2/...`` and ``{base_url}zarr/v3/...``."""

import asyncio
import contextlib
from typing import Any, cast
from urllib.parse import unquote

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from ..core.request import JSON, LINKS, PAGE, Request, Response
from ..sources import Source
from ..sources.flow import Flow
from .base import ZarrServeHandler
from .metrics import count, in_flight, server_timing

_PATIENCE = 60.0  # seconds for any body, and more for one that is taken at
_SLOWEST = 10_000  # bytes a second
_COPY_BELOW = 1 << 16  # bytes; larger bodies are handed to the socket without joining buffers


class StoreHandler(ZarrServeHandler):
    """Answers for every node, document and chunk below the root of one Zarr format."""

    def initialize(self, source: Source, flow: Flow) -> None:
        """Take the source that answers, and what counts the bytes on their way."""
        self._source = source
        self._flow = flow
        self._asking: asyncio.Task[Any] | None = None
        self._has_gone = False

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, zarr_format: str, path: str | None) -> None:
        """A document, a chunk or a listing."""
        await self._answer(int(zarr_format))

    head = get

    async def _answer(self, zarr_format: int) -> None:
        request = self._request(zarr_format)
        with in_flight():
            response = self._source.at_once(request) or await self._ask(request)
        if response is None:
            return
        count(next(iter(request.path), ""), response)
        self.set_status(response.status)
        self._set_headers(response)
        with self._flow.sending(len(response.body), request.client), contextlib.suppress(StreamClosedError):
            await self._send(response.body)

    async def _ask(self, request: Request) -> Response | None:
        """The response, or None if the client goes away before."""
        self._asking = asyncio.current_task()
        try:
            return await self._source.ask(request)
        except asyncio.CancelledError:
            if self._asking is not None or not self._has_gone:
                raise
            cast("asyncio.Task[Any]", asyncio.current_task()).uncancel()
            return None
        finally:
            self._asking = None

    def on_connection_close(self) -> None:
        """Ask no more when the client has gone."""
        self._has_gone = True
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()

    def _request(self, zarr_format: int) -> Request:
        headers = self.request.headers
        return Request(
            zarr_format,
            self.scope.inside(segments(self.request.path, f"{self.scope.url}v{zarr_format}")),
            self.request.method or "GET",
            headers.get("If-None-Match"),
            headers.get("Range"),
            headers.get("If-Range"),
            self.request.path,
            self._listing_form(),
            client=self._client(),
        )

    def _client(self) -> str:
        """Who asks, as far as can be told; no secret can be told from it."""
        headers = self.request.headers
        return f"{self.request.remote_ip} {hash((headers.get('Authorization'), headers.get('User-Agent')))}"

    def _listing_form(self) -> str:
        if self.wants_page():
            return PAGE
        wants_json = "application/json" in self.request.headers.get("Accept", "")
        return JSON if wants_json else LINKS

    def _set_headers(self, response: Response) -> None:
        if response.status != 304:
            self.set_header("Content-Type", response.media_type)
            self.set_header("Content-Length", str(response.size))
        self.set_header("Accept-Ranges", "bytes")
        # A browser that keeps a part may get the whole when it asks for another one; pages take that for
        # the part (zarrita does).
        self.set_header("Cache-Control", f"private, {'no-store' if response.status == 206 else 'no-cache'}")
        if response.etag is not None:
            self.set_header("ETag", response.etag)
        if response.spent:
            self.set_header("Server-Timing", server_timing(response))
        for name, value in response.headers.items():
            self.set_header(name, value)

    async def _send(self, body: bytes) -> None:
        # Bodies that Tornado may still compress must go its own way.
        if len(body) < _COPY_BELOW or self.settings.get("compress_response"):
            await self.finish(bytes(body) or None)
            return
        connection = cast("HTTP1Connection", self.request.connection)
        try:
            async with asyncio.timeout(_PATIENCE + len(body) / _SLOWEST):
                await self.flush()
                await connection.write(cast("bytes", memoryview(body)))
                await self.finish()
        except TimeoutError:
            connection.close()
            self.log.warning("a client took too long for %s bytes; its connection was closed", len(body))


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
