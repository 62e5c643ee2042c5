"""Many chunks of one connection: asked for at once, answered in the order in which they are ready."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from ...serve.request import Response
from ...sources.send_budget import SendBudget
from .protocol import Key, answer_parts

_AT_A_TIME = 16  # keys of one connection that the source is asked for
_FRAME = 1 << 18  # bytes of answers that are joined into one frame; a larger one has a frame of its own
_READY = 4 << 20  # bytes that may wait to be sent; then no more is made

Part = bytes | memoryview
Ask = Callable[[Key], Awaitable[Response]]
Send = Callable[[bytes], Awaitable[object]]


class _Wanted(NamedTuple):
    number: int
    place: int
    key: Key


class _Ready(NamedTuple):
    number: int
    parts: Sequence[Part]
    size: int


class Fetching:
    """The keys that one connection waits for.

    Parameters
    ----------
    ask
        Gives the response to a key; must not raise.
    send
        Sends a binary frame, and returns when it is on its way.
    budget
        Counts the bytes that are made and not sent yet.
    client
        Who takes them.
    end
        Ends the connection, if it takes them too slowly while others wait.
    """

    def __init__(
        self, ask: Ask, send: Send, budget: SendBudget, client: str, end: Callable[[], None]
    ) -> None:
        self._ask, self._send = ask, send
        self._budget, self._client, self._end = budget, client, end
        self._wanted: deque[_Wanted] = deque()
        self._ready: deque[_Ready] = deque()
        self._asking: dict[asyncio.Task[None], int] = {}
        self._sending: asyncio.Task[None] | None = None
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def waiting(self) -> int:
        """How many keys are waited for."""
        return len(self._wanted) + len(self._asking) + len(self._ready)

    def begin(self, number: int, keys: Sequence[Key]) -> None:
        """Have keys answered; their answers bear a number."""
        self._wanted.extend(_Wanted(number, index, key) for index, key in enumerate(keys))
        self._start()

    def cancel(self, number: int) -> None:
        """Answer no more of the keys of a number."""
        self._wanted = deque(one for one in self._wanted if one.number != number)
        self._ready = deque(one for one in self._ready if one.number != number)
        self._count_ready()
        for task, asked in list(self._asking.items()):
            if asked == number:
                task.cancel()

    def close(self) -> None:
        """Answer nothing any more."""
        self._wanted.clear()
        self._ready.clear()
        for task in [*self._asking, *([self._sending] if self._sending else [])]:
            task.cancel()

    def _start(self) -> None:
        """Begin with as many keys as may be asked for now."""
        while self._wanted and len(self._asking) < _AT_A_TIME and self._has_room.is_set():
            wanted = self._wanted.popleft()
            task = asyncio.create_task(self._answer(wanted))
            self._asking[task] = wanted.number
            task.add_done_callback(self._asked)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        del self._asking[task]
        if not task.cancelled():
            task.result()
        self._start()

    async def _answer(self, wanted: _Wanted) -> None:
        response = await self._ask(wanted.key)
        parts = answer_parts(wanted.number, wanted.place, response)
        self._ready.append(_Ready(wanted.number, parts, sum(map(len, parts))))
        self._count_ready()
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send what is ready, small answers together."""
        await asyncio.sleep(0)  # those that become ready in the same turn go together
        while self._ready:
            parts: list[Part] = []
            size = 0
            while self._ready and (not size or size + self._ready[0].size <= _FRAME):
                one = self._ready.popleft()
                parts += one.parts
                size += one.size
            with self._budget.sending(size, self._client, self._end):
                await self._send(b"".join(parts))
            self._count_ready()
            self._start()

    def _count_ready(self) -> None:
        if sum(one.size for one in self._ready) < _READY:
            self._has_room.set()
        else:
            self._has_room.clear()
