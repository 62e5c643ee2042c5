"""Whether the metadata of a group in a local Zarr store are still the same, without reading them again.

Consolidated metadata of 10 000 arrays are made of 10 000 files. To look at the status of each takes a
hundredth of the time that it takes to read them.
"""

import os
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ..core.known_names import ZARR_JSON, ZARRAY, ZATTRS, ZGROUP
from ..readers.zarr_store.places import is_member_name

_SETTLED_NS = 2 * 10**9  # clocks of file systems are coarser than that of the machine
_STATUS = struct.Struct("<qqqQ")
# The documents of a node, those first that say all where they are there, by the format looked for first.
_FIRST = {3: (ZARR_JSON,), 2: (ZARRAY, ZATTRS)}
_ALL = (ZARR_JSON, ZARRAY, ZGROUP, ZATTRS)


class _CannotTell(Exception):
    """Raised where the status of files does not tell all, as behind a link."""


class Unsettled:
    """Tells that nothing is known of what is being read just now; see `core.nodes.Validator`."""

    is_near = False

    def __call__(self) -> bool:
        """It may have changed."""
        return False

    def settled(self) -> "SameStore | None":
        """What tells from now on whether that changes; None where nothing does."""
        return None


@dataclass(frozen=True, eq=False)
class StoreGroup(Unsettled):
    """A group of a store that is being read.

    Attributes
    ----------
    real, asked
        Its folder, the links resolved, and as it was asked for.
    since
        The time, in nanoseconds, before which nothing of the store was read.
    groups
        The folders of the groups that were looked into. All groups that are read for one request share it.
    """

    real: Path
    asked: Path
    since: int
    groups: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.groups.add(str(self.real))

    def below(self, real: Path, asked: Path) -> "StoreGroup":
        """A group in it."""
        return StoreGroup(real, asked, self.since, self.groups)

    def settled(self) -> "SameStore | None":
        """See `Unsettled`; everything below the group must have been read."""
        folder = f"{self.real}/"
        formats = _formats(self.groups)
        inside = {path: fmt for path, fmt in formats.items() if f"{path}/".startswith(folder)}
        found = _state(self.real, self.asked, inside)
        if found is None or found[1] > self.since - _SETTLED_NS:
            return None
        return SameStore(self.real, self.asked, inside, found[0])


@dataclass(frozen=True)
class SameStore:
    """Tells whether the documents at and below a group are still those that were read.

    Attributes
    ----------
    formats
        See `_formats`.
    state
        A digest of the status of all of them.
    """

    real: Path
    asked: Path
    formats: dict[str, int]
    state: bytes
    is_near = False

    def __call__(self) -> bool:
        """Whether they are."""
        found = _state(self.real, self.asked, self.formats)
        return found is not None and found[0] == self.state


def _formats(groups: Iterable[str]) -> dict[str, int]:
    """By the folder of a group, its format: where it has documents of both, the format of its parent."""
    formats: dict[str, int] = {}
    for folder in sorted(groups):  # a parent before what is in it
        preferred = formats.get(str(Path(folder).parent), 3)
        is_there = Path(folder, ZGROUP if preferred == 2 else ZARR_JSON).exists()
        formats[folder] = preferred if is_there else 5 - preferred
    return formats


def _state(real: Path, asked: Path, formats: dict[str, int]) -> tuple[bytes, int] | None:
    """A digest of the status of all documents, and the time of the last change, in nanoseconds.

    None where that cannot be told, as where a link leads on.
    """
    if os.stat not in os.supports_dir_fd or os.scandir not in os.supports_fd:  # as on Windows
        return None
    digest, newest = blake2b(digest_size=16), 0
    try:
        if os.path.realpath(asked) != str(real):
            return None
        for folder in sorted(formats):
            digest.update(f"{folder}\0".encode("utf-8", "surrogateescape"))
            for name, status in _statuses(folder, formats[folder]):
                times = status.st_mtime_ns, status.st_ctime_ns
                digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
                digest.update(_STATUS.pack(*times, status.st_size, status.st_ino))
                newest = max(newest, *times)
    except (OSError, _CannotTell):
        return None
    return digest.digest(), newest


def _statuses(folder: str, zarr_format: int) -> Iterator[tuple[str, os.stat_result]]:
    """The folder of a group and the documents of it and its members, by name, each with its status."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield "", os.fstat(opened)
        yield from _documents("", opened, _ALL)
        with os.scandir(opened) as entries:
            members = sorted(_folders(entries))
        for name in members:
            found = [*_documents(f"{name}/", opened, _FIRST[zarr_format])]
            yield from found or _documents(f"{name}/", opened, _ALL)
    finally:
        os.close(opened)


def _folders(entries: Iterator["os.DirEntry[str]"]) -> Iterator[str]:
    for entry in entries:
        if entry.is_symlink():
            raise _CannotTell
        if is_member_name(entry.name) and entry.is_dir(follow_symlinks=False):
            yield entry.name


def _documents(prefix: str, folder: int, names: tuple[str, ...]) -> Iterator[tuple[str, os.stat_result]]:
    for name in names:
        try:
            status = os.stat(f"{prefix}{name}", dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISLNK(status.st_mode):
            raise _CannotTell
        yield f"{prefix}{name}", status
