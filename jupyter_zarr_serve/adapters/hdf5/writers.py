"""HDF5 files that another program has open for writing.

In HDF5's SWMR mode (one writer, many readers) a file is whole at any time, for readers that follow the
protocol: they look at a dataset anew before they read it, and once more where they met a change half done.
Without it, a file is only whole when it is closed. What cannot be read until then is no damage.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_s_w_m_r_t_n.html
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (superblock, file consistency flags)
"""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar
from weakref import WeakValueDictionary

import h5py

from ...core.dtypes import Block
from ...core.errors import Unavailable, Unreadable
from ...core.grid import Region
from ...core.reading import Read

_LOCKS = Path("/proc/locks")  # kind, mode, ..., device:inode
_ATTEMPTS = 4
_FAILURES = (KeyError, OSError, RuntimeError, ValueError, Unreadable, zlib.error)

_DATASETS: "WeakValueDictionary[tuple[int, int], h5py.Dataset]" = WeakValueDictionary()
_LOOKING_UP = Lock()

Given = TypeVar("Given")
Made = TypeVar("Made")


def only_one(dataset: h5py.Dataset) -> h5py.Dataset:
    """The object that stands for a dataset in all of this process.

    HDF5 looks at a dataset anew only if nobody else has it open, too.
    """
    info = h5py.h5o.get_info(dataset.id)
    with _LOOKING_UP:
        return _DATASETS.setdefault((info.fileno, info.addr), dataset)


def is_growable(dataset: h5py.Dataset) -> bool:
    """Whether a writer in SWMR mode may extend the dataset, now or later."""
    if dataset.chunks is None or None not in dataset.maxshape:
        return False
    return bool(dataset.file.id.get_create_plist().get_version()[0] >= 3)


def followed(read: Read, dataset: h5py.Dataset) -> Read:
    """Reads a dataset that grows; what looks like damage may be a change that is half done."""

    def read_region(region: Region) -> Block:
        for attempt in range(_ATTEMPTS):
            try:
                return read(region)
            except _FAILURES as error:
                if attempt == _ATTEMPTS - 1:
                    message = f"{dataset.name}: changes as it is read ({error}); ask again"
                    raise Unavailable(message) from error
                dataset.refresh()
        raise AssertionError("the last attempt returns or raises")

    return read_region


@contextmanager
def blamed_on_writer(path: Path | None) -> Iterator[None]:
    """Tell that a file is being written, if that may be why it cannot be read.

    Raises
    ------
    Unavailable
        In place of what was raised inside, where another program has locked the file to write it.
    """
    try:
        yield
    except _FAILURES as error:
        if path is None or not _is_locked(path):
            raise
        raise Unavailable(
            f"{path.name}: another program has it open for writing, and it cannot be read before it is "
            "closed; close it, or write in SWMR mode"
        ) from error


def _is_locked(path: Path) -> bool:
    """Whether a program has locked a local file for itself, as HDF5 does that writes one."""
    try:
        status, locks = path.stat(), _LOCKS.read_text().splitlines()
    except OSError:
        return False
    device = status.st_dev
    place = f"{os.major(device):02x}:{os.minor(device):02x}:{status.st_ino}"
    return any("WRITE" in line and place in line.split() for line in locks)


def with_blame(make: Callable[[Given], Made], path: Path | None) -> Callable[[Given], Made]:
    """The same function, whose failures are `blamed_on_writer`."""

    def make_or_blame(given: Given) -> Made:
        with blamed_on_writer(path):
            return make(given)

    return make_or_blame
