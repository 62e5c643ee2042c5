"""What HDF5 reads a file through: our own file object rather than HDF5's.

In one process, HDF5 opens a file once, for all who want it: our open file would keep others in the
process (h5py, jupyterlab-h5web) from opening it with another locking or for writing. Nor does HDF5 lock
what it reads through a file object.
"""

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py

from ...core.errors import Unreadable
from ...core.strided import ReadAt
from ..files import is_local, open_binary, open_with_name
from .places import Places

_METADATA = 1 << 16  # bytes of the longest message of an object, and of most of what HDF5 reads at once
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SWMR = 4  # of the flags of a superblock
_HEAP = b"GCOL\x01\0\0\0"  # how a heap of texts and other values of varying length starts


class _Bytes:
    """A file object with what h5py needs of one, on which no read is short.

    A short read would leave HDF5 with uninitialised memory.
    """

    def __init__(self, file: Any, limit_bytes: int) -> None:
        self._file = file
        self._base = 0
        self.places = Places(limit_bytes)

    def spell(self, width: int, base: int) -> None:
        """Take note of how many bytes addresses have and where they count from."""
        self._base, self.places = base, replace(self.places, width=width)

    def _is_heap(self, address: int) -> bool:
        at = self._file.tell()
        self._file.seek(self._base + address)
        start = self._file.read(4)
        self._file.seek(at)
        return bool(start == _HEAP[:4])

    def __del__(self) -> None:
        self._file.close()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def read(self, length: int) -> bytes:
        data = bytearray(length)
        self.readinto(data)
        return bytes(data)

    def readinto(self, buffer: Any) -> int:
        view, done = memoryview(buffer).cast("B"), 0
        while done < len(view):
            count = self._file.readinto(view[done:])
            if not count:
                raise _ended(self._file.tell(), len(view) - done)
            done += count
        if view[:8] == _HEAP:
            _refuse_endless(view)
        elif len(view) <= _METADATA:
            self.places.refuse_long(view, self._is_heap)
        return done

    def read_at(self, offset: int, length: int) -> bytes:
        """Read from a local file without moving its position, so that threads can read at once."""
        data = b""
        while len(data) < length:
            more = os.pread(self._file.fileno(), length - len(data), offset + len(data))
            if not more:
                raise _ended(offset + len(data), length - len(data))
            data = data + more if data else more
        return data


def open_hdf5(path: Path, limit_bytes: int) -> tuple[h5py.File, ReadAt | None]:
    """Open a file, and what reads its bytes past HDF5 (None where that takes turns anyway).

    Parameters
    ----------
    limit_bytes
        What texts that are read at once may take.

    Raises
    ------
    OSError
        If it is no HDF5 file, or a damaged one.
    """
    source = _Bytes(open_binary(path), limit_bytes)
    at_once = is_local(path) and hasattr(os, "pread")
    file = h5py.File(source, "r")
    width, base = file.id.get_create_plist().get_sizes()[0], file.userblock_size
    if (width, base) != (source.places.width, 0):
        file.close()  # what it has read already was not looked at
        source.spell(width, base)
        file = h5py.File(source, "r")
    return file, source.read_at if at_once else None


def open_growing(path: Path) -> h5py.File | None:
    """The file as its writer extends it; None if none does, in SWMR mode.

    HDF5 opens it itself, which a file object cannot do for this mode, by the descriptor that was opened.
    """
    if not is_local(path):
        return None
    file, name = open_with_name(path)
    with file:
        start = file.read(12)
        if len(start) < 12 or start[:8] != _SIGNATURE or start[8] < 3 or not start[11] & _SWMR:
            return None
        try:
            return h5py.File(name, "r", libver="latest", swmr=True, locking=False)
        except OSError:  # this process writes it: then all that was written is there
            return None


def _refuse_endless(heap: memoryview) -> None:
    """Refuse a heap with a free place of no size: HDF5 (2.0 and before) goes round there for ever.

    References
    ----------
    https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html (global heap)
    """
    at, end = 16, min(len(heap), int.from_bytes(heap[8:16], "little"))
    while at + 16 <= end:
        index, size = struct.unpack_from("<H6xQ", heap, at)
        if index == size == 0:
            raise Unreadable("values of varying length are damaged: a free place in their heap has no size")
        at += size if index == 0 else 16 + -(-size // 8) * 8


def _ended(at: int, missing: int) -> Unreadable:
    return Unreadable(
        f"ends at byte {at:,}, but data up to {at + missing:,} were expected; "
        "it is truncated, write it again"
    )
