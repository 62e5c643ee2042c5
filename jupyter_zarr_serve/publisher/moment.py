"""Copies of arrays in memory that other threads may write to meanwhile: each copy is of one moment.

NumPy writes a large array without the interpreter lock, so that a copy made meanwhile holds parts of two
values. Linux tells of each thread whether it waits, and how often it ran. So a copy counts if all other
threads waited before it, and none ran until it was done. It is made while this thread holds the lock, for
which a thread waits as soon as it has written. Where some thread computes all the time, a copy will do if
the array is still equal to it once that thread has gone on; where the system does not tell, if it is
equal at all. Then nothing is certain.
"""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..core.dtypes import Block

OWN = "zarr-serve"  # the name of threads that write to no array
_TASKS = Path("/proc/self/task")
_SECONDS = 0.5  # in which a copy should succeed
_AT_FIRST = 0.02  # of them, in which nothing but certainty will do
_UNTIL_CALM = 0.1  # of them, in which several arrays are copied only while nobody wants to go on
_HELD = 0.003  # in which nothing else runs Python, beside what a copy takes; longer and longer
_SHARE = 0.1  # of the time until then, by which it is longer
_PROGRESS = 100_000  # nanoseconds that a thread that computes should have gone on for
_MOST_SPREAD = 4 << 20  # elements that do not lie in one piece, which are copied slowly
_TURN = 100  # microseconds from one look to the next
_LOOK = 512  # bytes
_PLAIN = {1, 2, 4, 8}  # bytes of elements that are copied without giving the lock away wherever they lie
_WAITS = {b"S", b"D", b"T", b"Z", b"X", b"I"}  # the states of threads that do not run, and cannot just now

Turns = tuple[bytes, ...]


def copies_of(blocks: Sequence[Block]) -> tuple[list[Block], bool]:
    """Copies of arrays, and whether all of them are certainly of one moment.

    Several are copied, if it can be, while nobody wants to go on: so not between two lines that write one
    array after the other.

    Parameters
    ----------
    blocks
        Of any shapes; nothing is certain of objects, or of very many elements that do not lie in one piece.
    """
    if any(block.dtype.hasobject for block in blocks):
        return [np.array(block, order="C") for block in blocks], False
    turned = [block.flags.f_contiguous and not block.flags.c_contiguous for block in blocks]
    plain = [block.T if is_turned else block for block, is_turned in zip(blocks, turned, strict=True)]
    made, is_certain = _copies(plain, is_calm=len(blocks) > 1)
    return [copy.T if is_turned else copy for copy, is_turned in zip(made, turned, strict=True)], is_certain


def _copies(blocks: Sequence[Block], *, is_calm: bool) -> tuple[list[Block], bool]:
    with _others() as threads:
        began = time.monotonic()
        took = spent = 0.0
        while True:
            held = _HELD + took + _SHARE * spent
            calm = _calm(threads) if threads is not None and is_calm and spent < _UNTIL_CALM else None
            before = None if threads is None else _at_rest(threads, held)
            if calm is None or before == calm:
                copying = time.monotonic()
                made = [_copied(block) for block in blocks]
                if before is not None and _turns(threads or []) == before:
                    return made, True
                took, spent = time.monotonic() - copying, time.monotonic() - began
                is_late = threads is None or spent > _AT_FIRST
                if spent > _SECONDS or (is_late and _are_equal_later(made, blocks, threads or [], held)):
                    return made, False
            spent = time.monotonic() - began
            time.sleep(_TURN / 1e6)


def _calm(threads: list[tuple[int, int]]) -> Turns:
    """How often each thread has run, before a time in which any might have gone on that waits for the lock.

    One that has written an array has given the lock away for that, and wants it back at once.
    """
    turns = _turns(threads)
    time.sleep(_TURN / 1e6)
    return turns


