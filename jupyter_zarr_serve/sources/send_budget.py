"""How many bytes are on their way to clients; a slow client must not fill the memory with answers.

When they are too many, nothing more is made, but for a few who have nothing on its way: they are not to
wait for others who take nothing. As long as anybody waits, the client with the most bytes loses the
answer that it has been taking for longest.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

AT_ONCE = 2 << 20  # bytes that are sent in one turn of the event loop
_GUESTS = 4  # answers to others at a time while the budget is full
_GRACE = 10.0  # seconds that any answer may take
_TICK = 1.0  # seconds


@dataclass(eq=False)
class _Sending:
    client: str
    since: float
    is_guest: bool
    end: Callable[[], None] | None


@dataclass
class _Waiting:
    """Who was told to wait, and what wakes those who do."""

    clients: set[str] = field(default_factory=set)
    wakers: list["asyncio.Future[None]"] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


class SendBudget:
    """Counts the bytes of answers that are made but not sent yet; to be used in one event loop.

    Parameters
    ----------
    limit_bytes
        With so many on their way, nothing more is made, but for a few newcomers.
    """

    def __init__(self, limit_bytes: int = 256 << 20) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._of: Counter[str] = Counter()
        self._sendings: dict[_Sending, None] = {}  # in the order of their beginning
        self._waiting = _Waiting()
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_full(self) -> bool:
        """Whether nothing more may be made now, but for newcomers."""
        return self._bytes >= self._limit

    def has_room_for(self, client: str) -> bool:
        """Whether something may be made for a client: one who takes nothing must not stop all others."""
        if not self.is_full:
            return True
        guests = sum(sending.is_guest for sending in self._sendings)
        if client not in self._of and guests < _GUESTS:
            return True
        self._waiting.clients.add(client)
        self._relieve_later()
        return False

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
            waker = asyncio.get_running_loop().create_future()
            self._waiting.wakers.append(waker)
            await waker

    @contextmanager
    def sending(self, size: int, client: str = "", end: Callable[[], None] | None = None) -> Iterator[None]:
        """Count an answer of `size` bytes to a client as long as it is being sent.

        Parameters
        ----------
        end
            Ends it, where others wait and it takes long.
        """
        sending = _Sending(client, _now(), self.is_full, end)
        self._bytes += size
        self._of[client] += size
        self._sendings[sending] = None
        try:
            yield
        finally:
            sending.end = None
            del self._sendings[sending]
            self._bytes -= size
            self._of[client] -= size
            if not self._of[client]:
                del self._of[client]
            self._tell(client)

    def _tell(self, client: str) -> None:
        """Tell those who wait that there is more room, if there is."""
        if self.is_full and client in self._of:
            return
        if not self.is_full and self._waiting.timer is not None:
            self._waiting.timer.cancel()
            self._waiting.timer = None
            self._waiting.clients.clear()
        wakers, self._waiting.wakers = self._waiting.wakers, []
        for waker in wakers:
            if not waker.done():
                waker.set_result(None)
        for listener in self._listeners:
            listener()

    def _relieve_later(self) -> None:
        if self._waiting.timer is None:
            loop = asyncio.get_running_loop()
            self._waiting.timer = loop.call_later(_TICK, self._relieve)

    def _relieve(self) -> None:
        """End the answer that the client with the most bytes has been taking for longest."""
        self._waiting.timer = None
        waiting, self._waiting.clients = self._waiting.clients, set()
        if not self.is_full:
            return
        (heaviest, _), *_ = self._of.most_common(1)
        if waiting - {heaviest}:
            self._waiting.clients = waiting
            self._relieve_later()
            oldest = next((sending for sending in self._sendings if sending.client == heaviest), None)
            if oldest is not None and oldest.end is not None and _now() - oldest.since >= _GRACE:
                oldest.end()


def _now() -> float:
    return asyncio.get_running_loop().time()
