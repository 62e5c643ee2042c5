"""The live connection of one client: a WebSocket for notices and for many chunks at once.

Who may open it, and what may be read over it, is decided as for all else here. Browsers let any page open a
WebSocket, so an origin may do so only if its pages may read our answers, too.

References
----------
https://www.rfc-editor.org/rfc/rfc6455#section-10.2 (origins)
"""

import asyncio
import hmac
import json
from contextlib import suppress
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ...core import limits
from ...core.public_text import public
from ...sources.live.topics import Topics
from ...sources.send_budget import SendBudget
from ..web.answering import AnsweringHandler
from ..web.auth import hub_auth
from ..web.visitor import Whole
from .fetching import Fetching
from .outbox import Outbox
from .protocol import BadFrame, Message, hello, parsed
from .reader import Reader
from .sockets import Sockets
from .subscriptions import Subscriptions

_PINGS = 30.0  # seconds
_SEEN = b"seen"
_ENDED, _OLD = 4403, 4408  # of the codes that are for applications
_MOST_WRONG = 100  # frames of one connection


class LiveHandler(WebSocketHandler, AnsweringHandler):
    """Tells what changes, and sends many chunks at once."""

    prefix = "api/live"

    def initialize(  # type: ignore[override]
        self, source: Whole, budget: SendBudget, topics: Topics, sockets: Sockets
    ) -> None:
        """Take what all connections share."""
        super().initialize(source, budget)
        self._topics, self._sockets = topics, sockets
        self._outbox = Outbox(self._send, self._ask_for_sign, self.close)
        self._is_friend = False
        self._wrong = 0
        self._age: asyncio.TimerHandle | None = None

    @property
    def asked_path(self) -> tuple[str, ...] | None:  # type: ignore[override]
        """No data are asked for by opening it; each path is checked when it is asked for."""
        return self._other_path

    @property
    def ping_interval(self) -> float:
        """Seconds from one sign of life to the next, which proxies want to see."""
        return _PINGS

    @property
    def ping_timeout(self) -> float:
        """Seconds that an answer to it may take."""
        return _PINGS

    @property
    def max_message_size(self) -> int:
        """The most bytes of a frame of the client."""
        return limits.LIVE_FRAME

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, *_: Any) -> None:  # type: ignore[override]
        """Open the connection.

        Raises
        ------
        HTTPError
            400 if the client wants no WebSocket; 403 for a page of a foreign origin; 503 if there are too
            many connections.
        """
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise web.HTTPError(400, "this is a WebSocket: open it by an address with ws:// or wss://")
        if not self._is_from_friend():
            raise web.HTTPError(403, "pages of this origin may not read: see c.ZarrServeApp.allow_origins")
        self._is_friend = True
        self.who = self.client()
        if self._sockets.is_full_for(self.who):
            raise web.HTTPError(503, "too many live connections are open; close some")
        await WebSocketHandler.get(self)

    head = get

    def check_origin(self, origin: str = "") -> bool:
        """Jupyter's check, and Tornado's, which asks for what `get` has decided."""
        return self._is_friend or AnsweringHandler.check_origin(self)

    def _is_from_friend(self) -> bool:
        """Whether no page, or a page that may read our answers, opens the connection."""
        origin = self.request.headers.get("Origin")
        if origin is None:
            return True
        by_cookie = not self.visitor.is_by_link and not self.token_authenticated
        if origin.lower().partition("://")[2] == self.request.host:
            return not by_cookie or hub_auth(self) is None or self._has_xsrf_token()
        may_read = self._headers.get("Access-Control-Allow-Origin") in {origin, "*"}
        with_cookies = self._headers.get("Access-Control-Allow-Credentials") == "true"
        return may_read and (not by_cookie or with_cookies)

    def _has_xsrf_token(self) -> bool:
        """Whether the address holds the token that only a page of this very server knows.

        Servers of a hub may share one origin.
        """
        token = self.xsrf_token
        known = token if isinstance(token, bytes) else str(token).encode()
        return hmac.compare_digest(self.get_query_argument("_xsrf", "").encode(), known)

    async def open(self, *_: Any) -> None:
        """Begin."""
        self.set_nodelay(True)
        reader = Reader(self, self._whole)
        self._subscriptions = Subscriptions(self._topics, reader, self._say, self._outbox)
        self._fetching = Fetching(
            reader.response, self._send, self._budget, self.who, self.close, ask_together=reader.together
        )
        self._sockets.add(self)
        self._age = asyncio.get_running_loop().call_later(
            limits.LIVE_SECONDS, self.close, _OLD, "log in again"
        )
        await self._say(hello())

    async def on_message(self, message: str | bytes) -> None:
        """Do what the client wants; each frame is taken when the one before has been."""
        try:
            await self._take(parsed(message))
        except BadFrame as error:
            self._wrong += 1
            await self._say({"type": "error", "message": str(error)})
            if self._wrong >= _MOST_WRONG:
                self.close(1008, "too many wrong frames")

    def on_pong(self, data: bytes) -> None:
        """Note that the client has read what was sent."""
        if data == _SEEN:
            self._outbox.read()

    def on_close(self) -> None:
        """End all that the client wanted."""
        self._sockets.remove(self)
        if self._age is not None:
            self._age.cancel()
            self._fetching.close()
            self._subscriptions.close()
        self._outbox.close()

    @property
    def pass_of(self) -> str:
        """See `Connected`; a login is looked at again when the connection is opened anew."""
        return self.visitor.link.id if self.visitor.link is not None else ""

    async def may_stay(self) -> bool:
        """See `Connected`."""
        return await self._entrance.still_admits(self)

    def dismiss(self) -> None:
        """See `Connected`."""
        self.close(_ENDED, "this link is not valid any more")

    async def _take(self, message: Message) -> None:
        if message.kind == "subscribe":
            reason = self._subscriptions.add(message.paths, message.since)
            if reason:
                raise BadFrame(reason)
        elif message.kind == "unsubscribe":
            self._subscriptions.remove(message.paths)
        elif message.kind == "cancel":
            self._fetching.cancel(message.id)
            await self._say({"type": "cancelled", "id": message.id})
        elif self._fetching.waiting + len(message.keys) > limits.KEYS:
            await self._say(
                {
                    "type": "error",
                    "id": message.id,
                    "message": f"keys: at most {limits.KEYS:,} may wait; ask again when some are answered",
                }
            )
        else:
            self._fetching.begin(message.id, message.keys, is_together=message.is_together)

    async def _say(self, told: dict[str, Any]) -> None:
        if "message" in told:
            told = {**told, "message": public(str(told["message"]))}
        await self._send(json.dumps(told))

    def _ask_for_sign(self) -> None:
        self.ping(_SEEN)

    async def _send(self, message: str | bytes) -> None:
        """Send text or bytes; nothing if the client has gone."""
        with suppress(WebSocketClosedError):
            await self.write_message(message, binary=isinstance(message, bytes))
