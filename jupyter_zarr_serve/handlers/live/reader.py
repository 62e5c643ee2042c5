"""What one connection may read: each path is checked, and asked for, as by HTTP."""

import asyncio
import re

from ...core.errors import Forbidden, ServeError, Unreadable
from ...serve.request import JSON, Request, Response, existence_of, refusal
from ...sources import response_of
from ..web.answering import AnsweringHandler, segments
from ..web.metrics import count, in_flight
from ..web.visitor import Whole
from .protocol import Key

_ADDRESS = re.compile(r"v([23])(/[^?]*)?(\?preview=1)?")
_BROKEN = b'{"message": "it failed; please report what the server logs", "reason": "InternalServerError"}'


class Reader:
    """Asks for what the visitor of a connection may read.

    Parameters
    ----------
    handler
        That of the connection, with its visitor.
    whole
        The source.
    """

    def __init__(self, handler: AnsweringHandler, whole: Whole) -> None:
        self._handler = handler
        self._source = whole.reached_by(handler.visitor)
        self._scope = handler.scope
        self._client = handler.client()
        self._agent = handler.request.headers.get("User-Agent", "")
        self._authorizing = asyncio.Lock()

    @property
    def within(self) -> int:
        """The number of names at the beginning of each path that no link may lead out of."""
        return len(self._scope.path)

    def place(self, path: str) -> tuple[str, ...]:
        """The path in the whole tree of a path as the client spells it."""
        names = self._scope.inside(segments(f"/{path}", ""))
        return names[:-1] if names[-1:] == ("",) else names

    async def existence(self, path: tuple[str, ...]) -> Response:
        """Whether something is at a path in the whole tree, and may be read: else a failure."""
        return await self._asked(existence_of(path, client=self._client))

    async def response(self, key: Key) -> Response:
        """The response to a key."""
        address = _ADDRESS.fullmatch(key.address)
        if address is None:
            return refusal(Unreadable("a key is an address that begins with v2/ or v3/"))
        request = Request(
            int(address[1]),
            self._scope.inside(segments(address[2] or "", "")),
            "GET",
            key.if_none_match,
            key.byte_range,
            location=f"/{key.address}",
            form=JSON,
            preview=bool(address[3]),
            client=self._client,
            agent=self._agent,
        )
        return await self._asked(request)

    async def _asked(self, request: Request) -> Response:
        """The response to a request, if its path may be read; a failure of ours is one, too."""
        try:
            async with self._authorizing:  # the authorizer sees one path at a time
                may_read = await self._handler.may_read(request.path)
            if not may_read:
                return refusal(Forbidden("you may not read this; ask the owner of the server"))
            with in_flight():
                response = await response_of(self._source, request)
        except ServeError as error:
            return refusal(error)
        except Exception:  # as Tornado does for what a handler raises
            self._handler.log.exception("a request over a live connection failed")
            return Response(500, "application/json", _BROKEN, len(_BROKEN))
        count(next(iter(request.path), ""), response)
        return response
