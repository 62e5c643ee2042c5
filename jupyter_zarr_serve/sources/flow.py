"""How many bytes are on their way to clients; a slow client must not fill the memory with answers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Flow:
    """Counts the bytes of answers that are made but not sent yet; to be used in one event loop.

    Parameters
    ----------
    limit_bytes
        With so many on their way, nothing more is made.
    """

    def __init__(self, limit_bytes: int = 256 << 20) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_full(self) -> bool:
        """Whether nothing more may be made now."""
        return self._bytes >= self._limit

    @property
    def bytes(self) -> int:
        """How many bytes are on their way."""
        return self._bytes

    def on_room(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever there is room again."""
        self._listeners.append(listener)

    async def room(self) -> None:
        """Return as soon as there is room."""
        await self._room.wait()

    @contextmanager
    def sending(self, size: int) -> Iterator[None]:
        """Count an answer of `size` bytes as long as it is being sent."""
        self._bytes += size
        if self.is_full:
            self._room.clear()
        try:
            yield
        finally:
            was_full = self.is_full
            self._bytes -= size
            if was_full and not self.is_full:
                self._room.set()
                for listener in self._listeners:
                    listener()
