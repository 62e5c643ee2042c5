"""Memory that a worker and its server share, for bodies that are too large for their socket.

A body is copied into it, and out of it. A socket copies as often, but in parts, for each of which both
processes are woken and the system makes and frees a buffer.

A worker and its server share some as long as the worker lives. It answers one request at a time, and the
server has copied an answer before it asks the next, so there is room for one body.

References
----------
https://man7.org/linux/man-pages/man2/memfd_create.2.html
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import mmap

from .wire import FrameError, Raw

BODY_BYTES = 4 << 20  # of a worker's memory, of which the system provides what is used; chunks aim at 1 MiB
_LEAST = 1 << 14  # bytes; shorter bodies go with their header


@contextmanager
def shared(size: int) -> Iterator[tuple[int, mmap]]:
    """New memory for two processes: where it is mapped here, and a descriptor that is closed in the end.

    Raises
    ------
    OSError
        When there is no memory for it.
    """
    descriptor = os.memfd_create("zarr", os.MFD_CLOEXEC)
    try:
        os.ftruncate(descriptor, size)
        yield descriptor, mmap(descriptor, size)
    finally:
        os.close(descriptor)


def recycle() -> None:
    """Have the memory of bodies that were sent used for the next ones, where glibc provides it.

    Else glibc takes memory for each body from the system, which makes it page by page: a third of the
    processor time of a request. It keeps as much as twice the largest block that was ever freed.

    References
    ----------
    https://man7.org/linux/man-pages/man3/mallopt.3.html (M_MMAP_THRESHOLD)
    """
    bytes(BODY_BYTES)


def put(memory: mmap | None, body: Raw) -> bool:
    """Put a body into the memory; False if there is none, or the body is small, or too large for it."""
    if memory is None or not _LEAST <= len(body) <= len(memory):
        return False
    with memoryview(memory) as room:
        room[: len(body)] = body
    return True


def take(memory: mmap | None, size: int) -> bytes:
    """A copy of the body that a worker says to have put into the memory.

    Raises
    ------
    FrameError
        If it cannot have.
    """
    if memory is None or not 0 < size <= len(memory):
        raise FrameError(f"a worker tells of {size:,} bytes in a memory that has no room for them")
    return memory[:size]
