"""Asking several servers at once, and no longer than some time for all of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

_MOST = 32  # threads
_STEP = 0.2  # seconds; on Windows, Ctrl-C is heard between two steps

A = TypeVar("A")
T = TypeVar("T")


def outcomes(
    ask: Callable[[A], T], asked: Sequence[A], seconds: Callable[[], float]
) -> Iterator[tuple[A, T | Exception]]:
    """What each of those asked gives or raises, in the order in which they answer.

    Who has not answered when the time is up is left out: its thread ends by itself, or with the program.

    Parameters
    ----------
    seconds
        The time that is left; it is asked for again and again, so it may end sooner than it was to.
    """
    left: SimpleQueue[A] = SimpleQueue()
    done: SimpleQueue[tuple[A, T | Exception]] = SimpleQueue()
    for one in asked:
        left.put(one)

    def work() -> None:
        while True:
            try:
                one = left.get_nowait()
            except Empty:
                return
            try:
                done.put((one, ask(one)))
            except Exception as error:  # noqa: BLE001 (whoever asked gets it)
                done.put((one, error))

    for _ in range(min(_MOST, len(asked))):
        Thread(target=work, name="zarr-look", daemon=True).start()
    missing = len(asked)
    while missing:
        try:
            yield done.get(timeout=max(0.0, min(_STEP, seconds())))
            missing -= 1
        except Empty:
            if seconds() <= 0:
                return


class TimeLeft:
    """Seconds that run down."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> float:
        """The seconds that are left; 0 when there are none."""
        return max(0.0, self._until - time.monotonic())

    def cut(self, seconds: float) -> None:
        """Leave no more than some seconds."""
        self._until = min(self._until, time.monotonic() + seconds)
