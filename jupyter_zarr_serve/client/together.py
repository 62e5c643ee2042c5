"""Requests for small chunks, collected and sent to a kernel in one message."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from .reader import KeyRange, Reader
from .threads import in_thread

_MOST = 32  # requests in one message
_SMALL = 1 << 18  # bytes; larger chunks arrive sooner over several connections
_PATIENCE = 0.01  # seconds; if a kernel takes longer to answer, it gets the next message at once

Waiting = tuple[KeyRange, "asyncio.Future[bytes | None]"]


@dataclass
class _Turn:
    """The requests of one event loop."""

    waiting: list[Waiting] = field(default_factory=list)
    timer: asyncio.Handle | None = None  # sends what waits
    messages: int = 0  # without an answer yet


class Together:
    """Collects the requests of one turn of an event loop, and those that come before an answer.

    zarr-python requests ten chunks at a time, by its setting ``async.concurrency``, and one more for each
    that it has decoded.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._turns: dict[asyncio.AbstractEventLoop, _Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._size = 0.0  # bytes, the mean size of the last chunks

    async def get(self, key: str, byte_range: str | None) -> bytes | None:
        """See `Reader.get`."""
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(loop, _Turn())
        if turn.timer is None:
            if turn.messages and self._size <= _SMALL:
                turn.timer = loop.call_later(_PATIENCE, self._send, loop)
            else:
                turn.timer = loop.call_soon(self._send, loop)
        future: asyncio.Future[bytes | None] = loop.create_future()
        turn.waiting.append(((key, byte_range), future))
        return await future

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        turn = self._turns[loop]
        waiting, turn.waiting, turn.timer = turn.waiting, [], None
        step = _MOST if self._size <= _SMALL else 1
        for start in range(0, len(waiting), step):
            turn.messages += 1
            task = loop.create_task(self._answer(waiting[start : start + step]))
            self._tasks.add(task)  # the loop itself holds only a weak reference
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda _: self._answered(loop))

    def _answered(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send the requests that waited for the answer to a message."""
        turn = self._turns[loop]
        turn.messages -= 1
        if turn.timer is not None:
            turn.timer.cancel()
            self._send(loop)
        elif not turn.messages:
            del self._turns[loop]

    async def _answer(self, waiting: Sequence[Waiting]) -> None:
        found = await in_thread(self._reader.get_all, [key for key, _ in waiting])
        bodies = [body for body in found if isinstance(body, bytes | bytearray)]
        if bodies:
            self._size = sum(map(len, bodies)) / len(bodies)
        for (_, future), body in zip(waiting, found, strict=True):
            if future.done():  # it was cancelled
                continue
            if isinstance(body, Exception):
                future.set_exception(body)
            else:
                future.set_result(body)
