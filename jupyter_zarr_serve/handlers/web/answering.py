"""The base of all handlers that ask the sources: one question, and the way of its answer to the client."""

import asyncio
from collections.abc import Awaitable, Collection
from typing import Any, cast
from urllib.parse import unquote

from jupyter_core.utils import ensure_async
from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from ...core import limits
from ...serve.request import Options, Request, Response
from ...sources.send_budget import AT_ONCE, SendBudget
from .auth import hub_auth
from .base import ZarrServeHandler
from .metrics import count, in_flight, server_timing
from .network import network_of
from .phrase import reason_of
from .sending import forget_frames, head_of, send
from .visitor import Whole

PATIENCE = 60.0  # seconds for any body, and more for one that is taken at
SLOWEST = 10_000  # bytes a second
_MOST_DIGITS = 19


class AnsweringHandler(ZarrServeHandler):
    """Asks the source, as long as the client is connected."""

    def initialize(self, source: Whole, budget: SendBudget) -> None:
        """Take the source that answers, and what counts the bytes on their way."""
        self._whole = source
        self._budget = budget
        self._asking: asyncio.Task[Any] | None = None
        self._has_gone = False
        self._unsent: memoryview | None = None
        self._other_path: tuple[str, ...] | None = None

    @property
    def prefix(self) -> str:
        """What precedes the path of the data in the URL, below the scope."""
        raise NotImplementedError

    @property
    def asked_path(self) -> tuple[str, ...]:
        """The path in the whole tree, as the source reads it."""
        if self._other_path is not None:
            return self._other_path
        return self.scope.inside(segments(self.request.path, f"{self.scope.url}{self.prefix}"))

    async def may_read(self, path: tuple[str, ...]) -> bool:
        """Whether the user may read another path in the whole tree, too."""
        self._other_path = path
        try:
            asked = self.authorizer.is_authorized(self, self.current_user, "read", "zarr")
            return bool(await ensure_async(asked))
        finally:
            self._other_path = None

    async def answer(self, request: Request) -> None:
        """Ask the source, and send its response."""
        response = await self.response(request)
        if response is not None:
            await self.send(response, request.client)

    async def response(self, request: Request) -> Response | None:
        """The response of the source; None if the client hangs up before."""
        with in_flight():
            asked = self._whole.reached_by(self.visitor).ask(request)
            response = asked if isinstance(asked, Response) else await self._later(asked)
        if response is not None:
            count(next(iter(request.path), ""), response)
        return response

    async def send(self, response: Response, client: str) -> None:
        """Send a response.

        Raises
        ------
        HTTPError
            500 if the body is not as long as it says: the client would wait for more, or take the
            rest for the next answer.
        """
        has_body = self.request.method != "HEAD" and response.status != 304
        body = response.body if has_body else b""
        if has_body and len(body) != response.size:
            raise web.HTTPError(500, "the answer is not as long as was told; please report this")
        self.set_status(response.status, reason_of(response, self.request))
        self._set_headers(response)
        with self._budget.sending(len(body), client, self._end):
            try:
                await self._send(body)
            except StreamClosedError as error:
                # The connection keeps it, and its traceback would keep the body and the connection.
                error.__traceback__ = error.__context__ = None
            finally:
                forget_frames(cast("HTTP1Connection", self.request.connection).stream)

    def _end(self) -> None:
        """Close the connection of a client who takes the answer slowly while others wait."""
        cast("HTTP1Connection", self.request.connection).close()

    def node_request(self, form: str, options: Options = ()) -> Request:
        """A request for a form of the node whose path the URL ends with."""
        names = self.asked_path
        return Request(
            3,
            names[:-1] if names[-1:] == ("",) else names,
            self.request.method or "GET",
            self.request.headers.get("If-None-Match"),
            location=self.request.path,
            form=form,
            options=options,
            client=self.client(),
            agent=self.request.headers.get("User-Agent", ""),
        )

    def names_in_scope(self, zarr_format: int) -> tuple[str, ...]:
        """The path, in the scope, of the node that the URL of a store leads to."""
        names = segments(self.request.path, f"{self.scope.url}v{zarr_format}")
        return names[:-1] if names[-1:] == ("",) else names

    def form_among(self, known: Collection[str]) -> str:
        """The form that the URL's query asks for; raises `HTTPError` 400 if it is unknown or missing."""
        form: str = self.get_query_argument("form", "")
        if form not in known:
            raise web.HTTPError(400, f"form: say which, one of {', '.join(known)}")
        return form

    def details(self, *names: str) -> Options:
        """The options of a form that the URL's query gives: numbers, and "search" as text.

        Raises
        ------
        HTTPError
            400 if a number is expected and something else is given, or if a text is too long.
        """
        given = [(name, self.get_query_argument(name, "")) for name in names]
        return tuple((name, self._detail(name, text)) for name, text in given if text)

    def _detail(self, name: str, text: str) -> int | str:
        if name == "search":
            if len(text) > limits.SEARCH:
                raise web.HTTPError(400, f"search: has more than {limits.SEARCH:,} characters")
            return text
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise web.HTTPError(400, f"{name}: must be a number of at most {_MOST_DIGITS} digits")
        return int(text)

    async def _later(self, asked: Awaitable[Response]) -> Response | None:
        """The response that is waited for; None if the client hangs up before."""
        self._asking = asyncio.current_task()
        try:
            return await asked
        except asyncio.CancelledError:
            if self._asking is not None or not self._has_gone:
                raise
            cast("asyncio.Task[Any]", asyncio.current_task()).uncancel()
            return None
        finally:
            self._asking = None

    def on_connection_close(self) -> None:
        """Stop asking when the client hangs up."""
        self._has_gone = True
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()

    def client(self) -> str:
        """Who asks: an address with a user or link; no other header of a request makes a new client."""
        is_owner = self.token_authenticated and hub_auth(self) is None  # who gets a new name each time
        user = "token" if is_owner else getattr(self.current_user, "username", "")
        return f"{network_of(self.request.remote_ip or '')} {user}"

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
        if self._transforms or hasattr(self, "_new_cookie"):  # Tornado may compress, and writes cookies
            return await self.finish(bytes(body) or None)
        self._unsent = memoryview(body)[:AT_ONCE]
        is_whole = len(body) <= AT_ONCE
        sending = self.finish() if is_whole else self.flush()
        if is_whole and sending.done():  # nearly always: without waiting, no timer is needed
            return sending.result()
        connection = cast("HTTP1Connection", self.request.connection)
        try:
            async with asyncio.timeout(PATIENCE + len(body) / SLOWEST):
                await sending
                for start in range(AT_ONCE, len(body), AT_ONCE):
                    await asyncio.sleep(0)  # a client that takes all at once must not keep others waiting
                    await connection.write(cast("bytes", memoryview(body)[start : start + AT_ONCE]))
                if not is_whole:
                    await self.finish()
        except TimeoutError:
            connection.close()
            self.log.warning("a client took too long for %s bytes; its connection was closed", len(body))

    def flush(self, include_footers: bool = False) -> "asyncio.Future[None]":
        """Tornado's, but the body that `_send` left goes out together with the head."""
        if self._unsent is None:
            return super().flush(include_footers)
        part, self._unsent = self._unsent, None
        self._headers_written = True
        head = head_of(self.request, self._status_code, self._reason, self._headers)
        return send(cast("HTTP1Connection", self.request.connection), head, part) or _done()


def _done() -> "asyncio.Future[None]":
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def segments(path: str, prefix: str) -> tuple[str, ...]:
    """The decoded segments of a raw URL path below a prefix; split first, so that %2F stays inside.

    A segment that is still encoded then was so twice, as zarrs does: no served name has a percent sign.
    Clients put a slash behind an address that ends in one. Nothing has an empty name, so several slashes
    mean one, and those at the end a listing: an empty last segment.

    Examples
    --------
    >>> segments("/zarr/v3/a%2Fb/c%20d/", "/zarr/v3"), segments("/%25E6%2597%25A5", "")
    (('a/b', 'c d', ''), ('日',))
    >>> segments("/zarr/v3//a///", "/zarr/v3")
    ('a', '')
    """
    *names, last = path[len(prefix) :].removeprefix("/").split("/")
    return tuple(map(_decoded, [*filter(None, names), *([last] if last or names else [])]))


def _decoded(part: str) -> str:
    once = unquote(part, errors="surrogateescape")
    return unquote(once, errors="surrogateescape") if "%" in once else once
