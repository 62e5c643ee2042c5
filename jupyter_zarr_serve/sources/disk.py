"""Folders and files as nodes; the one place that guards what may be reached.

A folder is a group of its folders and data files. A name with a separator or a NUL, a hidden one and
a special file do not exist here; a link that leads outside the served root is refused. Checks come
before storage is touched, and what is opened is the resolved path that was checked.
"""

import os
import stat
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from jupyter_core.paths import is_file_hidden

from ..core.errors import Forbidden, NotFound, Unavailable
from ..core.nodes import Array, Blob, Coords, Group, Node, Policy, Read, Stored
from ..readers import ZARR_MARKERS, is_store, open_file, open_store, suffix_of
from ..readers.files import is_local, stamp_of

_OPENED_LIMIT = 256
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
        self._opened: OrderedDict[tuple[str, str], Node] = OrderedDict()
        self._lock = Lock()

    def node(self, path: Path) -> Node:
        """The node at a path below the root.

        Raises
        ------
        KeyError
            When there is no folder or data file, or it is hidden; its argument is the name.
        Forbidden
            When the path leads outside the root.
        ServeError
            When the file cannot be served.
        """
        real = self._checked(path)
        mode = _mode(real, path.name)
        if stat.S_ISDIR(mode):
            return self._folder(real)
        if not stat.S_ISREG(mode) or suffix_of(real.name) is None:
            raise KeyError(path.name)
        return self._opened_file(real, stamp_of(real))

    def _checked(self, path: Path) -> Path:
        if not is_local(path):
            return path
        real = path.resolve()
        if real != self.root and self.root not in real.parents:
            raise Forbidden(f"{path.name}: leads outside the served folder; copy the data inside")
        if real != path and not self.allow_hidden:
            below = real.relative_to(self.root)
            if any(part.startswith(".") for part in below.parts):
                raise KeyError(path.name)
        return real

    def _folder(self, path: Path) -> Node:
        markers = [marker for marker in ZARR_MARKERS if (path / marker).is_file()]
        if is_store(markers):
            return open_store(path, self._policy)
        return Group(children=Directory(path, self), consolidate=False)

    def _opened_file(self, path: Path, stamp: str) -> Node:
        """The opened file from the last time, if the file has not changed since."""
        key = (str(path), stamp)
        with self._lock:
            node = self._opened.get(key)
            if node is not None:
                self._opened.move_to_end(key)
                return node
        node = _watched(open_file(path, self._policy), _Watch(path, stamp))
        with self._lock:
            self._opened[key] = node
            if len(self._opened) > _OPENED_LIMIT:
                self._opened.popitem(last=False)
        return node


class Directory(Mapping[str, Node]):
    """The children of a folder, looked up when asked for."""

    def __init__(self, path: Path, library: Library) -> None:
        self._path = path
        self._library = library

    def __getitem__(self, name: str) -> Node:
        if not _is_name(name) or self._is_hidden(self._path / name):
            raise KeyError(name)
        return self._library.node(self._path / name)

    def __iter__(self) -> Iterator[str]:
        for entry in sorted(self._path.iterdir(), key=lambda entry: entry.name):
            is_candidate = suffix_of(entry.name) is not None or entry.is_dir()
            if is_candidate and not self._is_hidden(entry):
                yield entry.name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _is_hidden(self, path: Path) -> bool:
        if self._library.allow_hidden:
            return False
        return path.name.startswith(".") or (is_local(path) and path.exists() and is_file_hidden(str(path)))


def _is_name(name: str) -> bool:
    """Whether a decoded segment can be the name of one entry of a folder."""
    is_step = name in {"", ".", ".."} or any(character in name for character in "/\\\0")
    return not is_step and len(os.fsencode(name)) <= _NAME_MAX


def _mode(path: Path, name: str) -> int:
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(name) from None


@dataclass(frozen=True)
class _Watch:
    """Notices that a file has changed since it was opened."""

    path: Path
    stamp: str

    def check(self) -> None:
        """Raise `Unavailable` if the file is no longer the one that was opened."""
        try:
            changed = stamp_of(self.path) != self.stamp
        except FileNotFoundError:
            changed = True
        if changed:
            raise Unavailable(f"{self.path.name}: changed or vanished while it was read; ask again")


def _watched(node: Node, watch: _Watch) -> Node:
    """The same node, whose data are only handed out if the file did not change meanwhile."""
    if isinstance(node, Group):
        return replace(node, children=_WatchedChildren(node.children, watch), version=watch.stamp)
    stored = {fmt: replace(one, chunk=_watched_chunk(one, watch)) for fmt, one in node.stored.items()}
    return replace(node, read=_watched_read(node, watch), stored=stored, version=watch.stamp)


class _WatchedChildren(Mapping[str, Node]):
    def __init__(self, children: Mapping[str, Node], watch: _Watch) -> None:
        self._children = children
        self._watch = watch
        self._known: dict[str, Node] = {}

    def __getitem__(self, name: str) -> Node:
        if name not in self._known:
            self._known[name] = _watched(self._children[name], self._watch)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._children)

    def __len__(self) -> int:
        return len(self._children)


def _watched_read(array: Array, watch: _Watch) -> Read:
    def read(region: tuple[slice, ...]) -> Any:
        try:
            return array.read(region)
        finally:
            watch.check()

    return read


def _watched_chunk(stored: Stored, watch: _Watch) -> Any:
    def chunk(coords: Coords) -> Blob | None:
        blob = stored.chunk(coords)
        if blob is None:
            return None
        read = blob.read

        def read_watched(start: int, stop: int) -> bytes:
            try:
                return read(start, stop)
            finally:
                watch.check()

        return replace(blob, read=read_watched)

    return chunk


def open_path(root: Path, policy: Policy, *, allow_hidden: bool = False) -> Node:
    """The node of a folder or data file that is served whole, as a mount is.

    Raises
    ------
    NotFound
        When nothing is there.
    ServeError
        When it cannot be served.
    """
    library = Library(root, policy, allow_hidden=allow_hidden)
    try:
        return library.node(library.root)
    except KeyError:
        raise NotFound(f"{root.name}: no such folder or data file") from None
