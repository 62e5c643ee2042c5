"""Threads that read; unlike those of asyncio, they do not delay the end of the program."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import cache
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, ParamSpec, TypeVar

_MOST = 16  # as many as there may be idle connections
P = ParamSpec("P")
T = TypeVar("T")
Task = tuple[Future[Any], Callable[[], Any]]


class Readers(Executor):
    """An executor with at most `most` threads, which end with the program."""

    def __init__(self, most: int) -> None:
        self._left, self._idle = Semaphore(most), Semaphore(0)
        self._tasks: SimpleQueue[Task] = SimpleQueue()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `concurrent.futures.Executor`."""
        future: Future[T] = Future()
        self._tasks.put((future, lambda: fn(*args, **kwargs)))
        if not self._idle.acquire(blocking=False) and self._left.acquire(blocking=False):
            Thread(target=self._work, name="zarr-open", daemon=True).start()
        return future

    def _work(self) -> None:
        while True:
            future, task = self._tasks.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(task())
                except BaseException as error:  # noqa: BLE001 (the future holds it)
                    future.set_exception(error)
            del future, task
            self._idle.release()


@cache
def _readers(process: int) -> Readers:  # noqa: ARG001 (a forked process has no threads)
    return Readers(_MOST)


async def in_thread(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that runs in one of the threads."""
    pending = _readers(os.getpid()).submit(read, *args, **kwargs)
    return await asyncio.wrap_future(pending)
