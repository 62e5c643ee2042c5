"""Whether a file is still what it was, told by its status alone."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..readers.files import is_local, stamp_of, stamp_of_status

_MOUNTS = Path("/proc/self/mountinfo")
# File systems whose status calls wait for no other machine and no other process.
_NEAR = {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}


@dataclass(frozen=True)
class SameFile:
    """Tells whether what a path names is still the file whose stamp was taken; see `core.nodes.Fresh`."""

    path: Path
    stamp: str
    is_near: bool

    def __call__(self) -> bool:
        """Whether it is."""
        try:
            if self.is_near:
                return stamp_of_status(os.stat(self.path)) == self.stamp
            return stamp_of(self.path) == self.stamp
        except OSError:
            return False


class Unchanging:
    """What is made by a function that always gives the same."""

    is_near = True

    def __call__(self) -> bool:
        """It is always fresh."""
        return True


def same_file(path: Path, stamp: str) -> SameFile:
    """What tells whether the file at a path changes."""
    return SameFile(path, stamp, is_local(path) and _is_near(path.stat().st_dev))


@lru_cache(maxsize=1024)
def _is_near(device: int) -> bool:
    """Whether a device is a file system of this very machine, as far as the system tells."""
    wanted = f"{os.major(device)}:{os.minor(device)}" if hasattr(os, "major") else ""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return False
    return any(fields[2] == wanted and fields[fields.index("-") + 1] in _NEAR for fields in mounts)
