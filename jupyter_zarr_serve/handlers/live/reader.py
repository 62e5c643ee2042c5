"""What one connection may read: each path is checked, and asked for, as by HTTP."""

import asyncio
import re
from collections.abc import Sequence

from ...core.errors import Forbidden, ServeError, Unreadable
from ...core.known_names import OF_KERNELS, SHARES
from ...serve.request import JSON, Request, Response, existence_of, refusal
from ...serve.together import together
from ...sources import response_of
from ..web.answering import AnsweringHandler
from ..web.metrics import count, in_flight
from ..web.scope import parted, segments
from ..web.visitor import Whole
from .protocol import Key

_ADDRESS = re.compile(r"v([23])(/[^?]*)?(\?preview=1)?")
_MAY_NOT = refusal(Forbidden("you may not read this; ask the owner of the server"))
_LISTED = Response(204, "", b"", 0)
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
        if path == (SHARES,):
            return _LISTED if await self._may_share() else _MAY_NOT
        return await self._asked(existence_of(path, client=self._client))

    async def response(self, key: Key) -> Response:
        """The response to a key."""
        request = self._request(key)
        if request is None:
            return refusal(Unreadable("a key is an address that begins with v2/ or v3/"))
        return await self._asked(request)

    async def together(self, keys: Sequence[Key]) -> tuple[Sequence[Response], bool] | None:
        """The responses to chunks of one array of a kernel, and whether they are of one moment.

        None for keys of anything else, or if the kernel cannot give them so.
        """
        requests = [request for key in keys if (request := self._request(key)) is not None]
        if len(requests) < len(keys) or not all(map(_is_of_kernel, requests)):
            return None
        request = together(requests)
        if request is None or not await self._may_read([one.path for one in requests]):
            return None
        response = await self._asked(request)
        for one in response.parts:
            count(parted(request.path)[1][0], one)
        return (response.parts, response.is_of_one_moment) if response.parts else None

    def _request(self, key: Key) -> Request | None:
        """The request for a key; None for what is none."""
        address = _ADDRESS.fullmatch(key.address)
        return address and Request(
            int(address[1]),
            self._scope.inside(segments(address[2] or "", "")),
            "GET",
            key.if_none_match,
            key.byte_range,
            location=f"{self._scope.url}v{address[1]}{address[2] or ''}",  # as by HTTP, which it may join
            form=JSON,
            preview=bool(address[3]),
            is_once=True,
            client=self._client,
            agent=self._agent,
        )

    async def _may_read(self, paths: Sequence[tuple[str, ...]]) -> bool:
        async with self._authorizing:  # the authorizer sees one path at a time
            return all([await self._handler.may(path) for path in paths])

    async def _may_share(self) -> bool:
        """Whether the visitor may list share links, as by HTTP."""
        visitor = self._handler.visitor
        if visitor.is_by_link or visitor.is_reader:
            return False
        async with self._authorizing:
            return await self._handler.may((), "write")

    async def _asked(self, request: Request) -> Response:
        """The response to a request, if its path may be read; a failure of ours is one, too."""
        try:
            if not await self._may_read([request.path]):
                return _MAY_NOT
            with in_flight():
                response = await response_of(self._source, request)
        except ServeError as error:
            return refusal(error)
        except Exception:  # as Tornado does for what a handler raises
            self._handler.log.exception("a request over a live connection failed")
            return Response(500, "application/json", _BROKEN, len(_BROKEN))
        count(next(iter(request.path), ""), response)
        return response


def _is_of_kernel(request: Request) -> bool:
    names = parted(request.path)[1]
    return bool(names) and names[0] in OF_KERNELS
