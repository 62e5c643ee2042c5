"""Data of a file are only handed out if the file did not change meanwhile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import Unavailable
from ..core.nodes import Array, Group, Node, Read
from ..core.stored import Blob, Coords, Stored
from ..readers.files import stamp_of


@dataclass(frozen=True)
class Watch:
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


def watched(node: Node, watch: Watch) -> Node:
    """The same node, whose data are only handed out if the file did not change meanwhile."""
    if isinstance(node, Group):
        return replace(node, children=_WatchedChildren(node.children, watch), version=watch.stamp)
    return _watched_array(node, watch)


def _watched_array(array: Array, watch: Watch) -> Array:
    stored = {fmt: replace(one, chunk=_watched_chunk(one, watch)) for fmt, one in array.stored.items()}
    changes: dict[str, Any] = {
        "read": _watched_read(array.read, watch),
        "stored": stored,
        "version": watch.stamp,
    }
    if array.sample is not None:
        changes["sample"] = _watched_read(array.sample, watch)
    if array.parts is not None:
        make = array.parts
        changes["parts"] = lambda: make().map(lambda part: _watched_array(part, watch))
    return replace(array, **changes)


class _WatchedChildren(Mapping[str, Node]):
    has_fit_names = True

    def __init__(self, children: Mapping[str, Node], watch: Watch) -> None:
        self._children = children
        self._watch = watch
        self._known: dict[str, Node] = {}

    def __getitem__(self, name: str) -> Node:
        if name not in self._known:
            try:
                self._known[name] = watched(self._children[name], self._watch)
            finally:
                self._watch.check()
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._children
        self._watch.check()

    def __len__(self) -> int:
        return len(self._children)


def _watched_read(read_region: Read, watch: Watch) -> Read:
    def read(region: tuple[slice, ...]) -> Any:
        try:
            return read_region(region)
        finally:
            watch.check()

    return read


def _watched_chunk(stored: Stored, watch: Watch) -> Any:
    def chunk(coords: Coords) -> Blob | None:
        try:
            blob = stored.chunk(coords)
        finally:
            watch.check()
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
