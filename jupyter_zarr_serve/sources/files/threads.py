"""Threads that never keep the process from ending.

Python waits at its end for the threads of its own pools. One that hangs, in a library or on a disk that
is gone, would keep a server for ever that was told to stop.
"""

import atexit
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread

_PATIENCE = 3.0  # seconds, at the end of the process
Work = Callable[[], None]


class Threads:
    """So many threads, which start with the first work and end after `close`.

    Parameters
    ----------
    count
        How many.
    name
        What their names begin with.
    """

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._threads: list[Thread] = []
        self._work: SimpleQueue[Work | None] = SimpleQueue()

    def submit(self, work: Work) -> None:
        """Do some work, which does not raise, in the next thread that is free."""
        if not self._threads:
            names = [f"{self._name}_{number}" for number in range(self._count)]
            self._threads = [Thread(target=_run, args=(self._work,), name=n, daemon=True) for n in names]
            for thread in self._threads:
                thread.start()
        self._work.put(work)

    def close(self) -> None:
        """Let each thread end after what it does; at its end, the process gives it a moment for that."""
        for _ in self._threads:
            self._work.put(None)
        if self._threads:
            atexit.register(partial(_join, self._threads))
        self._threads = []


def _run(queue: "SimpleQueue[Work | None]") -> None:
    while (work := queue.get()) is not None:
        work()
        del work


def _join(threads: list[Thread]) -> None:
    until = time.monotonic() + _PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
