"""Many chunks of one connection: asked for at once, answered in the order in which they are ready."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from ...serve.request import Response
from ...sources.send_budget import SendBudget
from .protocol import OF_ONE_MOMENT, Key, answer_parts

_AT_A_TIME = 16  # keys of one connection that the source is asked for
_FRAME = 1 << 18  # bytes of answers that are joined into one frame; a larger one has a frame of its own
_READY = 4 << 20  # bytes that may wait to be sent; then no more is made

Part = bytes | memoryview
Ask = Callable[[Key], Awaitable[Response]]
AskTogether = Callable[[Sequence[Key]], Awaitable[tuple[Sequence[Response], bool] | None]]
Send = Callable[[bytes], Awaitable[object]]


class _Wanted(NamedTuple):
    number: int
    place: int  # of the first key
    keys: Sequence[Key]
    is_together: bool = False


class _Ready(NamedTuple):
    number: int
    parts: Sequence[Part]
    size: int
    counted: ExitStack  # in the budget, until it is closed


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
    ask_together
        Gives the responses to several keys, and whether they are of one moment; None for keys that can only
        be asked for one by one. Must not raise.
    """

    def __init__(
        self, ask: Ask, send: Send, budget: SendBudget, client: str, end: Callable[[], None],
        *, ask_together: AskTogether | None = None,
    ) -> None:  # fmt: skip
        self._ask, self._ask_together, self._send = ask, ask_together, send
        self._budget, self._client, self._end = budget, client, end
        self._wanted: deque[_Wanted] = deque()
        self._ready: deque[_Ready] = deque()
        self._asking: dict[asyncio.Task[None], _Wanted] = {}
        self._sending: asyncio.Task[None] | None = None
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def waiting(self) -> int:
        """How many keys are waited for."""
        under_way = [*self._wanted, *self._asking.values()]
        return sum(len(one.keys) for one in under_way) + len(self._ready)

    def begin(self, number: int, keys: Sequence[Key], *, is_together: bool = False) -> None:
        """Have keys answered, of one moment if that is wanted and possible; their answers bear a number."""
        if is_together and keys:
            self._wanted.append(_Wanted(number, 0, keys, is_together=True))
        else:
            self._wanted.extend(_single(number, keys))
        self._start()

    def cancel(self, number: int) -> None:
        """Answer no more of the keys of a number."""
        self._wanted = deque(one for one in self._wanted if one.number != number)
        _forget(one for one in self._ready if one.number == number)
        self._ready = deque(one for one in self._ready if one.number != number)
        self._count_ready()
        for task, asked in list(self._asking.items()):
            if asked.number == number:
                task.cancel()

    def close(self) -> None:
        """Answer nothing any more."""
        self._wanted.clear()
        _forget(self._ready)
        self._ready.clear()
        for task in [*self._asking, *([self._sending] if self._sending else [])]:
            task.cancel()

    def _start(self) -> None:
        """Begin with as many keys as may be asked for now."""
        while self._wanted and len(self._asking) < _AT_A_TIME and self._has_room.is_set():
            wanted = self._wanted.popleft()
            task = asyncio.create_task(self._answer(wanted))
            self._asking[task] = wanted
            task.add_done_callback(self._asked)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        del self._asking[task]
        if not task.cancelled():
            task.result()
        self._start()

    async def _answer(self, wanted: _Wanted) -> None:
        told = None
        if wanted.is_together:
            told = await self._ask_together(wanted.keys) if self._ask_together else None
            if told is None:
                self._wanted.extendleft(reversed(_single(wanted.number, wanted.keys)))
                return
        responses, is_of_one_moment = told or ([await self._ask(wanted.keys[0])], False)
        for place, response in enumerate(responses, wanted.place):
            flags = OF_ONE_MOMENT if is_of_one_moment else 0
            parts = answer_parts(wanted.number, place, response, flags)
            size, counted = sum(map(len, parts)), ExitStack()
            counted.enter_context(self._budget.sending(size, self._client, self._end))
            self._ready.append(_Ready(wanted.number, parts, size, counted))
        self._count_ready()
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send what is ready, small answers together."""
        await asyncio.sleep(0)  # those that become ready in the same turn go together
        while self._ready:
            together = [self._ready.popleft()]
            size = together[0].size
            while self._ready and size + self._ready[0].size <= _FRAME:
                together.append(self._ready.popleft())
                size += together[-1].size
            try:
                await self._send(b"".join(part for one in together for part in one.parts))
            finally:
                _forget(together)
            self._count_ready()
            self._start()

    def _count_ready(self) -> None:
        if sum(one.size for one in self._ready) < _READY:
            self._has_room.set()
        else:
            self._has_room.clear()


def _single(number: int, keys: Sequence[Key]) -> list[_Wanted]:
    return [_Wanted(number, index, (key,)) for index, key in enumerate(keys)]


def _forget(answers: Iterable[_Ready]) -> None:
    """Count answers no more: they are sent, or nobody wants them."""
    for answer in answers:
        answer.counted.close()
