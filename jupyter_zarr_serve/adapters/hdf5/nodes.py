"""Groups and datasets of HDF5, as h5py finds them.

Nothing but metadata is read until a chunk is asked for. Links and storage never lead out of the file
(see `links`).
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py

from ...core.children import Children
from ...core.errors import NotFound, Unreadable
from ...core.nodes import Group, Node, Policy
from ...core.strided import ReadAt
from .arrays import array_of, fields_of, has_fields_apart, none_of
from .attributes import attributes_of
from .dimensions import NON_COORDINATE, Dimensions, is_bare_dimension
from .links import Object, Sources, address_of, follow
from .records import is_record, record_array
from .sparse import is_sparse, sparse_array
from .types import check_type
from .writers import followed, only_one, with_blame


@dataclass(frozen=True)
class Opened:
    """What belongs to all nodes of an open file.

    Attributes
    ----------
    read_at
        Reads the file's bytes past HDF5; None where that cannot be done.
    path
        The file, where nobody but a writer in another program is to blame for what cannot be read.
    growing
        Whether another program extends the file in SWMR mode.
    """

    policy: Policy
    read_at: ReadAt | None = None
    path: Path | None = None
    growing: bool = False
    dimensions: Dimensions = field(default_factory=Dimensions)
    sources: Sources = field(default_factory=Sources)


def node_of(thing: Object, opened: Opened) -> Node:
    """The node of an object in an open file.

    Raises
    ------
    Unreadable
        If it is of a kind that cannot be served.
    """
    return _node(thing, opened, frozenset())


def _node(thing: Object, opened: Opened, above: frozenset[int]) -> Node:
    if isinstance(thing, h5py.Group):
        return _group(thing, opened, above)
    if isinstance(thing, h5py.Dataset):
        return _dataset(thing, opened)
    raise Unreadable("a named HDF5 datatype, which holds no values")


def _group(group: h5py.Group, opened: Opened, above: frozenset[int]) -> Node:
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


def _dataset(dataset: h5py.Dataset, opened: Opened) -> Node:
    if is_bare_dimension(dataset):
        raise NotFound("a NetCDF dimension without a variable; it has a length, but no values")
    if dataset.shape is None and dataset.attrs.get("encoding-type") == "null":
        return none_of(dataset, opened.policy)
    if dataset.shape is None:
        raise Unreadable("an empty HDF5 dataset: it has a type, but neither shape nor values")
    check_type(dataset)
    opened.sources.check(dataset)
    names, shape = opened.dimensions.of(dataset)
    if has_fields_apart(dataset.dtype):
        fields = fields_of(dataset, names, opened.policy, opened.read_at)
        return record_array(fields, opened.policy) if is_record(fields.attributes) else fields
    array = array_of(dataset, names, shape, opened.policy, opened.read_at)
    if opened.growing:
        return replace(array, reading=array.reading.through(lambda read: followed(read, dataset)))
    if opened.path:
        return replace(array, reading=array.reading.through(lambda read: with_blame(read, opened.path)))
    return array
