"""Notices on their way to one subscriber: what waits is merged, so that a slow one is told less, not late.

A frame of notices is followed by a ping, which every client answers by itself once it has read so far. The
next frame waits for that answer: only one is ever on its way.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from ...sources.live.state import Notice
from .protocol import notice_of

PAUSE = 0.1  # seconds from one notice of a path to the next
SLOW = 10.0  # seconds without a sign of having read the last one
GONE = 60.0

Send = Callable[[str], Awaitable[Any]]


class Outbox:
    """Sends notices to one subscriber, as fast as it takes them and no path more often than `PAUSE`.

    Parameters
    ----------
    send
        Sends text.
    ping
        Asks for a sign that all that was sent before is read; `read` is called then.
    end
        Called if none comes for `GONE` seconds.
    """

    def __init__(self, send: Send, ping: Callable[[], None], end: Callable[[], None]) -> None:
        self._send, self._ping, self._end = send, ping, end
        self._waiting: dict[str, Notice] = {}
        self._sent_at: dict[str, float] = {}
        self._is_all = False
        self._filled = asyncio.Event()
        self._read = asyncio.Event()
        self._read.set()
        self._task: asyncio.Task[None] | None = None

    def put(self, path: str, notice: Notice) -> None:
        """Send a notice soon, joined with what waits for the same path."""
        earlier = self._waiting.pop(path, None)
        self._waiting[path] = notice if earlier is None else notice.after(earlier)
        self._filled.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def forget(self, path: str) -> None:
        """Send no more of a path."""
        self._waiting.pop(path, None)
        self._sent_at.pop(path, None)

    def read(self) -> None:
        """Note that the subscriber has read all that was sent."""
        self._read.set()

    def close(self) -> None:
        """Send no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            await self._filled.wait()
            if not await self._has_read():
                self._end()
                return
            pause = self._pause(now())
            if pause > 0:
                await asyncio.sleep(pause)
                continue
            self._read.clear()
            await self._send(json.dumps(self._taken(now())))
            with suppress(Exception):
                self._ping()

    async def _has_read(self) -> bool:
        """Whether the subscriber has read the last frame; it is waited for, and what waits is given up."""
        for seconds in (SLOW, GONE - SLOW):
            try:
                async with asyncio.timeout(seconds):
                    await self._read.wait()
            except TimeoutError:
                self._is_all = True
                continue
            return True
        return False

    def _pause(self, now: float) -> float:
        """The seconds until something may be sent."""
        if self._is_all:
            return 0.0
        return min((self._sent_at.get(path, -PAUSE) + PAUSE - now for path in self._waiting), default=0.0)

    def _taken(self, now: float) -> dict[str, Any]:
        """The frame to send."""
        if self._is_all:
            seq = max((notice.seq for notice in self._waiting.values()), default=0)
            due, self._is_all = list(self._waiting), False
            frame: dict[str, Any] = {"type": "all", "seq": seq}
        else:
            due = [path for path in self._waiting if self._sent_at.get(path, -PAUSE) + PAUSE <= now]
            frame = {"type": "notices", "notices": [notice_of(path, self._waiting[path]) for path in due]}
        for path in due:
            del self._waiting[path]
            self._sent_at[path] = now
        if not self._waiting:
            self._filled.clear()
        return frame
