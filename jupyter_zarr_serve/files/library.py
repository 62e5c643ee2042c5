"""Folders and files as nodes; the one place that guards what may be reached.

A folder is a group of its folders and data files. A name with a separator or a NUL, a hidden one and
a special file do not exist here; a link that leads outside the served root is refused. What is
opened is the resolved path that was checked.
"""

import copy
import os
import stat
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock

from ..core.errors import Forbidden, Unavailable
from ..core.nodes import Group, Node, Policy
from ..core.served import Served
from ..readers import ZARR_MARKERS, open_file, open_store, suffix_of, suffixes
from ..readers.files import is_local
from ..readers.foreign import refuse_foreign
from ..readers.no_links import resolved, status_of
from ..readers.shortage import most_kept, when_short
from .being_read import being_read, check
from .entries import entries, is_flagged_hidden, is_folder
from .stores import fresh_node
from .unchanged import Watch, watched
from .validator import same_file
from .writing import settled_stamp, unless_written

_OPENED_LIMIT = 256
_OUTSIDE = "a link leads outside the served folder; mount its target by c.ZarrServeApp.mounts, or copy it"
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10))}
_SEPARATORS = frozenset("/\\\0:" if os.name == "nt" else "/\0")
_NAME_MAX = 255  # bytes; no file system of ours has longer names


class Library:
    """The files below one root, opened as nodes and kept open while they do not change.

    Parameters
    ----------
    root
        A folder or a data file, local or an fsspec `UPath`.
    allow_hidden
        Whether names that begin with a dot are served.
    """

    def __init__(self, root: Path, policy: Policy, *, allow_hidden: bool = False) -> None:
        self.root = root.resolve() if is_local(root) else root
        self.allow_hidden = allow_hidden
        self._policy = policy
        self._opened: OrderedDict[tuple[str, str], tuple[str, Node]] = OrderedDict()
        self._lock = Lock()
        when_short(self._give_up)

    def top(self) -> Node:
        """The node of the root itself.

        Raises
        ------
        Unavailable
            If nothing is there: a disk may not be mounted, and its data are not gone.
        ServeError
            If it cannot be served.
        """
        try:
            return self.node(self.root)
        except KeyError:
            message = f"{self.root.name}: no folder or data file is there now; is it mounted?"
            raise Unavailable(message) from None

    def part(self, names: tuple[str, ...]) -> tuple["Library", tuple[str, ...]]:
        """The library of only what is at and below some names, and those that lead on inside a file.

        Links on the way lead outside of it. Raises `Forbidden` if a name is hidden, or none of a file.
        """
        place, left = self.root, list(names)
        if not is_local(place):  # there are no links
            return self, names
        while left and is_folder(place):
            name = left.pop(0)
            if not os.path.lexists(place / name):
                name = Served(Directory(place, place, self)).original(name)
            if not self.admits(place, name):
                raise Forbidden(f"{name}: is hidden, or no name of a file")
            place = place / name
        part = copy.copy(self)  # what one has opened the other knows
        part.root = place
        return part, tuple(left)

    def admits(self, folder: Path, name: str) -> bool:
        """Whether a name may be that of something in a folder."""
        if not _is_name(name):
            return False
        return self.allow_hidden or not (name.startswith(".") or is_flagged_hidden(folder, name))

    def node(self, path: Path, asked: Path | None = None) -> Node:
        """The node at a path below the root.

        Parameters
        ----------
        asked
            The path by which it was found, its links not resolved; `path` if there were none above.

        Raises
        ------
        KeyError
            If there is no folder or data file, or it is hidden; its argument is the name.
        Forbidden
            If the path leads outside the root.
        ServeError
            If the file cannot be served.
        """
        real = self._checked(path)
        mode = _mode(real, path.name)
        if stat.S_ISDIR(mode):
            return self._folder(real, asked or path)
        suffix = suffix_of(path.name)
        if not stat.S_ISREG(mode) or suffix is None:
            refuse_foreign(real, is_folder=False)
            raise KeyError(path.name)
        stamp, is_settled = settled_stamp(real)
        if not is_settled:  # nothing is remembered by a stamp that proves nothing
            return replace(self._opened_anew(suffix, Watch(real, stamp, is_settled=False)), validator=None)
        node = self._opened_file(real, suffix, stamp)
        return replace(node, validator=same_file(asked or path, real, stamp))

    def _checked(self, path: Path) -> Path:
        if not is_local(path):
            return path
        real = resolved(path)
        if real != self.root and self.root not in real.parents:
            raise Forbidden(f"{path.name}: {_OUTSIDE}")
        if real != path and not self.allow_hidden:
            below = real.relative_to(self.root)
            if any(part.startswith(".") for part in below.parts):
                raise KeyError(path.name)
        return real

    def _folder(self, path: Path, asked: Path) -> Node:
        if any((path / marker).is_file() for marker in ZARR_MARKERS):
            open_it = partial(open_store, path, self._policy)
            return fresh_node(path, asked, open_it) if is_local(path) else open_it()
        if path != self.root:
            refuse_foreign(path, is_folder=True)
        return Group(children=Directory(path, asked, self), consolidate=False)

    def _give_up(self) -> None:
        """Keep no file open that nobody reads now."""
        with self._lock:
            self._opened.clear()

    def _opened_file(self, path: Path, suffix: str, stamp: str) -> Node:
        """The opened file from the last time, if the file has not changed since."""
        key = (str(path), suffix)
        with self._lock:
            known = self._opened.get(key)
            if known is not None and known[0] == stamp:
                self._opened.move_to_end(key)
                return known[1]
        check(path, stamp)
        node = self._opened_anew(suffix, Watch(path, stamp))
        if isinstance(node, Group) and node.growing:
            return node  # opened for each request: its writer may be quicker than the clock
        with self._lock:
            self._opened[key] = (stamp, node)
            while len(self._opened) > most_kept(_OPENED_LIMIT):
                self._opened.popitem(last=False)
        return node

    def _opened_anew(self, suffix: str, watch: Watch) -> Node:
        is_growing = False
        with unless_written([watch.path]), being_read(watch.path):
            try:
                node = open_file(watch.path, self._policy, suffix)
                is_growing = isinstance(node, Group) and node.growing
            finally:
                if not is_growing:
                    watch.check()
        return node if is_growing else watched(node, watch)


class Directory(Mapping[str, Node]):
    """The children of a folder, looked up when asked for."""

    def __init__(self, path: Path, asked: Path, library: Library) -> None:
        self._path = path
        self._asked = asked
        self._library = library

    def __getitem__(self, name: str) -> Node:
        if not self._library.admits(self._path, name):
            raise KeyError(name)
        return self._library.node(self._path / name, self._asked / name)

    def __iter__(self) -> Iterator[str]:
        known = suffixes()
        with entries(self._path) as found:
            names = [
                entry.name
                for entry in found
                if entry.name.lower().endswith(known) or is_folder(entry)  # in most cases no system call
            ]
        yield from sorted(name for name in names if self._library.admits(self._path, name))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _is_name(name: str) -> bool:
    """Whether a decoded segment can be the name of one entry of a folder."""
    is_step = name in {"", ".", ".."} or not _SEPARATORS.isdisjoint(name)
    is_device = os.name == "nt" and (name[-1:] in {".", " "} or name.partition(".")[0].upper() in _DEVICES)
    is_long = len(name) > _NAME_MAX // 4 and len(os.fsencode(name)) > _NAME_MAX
    return not is_step and not is_device and not is_long


def _mode(path: Path, name: str) -> int:
    try:
        status = status_of(path) if is_local(path) else path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(name) from None
    return status.st_mode
