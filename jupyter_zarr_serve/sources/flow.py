"""How many bytes are on their way to clients; a slow client must not fill the memory with answers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = 2 << 20  # bytes that are read, or sent, in one turn of the event loop


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
        self._of: Counter[str] = Counter()
        self._room = asyncio.Event()
        self._room.set()
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_full(self) -> bool:
        """Whether nothing more may be made now."""
        return self._bytes >= self._limit

    def has_room_for(self, client: str) -> bool:
        """Whether something may be made for a client: one who takes nothing must not stop all others."""
        return not self.is_full or client not in self._of

    @property
    def bytes(self) -> int:
        """How many bytes are on their way."""
        return self._bytes

    def on_room(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever there may be room again for somebody."""
        self._listeners.append(listener)

    async def room(self, client: str) -> None:
        """Return as soon as something may be made for a client."""
        while not self.has_room_for(client):
            await self._room.wait()

    @contextmanager
    def sending(self, size: int, client: str = "") -> Iterator[None]:
        """Count an answer of `size` bytes to a client as long as it is being sent."""
        self._bytes += size
        self._of[client] += size
        if self.is_full:
            self._room.clear()
        try:
            yield
        finally:
            self._bytes -= size
            self._of[client] -= size
            if not self._of[client]:
                del self._of[client]
            if not self.is_full:
                self._room.set()
            if self.has_room_for(client):
                for listener in self._listeners:
                    listener()
