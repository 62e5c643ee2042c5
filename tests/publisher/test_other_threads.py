"""What the system tells of other threads, while none of them runs Python."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest

from jupyter_zarr_serve.publisher import other_threads
from jupyter_zarr_serve.publisher.other_threads import Thread, others, system, turns_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system tells nothing of threads")


@contextmanager
def running(act: Callable[[threading.Event], object]):
    """A thread that does something until it is told to end, and its number."""
    done, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: (begun.set(), act(done)))
    thread.start()
    begun.wait()
    time.sleep(0.05)
    try:
        yield thread
    finally:
        done.set()
        thread.join()


def come_to_rest(threads: list[Thread]) -> None:
    """Let those that run come to the lock, which this thread holds meanwhile."""
    for _ in range(10_000):
        if all(thread.is_at_rest for thread in threads):
            return
        system().usleep(1000)
    raise AssertionError("some thread runs without the lock")


def spin(done: threading.Event) -> None:
    while not done.is_set():
        pass


def sleep(done: threading.Event) -> None:
    while not done.is_set():
        time.sleep(0.5)


def read(done: threading.Event) -> None:
    """Wait for one lock, and not for that of the interpreter."""
    done.wait()


@pytest.mark.parametrize(("act", "wanted"), [(spin, True), (sleep, False), (read, False)])
def test_threads_that_want_to_go_on_are_told_from_those_that_wait(act, wanted):
    with others(with_calls=True):  # what is learnt the first time takes a thread of its own
        time.sleep(0.05)
    with others(with_calls=True) as before:
        known = len(before or [])
    with running(act), others(with_calls=True) as threads:
        assert len(threads) == known + 1
        come_to_rest(threads)
        turns = turns_of(threads)
        assert any(thread.wants_lock for thread in threads) == wanted
        assert len(turns) == len(threads)


def test_where_calls_are_not_told_nobody_is_said_to_want_the_lock(monkeypatch):
    monkeypatch.setattr(other_threads, "_lock_call", lambda: None)
    with running(spin), others(with_calls=True) as threads:
        come_to_rest(threads)
        assert not any(thread.wants_lock for thread in threads)
