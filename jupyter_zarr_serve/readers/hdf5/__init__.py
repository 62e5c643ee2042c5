"""HDF5 and NetCDF-4 files: groups, datasets and attributes, as h5py finds them.

Nothing but metadata is read until a chunk is asked for. Links and storage never lead out of the file
(see `links`). The file stays open as long as one of its nodes lives; it is never locked.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py

from ...core.children import Children
from ...core.errors import NotFound, Unreadable
from ...core.nodes import Group, Node, Policy
from ..files import ReadAt, open_binary
from .arrays import array_of, fields_of, has_fields_apart, none_of
from .attributes import attributes_of
from .dimensions import NON_COORDINATE, Dimensions, is_bare_dimension
from .file import open_hdf5
from .links import Object, Sources, address_of, follow
from .sparse import is_sparse, sparse_array
from .writers import blamed_on_writer, followed, only_one, open_growing, with_blame

_FOREIGN = {
    b"MATLAB 5.0": "a MATLAB 5 file: save it with -v7.3",
    b"\x0e\x03\x13\x01": "an HDF4 file: convert it with h4toh5",
    b"CDF": "a NetCDF-3 file: give it the suffix .nc",
}


@dataclass(frozen=True)
class _Opened:
    """What belongs to all nodes of an open file."""

    policy: Policy
    read_at: ReadAt | None
    path: Path | None = None
    growing: bool = False
    dimensions: Dimensions = field(default_factory=Dimensions)
    sources: Sources = field(default_factory=Sources)


def read(path: Path, policy: Policy) -> Node:
    """The root group of an HDF5 file.

    Raises
    ------
    Unreadable
        When it is a file of another kind that shares the suffix.
    OSError
        When it is no HDF5 file, or a damaged one.
    """
    with open_binary(path) as file:
        start = file.read(16)
    for magic, remedy in _FOREIGN.items():
        if start.startswith(magic):
            raise Unreadable(f"{path.name}: {remedy}")
    growing = open_growing(path)
    if growing is not None:
        return _group(growing["/"], _Opened(policy, None, path, growing=True), frozenset())
    with blamed_on_writer(path):
        root, read_at = open_hdf5(path, policy.limit_bytes)
        return _group(root["/"], _Opened(policy, read_at, path), frozenset())


def node_of(thing: h5py.Group | h5py.Dataset, policy: Policy) -> Node:
    """The node of an object in a file that others have opened, and may be writing.

    Raises
    ------
    Unreadable
        When it is of a kind that cannot be served.
    """
    return _node(thing, _Opened(policy, None), frozenset())


def _node(thing: Object, opened: _Opened, above: frozenset[int]) -> Node:
    if isinstance(thing, h5py.Group):
        return _group(thing, opened, above)
    if isinstance(thing, h5py.Dataset):
        return _dataset(thing, opened)
    raise Unreadable("a named HDF5 datatype, which holds no values")


def _group(group: h5py.Group, opened: _Opened, above: frozenset[int]) -> Node:
    address = address_of(group)
    if address in above:
        raise Unreadable("a link that leads back to its ancestor; ask for the ancestor by its own path")
    links = _links_by_name(group)

    def make(name: str) -> Node:
        thing = follow(group, links[name])
        if opened.growing and isinstance(thing, h5py.Dataset):
            thing = only_one(thing)
            thing.refresh()
        return _node(thing, opened, above | {address})

    children, attributes = Children(links, with_blame(make, opened.path)), attributes_of(group)
    if is_sparse(attributes):
        return sparse_array(children, attributes, opened.policy)
    return Group(children, attributes, growing=opened.growing)


def _links_by_name(group: h5py.Group) -> dict[str, str]:
    """The links of a group by the names of what they stand for.

    A variable's link may have a prefix where its plain name is that of a dimension.
    """
    links: dict[str, str] = {}
    for link in group:
        name = link.removeprefix(NON_COORDINATE)
        if name == link:
            links.setdefault(name, link)
        else:
            links[name] = link
    return links


def _dataset(dataset: h5py.Dataset, opened: _Opened) -> Node:
    if is_bare_dimension(dataset):
        raise NotFound("a NetCDF dimension without a variable; it has a length, but no values")
    if dataset.shape is None and dataset.attrs.get("encoding-type") == "null":
        return none_of(dataset, opened.policy)
    if dataset.shape is None:
        raise Unreadable("an empty HDF5 dataset: it has a type, but neither shape nor values")
    opened.sources.check(dataset)
    names, shape = opened.dimensions.of(dataset)
    if has_fields_apart(dataset.dtype):
        return fields_of(dataset, names, opened.policy, opened.read_at)
    array = array_of(dataset, names, shape, opened.policy, opened.read_at)
    if opened.growing:
        return replace(array, read=followed(array.read, dataset))
    return replace(array, read=with_blame(array.read, opened.path)) if opened.path else array
