"""Copies of arrays in memory that other threads may write to meanwhile: each copy is of one moment.

NumPy writes a large array without the interpreter lock, so that a copy made meanwhile holds parts of two
values. Linux tells of each thread whether it waits, and how often it ran. So a copy counts if all other
threads waited before it, and none ran until it was done. It is made while this thread holds the lock, for
which a thread waits as soon as it has written. Where some thread computes all the time, a copy will do if
the array is still equal to it once that thread has gone on; where the system does not tell, if it is
equal at all. Then nothing is certain.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np

from ..core.dtypes import Block
from .other_threads import Thread, Turns, others, system, turns_of

_SECONDS = 0.5  # in which a copy should succeed
_AT_FIRST = 0.02  # of them, in which nothing but certainty will do
_UNTIL_CALM = 0.1  # of them, in which several arrays are copied only while nobody wants to go on
_TRIES = 20  # to find such a moment, at least
_HELD = 0.003  # in which nothing else runs Python, beside what a copy takes; longer and longer
_SHARE = 0.1  # of the time until then, by which it is longer
_PROGRESS = 100_000  # nanoseconds that a thread that computes should have gone on for
_MOST_SPREAD = 4 << 20  # elements that do not lie in one piece, which are copied slowly
_TURN = 100  # microseconds from one look to the next
_PLAIN = {1, 2, 4, 8}  # bytes of elements that are copied without giving the lock away wherever they lie


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
    with others(with_calls=is_calm) as threads:
        began = time.monotonic()
        took, spent, tries = 0.0, 0.0, 0
        while True:
            held = _HELD + took + _SHARE * spent
            before = None if threads is None else _at_rest(threads, held)
            must_be_calm = is_calm and threads is not None and (spent < _UNTIL_CALM or tries < _TRIES)
            if not must_be_calm or (before is not None and not _is_lock_wanted(threads)):
                copying = time.monotonic()
                made = [_copied(block) for block in blocks]
                if before is not None and turns_of(threads or []) == before:
                    return made, True
                took, spent = time.monotonic() - copying, time.monotonic() - began
                is_late = threads is None or spent > _AT_FIRST
                if spent > _SECONDS or (is_late and _are_equal_later(made, blocks, threads or [], held)):
                    return made, False
            spent, tries = time.monotonic() - began, tries + 1
            time.sleep(_TURN / 1e6)


def _is_lock_wanted(threads: list[Thread] | None) -> bool:
    """Whether a thread waits to go on with Python, as does one that has given the lock away to write."""
    return any(thread.wants_lock for thread in threads or [])


def _are_equal_later(
    made: Sequence[Block], blocks: Sequence[Block], threads: list[Thread], held: float
) -> bool:
    """Whether arrays equal their copies once all threads that computed when it was made have gone on.

    Nothing else runs Python until that is known: a thread that waits to write again is no reason to wait.
    """
    ran = [(thread, thread.ran) for thread in threads if not thread.is_at_rest]
    until = time.monotonic() + held
    while ran and time.monotonic() < until:
        system().usleep(_TURN)
        ran = [
            (thread, before)
            for thread, before in ran
            if not thread.is_at_rest and thread.ran < before + _PROGRESS
        ]
    return not ran and all(_is_equal(copy, block) for copy, block in zip(made, blocks, strict=True))


def _is_equal(made: Block, block: Block) -> bool:
    """Whether an array has the same bytes as its copy."""
    now = block if block.flags.c_contiguous else _copied(block)
    if sys.platform != "linux":
        return made.tobytes() == now.tobytes()
    return bool(system().memcmp(made.ctypes.data, now.ctypes.data, now.nbytes) == 0)


def _copied(block: Block) -> Block:
    """A copy, made without giving the lock away if that does not take long."""
    size = block.dtype.itemsize
    is_spread = not block.flags.c_contiguous
    if not block.size or not size or (is_spread and (size not in _PLAIN or block.size > _MOST_SPREAD)):
        return np.array(block, order="C")
    bits = block.view(f"u{size}") if is_spread else block.reshape(-1).view(np.uint8)
    return np.frombuffer(bytearray(bits.data), block.dtype).reshape(block.shape)


def _at_rest(threads: list[Thread], held: float) -> Turns | None:
    """How often each thread has run; None if one runs, or would like to, after some seconds.

    Nothing else runs Python meanwhile, so that a thread that has written waits.
    """
    until = time.monotonic() + held
    while True:
        turns = turns_of(threads)
        if all(thread.is_at_rest for thread in threads):
            return turns
        if time.monotonic() > until:
            return None
        system().usleep(_TURN)
