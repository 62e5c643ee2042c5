"""Whether a path still leads to the same unchanged file, told by its status alone."""

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..core.errors import failures_named
from ..readers.files import is_local, stamp_of, stamp_of_status
from ..readers.no_links import status_of

_MOUNTS = Path("/proc/self/mountinfo")
# File systems whose status calls wait for no other machine and no other process.
_NEAR = {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}


@dataclass(frozen=True)
class SameFile:
    """Tells whether a path still leads to a file as it was; see `core.nodes.Validator`.

    A folder on the way may have become a link to one outside, or a hidden one, with the same file in it;
    so it matters where the links lead to, too.

    Attributes
    ----------
    path
        As it was asked for.
    real
        Where its links led to.
    """

    path: Path
    real: Path
    stamp: str
    is_near: bool

    def __call__(self) -> bool:
        """Whether it does."""
        try:
            return _near(self.path) == (str(self.real), self.stamp) if self.is_near else self._is_same()
        except OSError:
            return False

    def _is_same(self) -> bool:
        with failures_named(self.path.name):
            is_there = not is_local(self.path) or os.path.realpath(self.path) == str(self.real)
            return is_there and stamp_of(self.real) == self.stamp


def same_file(path: Path, real: Path, stamp: str) -> SameFile | None:
    """What tells whether a path leads elsewhere or to another file; None where nothing does."""
    if is_local(real) and sys.platform in {"darwin", "win32"}:  # a flag may hide any folder on the way
        return None
    return SameFile(path, real, stamp, is_local(real) and _is_near(status_of(real).st_dev))


def _near(path: Path) -> tuple[str, str]:
    """Where a path leads to and the stamp of the file there; Linux knows both in one look."""
    file = os.open(path, os.O_PATH)
    try:
        return os.readlink(f"/proc/self/fd/{file}"), stamp_of_status(os.fstat(file))  # noqa: PTH115 (a text)
    finally:
        os.close(file)


@lru_cache(maxsize=1024)
def _is_near(device: int) -> bool:
    """Whether a device is a file system of this very machine, as far as the system tells."""
    wanted = f"{os.major(device)}:{os.minor(device)}" if hasattr(os, "major") else ""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return False
    return any(fields[2] == wanted and fields[fields.index("-") + 1] in _NEAR for fields in mounts)
