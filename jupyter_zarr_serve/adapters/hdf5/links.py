"""Where a name in an HDF5 file leads: links and storage are followed inside the file, never out of it.

A file may name other files in three ways: external links, external storage of a contiguous dataset,
and the sources of a virtual dataset. Any of them could name what is not served, so all are refused,
before they are opened.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_h5_l__u_g.html
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import h5py

from ...core.errors import Unreadable

_MAX_HOPS = 64  # soft links followed for one name
_MAX_NESTED = 16  # virtual datasets of virtual datasets of ...
_MAX_READS = 1 << 17  # parts of all of them together, for one dataset

Object: TypeAlias = h5py.Group | h5py.Dataset | h5py.Datatype


def follow(group: h5py.Group, path: str) -> Object:
    """The object that a path leads to, from `group` on or from the root.

    Raises
    ------
    Unreadable
        If the path leads to nothing, to another file, or round in a circle.
    """
    return _follow(group, path, iter(range(_MAX_HOPS)))


def address_of(thing: Object) -> int:
    """Where an object lies in its file: equal for all links to the same object."""
    return int(h5py.h5o.get_info(thing.id).addr)


class Sources:
    """Where the values of one file's datasets lie; remembers what it found of virtual ones."""

    def __init__(self) -> None:
        self._virtual: dict[int, _Virtual] = {}  # by address; a finished look at a virtual dataset

    def check(self, dataset: h5py.Dataset) -> None:
        """Make sure that a dataset's values lie in its own file, and that reading them ends.

        Raises
        ------
        Unreadable
            If they do not, or when virtual datasets are made of too many others, or of each other.
        """
        self._look(dataset, frozenset())

    def _look(self, dataset: h5py.Dataset, above: frozenset[int]) -> "_Virtual":
        if dataset.external:
            names = ", ".join(sorted({name for name, _, _ in dataset.external}))
            raise Unreadable(
                f"{dataset.name}: its values lie in another file ({names}), which is not followed; "
                "repack with: h5repack -l CONTI"
            )
        if not dataset.is_virtual:
            return _Virtual(1)
        address = address_of(dataset)
        if address in above:
            raise Unreadable(f"{dataset.name}: a virtual dataset made of itself; mend its sources")
        if len(above) == _MAX_NESTED:
            raise Unreadable(
                f"{dataset.name}: virtual datasets of each other, more than {_MAX_NESTED} deep"
            )
        if address not in self._virtual:
            self._virtual[address] = self._look_at_sources(dataset, above | {address})
        return self._virtual[address]

    def _look_at_sources(self, dataset: h5py.Dataset, above: frozenset[int]) -> "_Virtual":
        reads, depth = 0, 0
        for path, times in _sources_of(dataset).items():
            source = follow(dataset.file, f"/{path}")
            if isinstance(source, h5py.Dataset):
                found = self._look(source, above)
                reads, depth = reads + times * found.reads, max(depth, found.depth + 1)
        if reads > _MAX_READS or depth > _MAX_NESTED:
            raise Unreadable(
                f"{dataset.name}: a virtual dataset whose values are read from {reads:,} places, {depth} "
                "deep, which takes too long; copy its values into an ordinary dataset"
            )
        return _Virtual(reads, depth)


@dataclass(frozen=True)
class _Virtual:
    """How many reads of the file a whole dataset takes, through how many virtual datasets in a row."""

    reads: int
    depth: int = 0


def _sources_of(dataset: h5py.Dataset) -> Counter[str]:
    """The paths of a virtual dataset's sources, and how often each one is used."""
    layout = dataset.id.get_create_plist()
    count = layout.get_virtual_count()
    if count > _MAX_READS:
        raise Unreadable(f"{dataset.name}: a virtual dataset of {count:,} parts; copy its values")
    for file_name in {layout.get_virtual_filename(i) for i in range(count)}:
        if file_name != ".":
            raise Unreadable(
                f"{dataset.name}: a virtual dataset of another file ({file_name}), which is not followed; "
                "copy its values into this file"
            )
    paths = Counter(layout.get_virtual_dsetname(i) for i in range(count))
    pattern = next((path for path in paths if "%" in path), None)
    if pattern is not None:  # HDF5 puts numbers in it, and reads what is there then
        raise Unreadable(
            f"{dataset.name}: a virtual dataset of sources named by a pattern ({pattern}), which is not "
            "followed; name each of them"
        )
    return paths


def _follow(group: h5py.Group, path: str, hops: Iterator[int]) -> Object:
    here: Object = group.file["/"] if path.startswith("/") else group
    for name in path.split("/"):
        if name in ("", "."):
            continue
        if not isinstance(here, h5py.Group):
            raise Unreadable(f"{path}: leads through {here.name}, which is no group; mend the link")
        here = _step(here, name, hops)
    return here


def _step(group: h5py.Group, name: str, hops: Iterator[int]) -> Object:
    link = group.get(name, getlink=True)
    if link is None:
        raise Unreadable(f"{group.name}: has no member {name!r}, to which a link leads; mend the link")
    if isinstance(link, h5py.ExternalLink):
        raise Unreadable(
            f"{name}: a link to another file ({link.filename}), which is not followed; "
            "ask for that file by its own path"
        )
    if isinstance(link, h5py.SoftLink):
        if next(hops, None) is None:
            raise Unreadable(f"{name}: soft links that lead round in a circle; mend the link")
        return _follow(group, link.path, hops)
    return group[name]
