"""Where a name in an HDF5 file leads: links and storage are followed inside the file, never out of it.

A file may name other files in three ways: external links, external storage of a contiguous dataset,
and the sources of a virtual dataset. Any of them could name what is not served, so all are refused,
before they are opened.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_h5_l__u_g.html
"""

from collections.abc import Iterator
from typing import TypeAlias

import h5py

from ...core.errors import Unreadable

_MAX_HOPS = 64  # soft links followed for one name

Object: TypeAlias = h5py.Group | h5py.Dataset | h5py.Datatype


def follow(group: h5py.Group, path: str) -> Object:
    """The object that a path leads to, from `group` on or from the root.

    Raises
    ------
    Unreadable
        When the path leads to nothing, to another file, or round in a circle.
    """
    return _follow(group, path, iter(range(_MAX_HOPS)))


def address_of(thing: Object) -> int:
    """Where an object lies in its file: equal for all links to the same object."""
    return int(h5py.h5o.get_info(thing.id).addr)


def refuse_other_files(dataset: h5py.Dataset, seen: frozenset[int] = frozenset()) -> None:
    """Make sure that a dataset's values lie in its own file.

    Raises
    ------
    Unreadable
        When they do not, or when virtual datasets are made of each other.
    """
    if dataset.external:
        names = ", ".join(sorted({name for name, _, _ in dataset.external}))
        raise Unreadable(
            f"{dataset.name}: its values lie in another file ({names}), which is not followed; "
            "repack with: h5repack -l CONTI"
        )
    if dataset.is_virtual:
        _refuse_other_sources(dataset, seen)


def _refuse_other_sources(dataset: h5py.Dataset, seen: frozenset[int]) -> None:
    address = address_of(dataset)
    if address in seen:
        raise Unreadable(f"{dataset.name}: a virtual dataset made of itself; mend its sources")
    for file_name, path in {(source.file_name, source.dset_name) for source in dataset.virtual_sources()}:
        if file_name != ".":
            raise Unreadable(
                f"{dataset.name}: a virtual dataset of another file ({file_name}), which is not followed; "
                "copy its values into this file"
            )
        source = follow(dataset.file, f"/{path}")
        if isinstance(source, h5py.Dataset):
            refuse_other_files(source, seen | {address})


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
