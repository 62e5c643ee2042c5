"""Work in several threads while there are processors to spare; whoever asks works along."""

import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from threading import BoundedSemaphore, Lock, Thread
from typing import TypeVar

from ...core.progress import counted

T = TypeVar("T")

_SPARE = BoundedSemaphore(max(1, min(4, os.cpu_count() or 1) - 1))  # in all, besides those who ask


def in_parallel(work: Callable[[T], None], items: Sequence[T]) -> None:
    """Do some work for each item.

    Raises
    ------
    Exception
        The first that `work` raises; what is not begun then is left.
    """
    left, lock = iter(items), Lock()
    failures: list[BaseException] = []

    def run() -> None:
        while not failures:
            with lock:
                item = next(left, None)
            if item is None:
                return
            try:
                work(item)
                step()
            except BaseException as error:  # noqa: BLE001 (raised again in the thread that asked)
                failures.append(error)

    with counted(len(items), "parts") as step:
        _run(run, is_worth=len(items) > 1)
    if failures:
        raise failures[0]


def _run(run: Callable[[], None], *, is_worth: bool) -> None:
    """Run something here and, if that is worth it, in another thread as well."""
    is_helped = is_worth and _SPARE.acquire(blocking=False)
    thread = Thread(target=copy_context().run, args=(_along, run), daemon=True) if is_helped else None
    if thread is not None:
        thread.start()
    run()
    if thread is not None:
        thread.join()


def _along(run: Callable[[], None]) -> None:
    try:
        run()
    finally:
        _SPARE.release()
