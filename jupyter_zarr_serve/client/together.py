"""Small chunks that are asked for together, in one message to a kernel."""

import asyncio
from collections.abc import Sequence

from .reader import Asked, Reader
from .threads import in_thread

_MOST = 32  # questions of one message
_SMALL = 1 << 18  # bytes; larger chunks come sooner by several connections

Waiting = tuple[Asked, "asyncio.Future[bytes | None]"]


class Together:
    """Collects what is asked for in one turn of an event loop.

    zarr-python asks for ten chunks at a time, as its setting ``async.concurrency`` says.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._waiting: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._size = 0.0  # bytes of a chunk, the mean of those that came last

    async def get(self, key: str, byte_range: str | None) -> bytes | None:
        """See `Reader.get`."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting.setdefault(loop, [])
        if not waiting:
            loop.call_soon(self._send, loop)
        future: asyncio.Future[bytes | None] = loop.create_future()
        waiting.append(((key, byte_range), future))
        return await future

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting.pop(loop)
        step = _MOST if self._size <= _SMALL else 1
        for start in range(0, len(waiting), step):
            task = loop.create_task(self._answer(waiting[start : start + step]))
            self._tasks.add(task)  # a loop forgets tasks that nobody else knows
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, waiting: Sequence[Waiting]) -> None:
        found = await in_thread(self._reader.get_all, [asked for asked, _ in waiting])
        bodies = [body for body in found if isinstance(body, bytes | bytearray)]
        if bodies:
            self._size = sum(map(len, bodies)) / len(bodies)
        for (_, future), body in zip(waiting, found, strict=True):
            if future.done():  # it is wanted no more
                continue
            if isinstance(body, Exception):
                future.set_exception(body)
            else:
                future.set_result(body)
