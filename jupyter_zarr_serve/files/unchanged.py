"""Data of a file are only handed out if the file did not change meanwhile, nor its path lead elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..core.errors import Unavailable
from ..core.nodes import Array, Group, Node, Validator
from ..core.reading import Read
from ..core.served import renames_of
from ..core.stored import Blob, Coords, Stored
from ..readers.files import stamp_of
from ..serve.representation import Representation, Spent
from ..serve.request import BINARY
from .being_read import being_read
from .writing import BEING_WRITTEN, settled_stamp, unless_written

Attributes = Callable[[int], Mapping[str, Any]]


@dataclass(frozen=True)
class Watch:
    """Notices that a file has changed since it was opened.

    Attributes
    ----------
    is_settled
        Whether the stamp proves that; see `writing`. Where it does not, nothing may be read.
    """

    path: Path
    stamp: str
    is_settled: bool = True

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See that the data that are read here are of one state of the file, and whole.

        Raises
        ------
        Unavailable
            If they are not.
        """
        if not self.is_settled:
            raise Unavailable(f"{self.path.name}: {BEING_WRITTEN}")
        with self.whole():
            yield

    @contextmanager
    def whole(self) -> Iterator[None]:
        """See that a file that cannot be read is not merely written just now.

        Raises
        ------
        Unavailable
            If it is, or has changed or vanished meanwhile.
        """
        with unless_written([self.path]), being_read(self.path):
            try:
                yield
            finally:
                self.check()

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
        by_format = node.by_format and _watched_attributes(node.by_format, watch)
        children = _WatchedChildren(node.children, watch)
        return replace(node, children=children, by_format=by_format, version=watch.stamp)
    return _watched_array(node, watch)


def _watched_attributes(told: Attributes, watch: Watch) -> Attributes:
    def attributes(zarr_format: int) -> Mapping[str, Any]:
        with watch.whole():
            return told(zarr_format)

    return attributes


def _watched_array(array: Array, watch: Watch) -> Array:
    stored = {fmt: replace(one, chunk=_watched_chunk(one, watch)) for fmt, one in array.stored.items()}
    changes: dict[str, Any] = {
        "reading": array.reading.through(partial(_watched_read, watch)),
        "stored": stored,
        "version": watch.stamp,
    }
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
            with self._watch.whole():
                self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> None:
        """Know a member, if there is one; that there is none is no failure to read the file."""
        try:
            self._known[name] = watched(self._children[name], self._watch)
        except KeyError as error:
            if error.args != (name,):
                raise

    def __iter__(self) -> Iterator[str]:
        with self._watch.whole():
            names = [*iter(self._children)]  # not `list(...)`, which asks for their number first
        yield from names

    def __len__(self) -> int:
        return len(self._children)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return renames_of(self._children)


def _watched_read(watch: Watch, read_region: Read) -> Read:
    def read(region: tuple[slice, ...]) -> Any:
        with watch.reading():
            return read_region(region)

    return read


def _watched_chunk(stored: Stored, watch: Watch) -> Any:
    def chunk(coords: Coords) -> Blob | None:
        with watch.reading():
            blob = stored.chunk(coords)
        if blob is None:
            return None
        read = blob.read

        def read_watched(start: int, stop: int) -> bytes:
            with watch.reading():
                return read(start, stop)

        return replace(blob, read=read_watched)

    return chunk


def steady(content: Representation) -> Representation:
    """The same chunk, which is refused where its node has changed while it was read.

    A folder may be put in the place of another between a look at its documents and the reading of its
    chunks, and a chunk may be written anew in its place.
    """
    validator = content.validator
    if content.media_type != BINARY or validator is None or not validator.is_near:
        return content

    def make(spent: Spent) -> Blob:
        try:
            blob = content.make(spent)
        finally:  # what is absent now may have been there
            _check_node(validator, content.name)
        if blob.file is None and not blob.is_stored:  # it is in memory
            return blob
        read = blob.read

        def read_steadily(start: int, stop: int) -> bytes:
            is_same = settled_stamp(blob.file[1]) == (blob.version, True) if blob.file else True
            try:
                return read(start, stop)
            finally:
                _check_node(validator, content.name)
                if not is_same or (blob.file and stamp_of(blob.file[1]) != blob.version):
                    raise Unavailable(f"{content.name}: {BEING_WRITTEN}")

        return replace(blob, read=read_steadily)

    return replace(content, make=make)


def _check_node(validator: Validator, name: str) -> None:
    if not validator():
        raise Unavailable(f"{name}: its file or metadata changed or vanished while it was read; ask again")
