"""Calls in parallel threads, such as requests to several servers, with one time limit for all."""

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

_MOST = 32  # threads
_STEP = 0.2  # seconds; on Windows, Ctrl-C interrupts only between two steps

A = TypeVar("A")
T = TypeVar("T")


def outcomes(
    ask: Callable[[A], T], arguments: Sequence[A], seconds: Callable[[], float]
) -> Iterator[tuple[A, T | Exception]]:
    """Call `ask` with each argument, in threads; yield each argument with its result or its exception.

    Results come in the order in which the calls end. A call that has not ended when the time is up is left
    out; its thread ends by itself, or with the program.

    Parameters
    ----------
    seconds
        Returns the time that is left. It is called repeatedly, so that the limit can be shortened.
    """
    left: SimpleQueue[A] = SimpleQueue()
    done: SimpleQueue[tuple[A, T | Exception]] = SimpleQueue()
    for argument in arguments:
        left.put(argument)

    def work() -> None:
        while True:
            try:
                argument = left.get_nowait()
            except Empty:
                return
            try:
                done.put((argument, ask(argument)))
            except Exception as error:  # noqa: BLE001 (the caller gets it)
                done.put((argument, error))

    for _ in range(min(_MOST, len(arguments))):
        Thread(target=work, name="zarr-search", daemon=True).start()
    missing = len(arguments)
    while missing:
        try:
            yield done.get(timeout=max(0.0, min(_STEP, seconds())))
            missing -= 1
        except Empty:
            if seconds() <= 0:
                return


class TimeLeft:
    """A time limit that counts down."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> float:
        """The seconds that are left; 0 when the time is up."""
        return max(0.0, self._until - time.monotonic())

    def cut(self, seconds: float) -> None:
        """Shorten the time that is left to at most `seconds`."""
        self._until = min(self._until, time.monotonic() + seconds)
