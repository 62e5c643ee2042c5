"""A source that is made when it is first asked, so that a server starts without what only data need."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from ..core.errors import Unavailable
from ..serve.request import Request, Response
from . import response_of
from .live.followable import Followable
from .live.state import Path, Stop, Told

S = TypeVar("S", bound=Followable)


class LazySource(Generic[S]):
    """Stands for the source that `make` gives.

    Parameters
    ----------
    make
        Called once, in a thread.

    Attributes
    ----------
    made
        The source; None until it is made.
    """

    def __init__(self, make: Callable[[], S]) -> None:
        self.made: S | None = None
        self._make = make
        self._making = asyncio.Lock()

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`."""
        return self._first(request) if self.made is None else self.made.ask(request)

    def follow(self, path: Path, within: int, told: Told) -> Stop:
        """See `Followable`; what nobody has asked for anything yet cannot be followed."""
        if self.made is None:
            raise Unavailable("the server is not ready yet; retry in a moment")
        return self.made.follow(path, within, told)

    async def _first(self, request: Request) -> Response:
        return await response_of(await self.prepare(), request)

    async def prepare(self) -> S:
        """The source, made unless it was already."""
        async with self._making:
            if self.made is None:
                self.made = await asyncio.to_thread(self._make)
            return self.made