def _are_equal_later(
    made: Sequence[Block], blocks: Sequence[Block], threads: list[tuple[int, int]], held: float
) -> bool:
    """Whether arrays equal their copies once all threads that computed when it was made have gone on.

    Nothing else runs Python until that is known: a thread that waits to write again is no reason to wait.
    """
    ran = [(pair, _ran(pair)) for pair in threads if _state(pair[0]) not in _WAITS]
    until = time.monotonic() + held
    while ran and time.monotonic() < until:
        _system().usleep(_TURN)
        ran = [
            (pair, before)
            for pair, before in ran
            if _state(pair[0]) not in _WAITS and _ran(pair) < before + _PROGRESS
        ]
    return not ran and all(_is_equal(copy, block) for copy, block in zip(made, blocks, strict=True))


def _is_equal(made: Block, block: Block) -> bool:
    """Whether an array has the same bytes as its copy."""
    now = block if block.flags.c_contiguous else _copied(block)
    if sys.platform != "linux":
        return made.tobytes() == now.tobytes()
    return bool(_system().memcmp(made.ctypes.data, now.ctypes.data, now.nbytes) == 0)


def _ran(pair: tuple[int, int]) -> int:
    """The nanoseconds that a thread has run."""
    return int((_read(pair[1]).split() or [b"0"])[0])


def _copied(block: Block) -> Block:
    """A copy, made without giving the lock away if that does not take long."""
    size = block.dtype.itemsize
    is_spread = not block.flags.c_contiguous
    if not block.size or not size or (is_spread and (size not in _PLAIN or block.size > _MOST_SPREAD)):
        return np.array(block, order="C")
    bits = block.view(f"u{size}") if is_spread else block.reshape(-1).view(np.uint8)
    return np.frombuffer(bytearray(bits.data), block.dtype).reshape(block.shape)


@contextmanager
def _others() -> Iterator[list[tuple[int, int]] | None]:
    """Descriptors of what tells the state and the turns of each other thread; None where nothing does."""
    opened: list[int] = []
    try:
        yield _open_all(opened) if sys.platform == "linux" else None
    finally:
        for file in opened:
            os.close(file)


def _open_all(opened: list[int]) -> list[tuple[int, int]] | None:
    own = {thread.native_id for thread in threading.enumerate() if thread.name == OWN}
    own.add(threading.get_native_id())
    found = []
    try:
        for task in _TASKS.iterdir():
            if int(task.name) in own:
                continue
            pair = []
            for told in ("stat", "schedstat"):
                opened.append(os.open(task / told, os.O_RDONLY | os.O_CLOEXEC))
                pair.append(opened[-1])
            found.append((pair[0], pair[1]))
    except (FileNotFoundError, ProcessLookupError):  # a thread ended, or nothing is told of them
        return None
    return found


def _at_rest(threads: list[tuple[int, int]], held: float) -> Turns | None:
    """How often each thread has run; None if one runs, or would like to, after some seconds.

    Nothing else runs Python meanwhile, so that a thread that has written waits.
    """
    until = time.monotonic() + held
    while True:
        turns = _turns(threads)
        if all(_state(stat) in _WAITS for stat, _ in threads):
            return turns
        if time.monotonic() > until:
            return None
        _system().usleep(_TURN)


def _turns(threads: list[tuple[int, int]]) -> Turns:
    return tuple(_read(turns) for _, turns in threads)


def _state(file: int) -> bytes:
    """The letter of a state, behind the name of the thread in brackets; of one that has ended, X."""
    told = _read(file)
    return told[told.rfind(b")") + 2 :][:1] or b"X"


def _read(file: int) -> bytes:
    """What a file of the system tells, without giving the interpreter lock away."""
    room = ctypes.create_string_buffer(_LOOK)
    size = _system().pread(file, room, _LOOK, 0)
    return room.raw[: max(0, size)]


@cache
def _system() -> Any:
    """The system's functions, called with the interpreter lock held."""
    system = ctypes.PyDLL(None)
    system.pread.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_long]
    system.pread.restype = ctypes.c_ssize_t
    system.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    return system
