"""The base of all handlers that ask the sources: one question, and the way of its answer to the client."""

import asyncio
from collections.abc import Awaitable, Collection
from functools import lru_cache
from typing import Any, TypeVar, cast

from jupyter_core.utils import ensure_async
from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from ...core import limits
from ...preview.called import SORTS
from ...serve.request import Options, Request, Response
from ...sources.send_budget import AT_ONCE, SendBudget
from .base import ZarrServeHandler
from .metrics import count, in_flight, server_timing
from .network import network_of
from .owner import name_of
from .phrase import reason_of
from .scope import segments
from .sending import forget_frames, head_of, send
from .visitor import Whole

PATIENCE = 60.0  # seconds for any body, and more for one that is taken at
SLOWEST = 10_000  # bytes a second
_MOST_DIGITS = 19
T = TypeVar("T")


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

    async def may(self, path: tuple[str, ...], action: str = "read") -> bool:
        """Whether the user may do something to another path in the whole tree, too."""
        self._other_path = path
        try:
            asked = self.authorizer.is_authorized(self, self.current_user, action, "zarr")
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
        response: Response | None
        asked = self._whole.reached_by(self.visitor).ask(request)
        if isinstance(asked, Response):
            response = asked
        else:
            with in_flight():
                response = await self._later(asked)
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
        try:
            sending = self._begin(body)
            if self._finished and sending.done():  # nearly always: nobody can see that it was on its way
                return sending.result()
            with self._budget.sending(len(body), client, self._end):
                await self._send_rest(sending, body)
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
        """The options of a form that the URL's query gives: numbers, and "search" and "sort".

        Raises
        ------
        HTTPError
            400 if something else is expected, or if a text is too long.
        """
        given = [(name, self.get_query_argument(name, "")) for name in names]
        return tuple((name, self._detail(name, text)) for name, text in given if text)

    def _detail(self, name: str, text: str) -> int | str:
        if name == "search":
            if len(text) > limits.SEARCH:
                raise web.HTTPError(400, f"search: has more than {limits.SEARCH:,} characters")
            return text
        if name == "sort":
            if text.removeprefix("-") not in SORTS:
                raise web.HTTPError(400, f"sort: must be one of {', '.join(SORTS)}, or begin with -")
            return text
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise web.HTTPError(400, f"{name}: must be a number of at most {_MOST_DIGITS} digits")
        return int(text)

    async def _later(self, asked: Awaitable[T]) -> T | None:
        """What is waited for; None if the client hangs up before."""
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
        return f"{network_of(self.request.remote_ip or '')} {name_of(self)}"

    def _set_headers(self, response: Response) -> None:
        headers = self._headers  # what is of our own making needs no check
        if response.status != 304:
            self.set_header("Content-Type", response.media_type)
            headers["Content-Length"] = str(int(response.size))
        headers["Accept-Ranges"] = "bytes"
        # A browser that keeps a part may get the whole when it asks for another one; pages take that for
        # the part (zarrita does).
        headers["Cache-Control"] = "private, no-store" if response.status == 206 else "private, no-cache"
        if response.etag is not None:
            self.set_header("ETag", response.etag)
        if response.spent:
            self.set_header("Server-Timing", server_timing(response))
        for name, value in response.headers.items():
            self.set_header(name, value)

    def _begin(self, body: bytes) -> "asyncio.Future[None]":
        """Send as much as is sent in one turn of the event loop."""
        if self._transforms or hasattr(self, "_new_cookie"):  # Tornado may compress, and writes cookies
            return self.finish(bytes(body) or None)
        self._unsent = memoryview(body)[:AT_ONCE]
        return self.finish() if len(body) <= AT_ONCE else self.flush()

    async def _send_rest(self, sending: "asyncio.Future[None]", body: bytes) -> None:
        connection = cast("HTTP1Connection", self.request.connection)
        try:
            async with asyncio.timeout(PATIENCE + len(body) / SLOWEST):
                await sending
                if self._finished:
                    return
                for start in range(AT_ONCE, len(body), AT_ONCE):
                    await asyncio.sleep(0)  # a client that takes all at once must not keep others waiting
                    await connection.write(cast("bytes", memoryview(body)[start : start + AT_ONCE]))
                await self.finish()
        except TimeoutError:
            connection.close()
            self.log.warning("a client took too long for %s bytes; its connection was closed", len(body))

    def flush(self, include_footers: bool = False) -> "asyncio.Future[None]":
        """Tornado's, but the body that `_begin` left goes out together with the head."""
        if self._unsent is None:
            return super().flush(include_footers)
        part, self._unsent = self._unsent, None
        self._headers_written = True
        head = head_of(self.request, self._status_code, self._reason, self._headers)
        sending = send(cast("HTTP1Connection", self.request.connection), head, part)
        return sending or _done(asyncio.get_running_loop())


@lru_cache(maxsize=1)
def _done(loop: asyncio.AbstractEventLoop) -> "asyncio.Future[None]":
    """What was sent at once."""
    future: asyncio.Future[None] = loop.create_future()
    future.set_result(None)
    return future
