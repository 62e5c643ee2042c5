"""Turns: how many requests are with one kernel at a time, and how many may wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..core.errors import Unavailable
from .flow import Flow

_MOST_AT_A_TIME = 8
_MOST_WAITING = 512


class Turns:
    """Eight at a time; the others wait for their turn.

    Parameters
    ----------
    flow
        Nobody's turn comes while answers that are not sent yet fill it.

    Attributes
    ----------
    taken
        How many have or wait for a turn.
    """

    def __init__(self, flow: Flow) -> None:
        self.taken = 0
        self._flow = flow
        self._free = asyncio.Semaphore(_MOST_AT_A_TIME)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and keep it inside.

        Raises
        ------
        Unavailable
            When too many wait.
        """
        if self.taken >= _MOST_WAITING:
            raise Unavailable("too many requests wait for the kernel; retry in a moment")
        self.taken += 1
        try:
            async with self._free:
                await self._flow.room()
                yield
        finally:
            self.taken -= 1
