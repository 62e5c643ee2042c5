"""The other threads of this process, as Linux tells of them; meanwhile none of them runs Python.

Whatever is asked of the system here is asked without giving the interpreter lock away. How a thread waits
for that lock is learnt from one that does.
"""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

OWN = "zarr-serve"  # the name of threads that write to no array
_TASKS = Path("/proc/self/task")
_LOOK = 512  # bytes
_WAITS = {b"S", b"D", b"T", b"Z", b"X", b"I"}  # the states of threads that do not run, and cannot just now
_NEAR = 16  # bytes between the addresses at which threads wait for one lock
_LEARNING = 0.05  # seconds
_PAUSE = 100  # microseconds
_NOT_TOLD = -1  # a descriptor of nothing

Turns = tuple[bytes, ...]


class Thread(NamedTuple):
    """Descriptors of what tells a thread's state, its turns, and the call of the system that it is in."""

    state: int
    turns: int
    call: int

    @property
    def is_at_rest(self) -> bool:
        """Whether it does not run, and cannot just now."""
        told = _read(self.state)
        return (told[told.rfind(b")") + 2 :][:1] or b"X") in _WAITS  # behind its name in brackets; X: ended

    @property
    def ran(self) -> int:
        """The nanoseconds that it has run."""
        return int((_read(self.turns).split() or [b"0"])[0])

    @property
    def wants_lock(self) -> bool:
        """Whether it waits for the interpreter lock, as far as is told."""
        lock, call = _lock_call(), _call(self.call)
        if lock is None or call is None:
            return False
        return lock[0] == call[0] and abs(lock[1] - call[1]) <= _NEAR


def turns_of(threads: list[Thread]) -> Turns:
    """How often each thread has run."""
    return tuple(_read(thread.turns) for thread in threads)


@contextmanager
def others(*, with_calls: bool) -> Iterator[list[Thread] | None]:
    """All other threads but our own; None where the system tells nothing of them.

    Parameters
    ----------
    with_calls
        Whether `Thread.wants_lock` will be asked for.
    """
    opened: list[int] = []
    try:
        yield _open_all(opened, with_calls=with_calls) if sys.platform == "linux" else None
    finally:
        for file in opened:
            os.close(file)


@cache
def system() -> Any:
    """The system's functions, called with the interpreter lock held."""
    system = ctypes.PyDLL(None)
    system.pread.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_long]
    system.pread.restype = ctypes.c_ssize_t
    system.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    return system


def _open_all(opened: list[int], *, with_calls: bool) -> list[Thread] | None:
    if with_calls:
        _lock_call()  # before they are looked at, as they go on while it is learnt
    own = {thread.native_id for thread in threading.enumerate() if thread.name == OWN}
    own.add(threading.get_native_id())
    found = []
    try:
        for task in _TASKS.iterdir():
            if int(task.name) in own:
                continue
            state, turns = (_opened(task / told, opened) for told in ("stat", "schedstat"))
            call = _opened(task / "syscall", opened, _NOT_TOLD) if with_calls else _NOT_TOLD
            found.append(Thread(state, turns, call))
    except OSError:  # a thread ended, or nothing is told of them
        return None
    return found


def _opened(path: Path, opened: list[int], default: int | None = None) -> int:
    try:
        opened.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        if default is None:
            raise
        return default
    return opened[-1]


@cache
def _lock_call() -> tuple[bytes, int] | None:
    """The call in which threads wait for the interpreter lock; None where that is not told."""
    learner = _Learner()
    learner.start()
    learner.runs.wait()
    opened: list[int] = []
    try:
        file = _opened(_TASKS / str(learner.native_id) / "syscall", opened)
        until = time.monotonic() + _LEARNING
        while time.monotonic() < until:
            system().usleep(_PAUSE)
            call = _call(file)
            if call is not None:
                return call
    except OSError:
        return None
    finally:
        learner.is_done = True
        learner.join()
        for file in opened:
            os.close(file)
    return None


class _Learner(threading.Thread):
    """Wants the interpreter lock all the time."""

    def __init__(self) -> None:
        super().__init__(name=OWN, daemon=True)
        self.is_done = False
        self.runs = threading.Event()

    def run(self) -> None:
        self.runs.set()
        while not self.is_done:
            pass


def _call(file: int) -> tuple[bytes, int] | None:
    """The number and the first argument of the call that a thread is in; None where it is in none."""
    number, _, rest = _read(file).partition(b" ")
    return (number, int(rest.split()[0], 16)) if rest and number != b"-1" else None


def _read(file: int) -> bytes:
    """What a file of the system tells."""
    room = ctypes.create_string_buffer(_LOOK)
    size = system().pread(file, room, _LOOK, 0)
    return room.raw[: max(0, size)]
