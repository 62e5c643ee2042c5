"""The portable view: a tree in the spelling that the most clients read.

Arrays of elements that few clients know become arrays of such that all know, see `spellings`. A
structure becomes a group of its fields. What stands beside an array (see `core.nodes.Parts`) becomes
its sibling: ``x_mask`` says where values of ``x`` are missing, ``x_categories`` what its codes stand
for; an attribute of ``x`` names the sibling.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from ..core.chunks import seen_through
from ..core.codecs import portable_codecs
from ..core.derived import Derived
from ..core.dtypes import Block
from ..core.errors import ServeError, failures_named
from ..core.grid import Region, chunk_shape_for
from ..core.known_names import PORTABLE
from ..core.nodes import Array, Group, Node, Policy
from ..core.served import renames_of
from .spellings import Spelling, spelling_of

_CHANGED: Derived[Node | None] = Derived()


def portable(node: Node) -> Node:
    """The node as most clients can read it."""
    if isinstance(node, Group):
        return replace(node, children=_Portable(node))
    return _array(node, {})


class _Portable(Mapping[str, Node]):
    """The children of a group, and what stands beside them."""

    has_fit_names = True

    def __init__(self, group: Group) -> None:
        self._children = group.children
        self._lists_siblings = group.consolidate  # in folders files would have to be opened for it

    def __getitem__(self, name: str) -> Node:
        try:
            node = self._children[name]
        except KeyError as error:
            if error.args != (name,):
                raise
            return self._sibling(name)
        if isinstance(node, Group):
            return portable(node)
        return _array(node, self._siblings(name, node))

    def __iter__(self) -> Iterator[str]:
        for name in self._children:
            yield name
            if self._lists_siblings:
                yield from self._siblings_of(name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return renames_of(self._children)

    def _siblings_of(self, name: str) -> Iterator[str]:
        try:
            with failures_named(name):
                node = self._children[name]
                found = [*self._siblings(name, node).values()] if isinstance(node, Array) else []
        except ServeError:
            return
        yield from found

    def _siblings(self, name: str, array: Array) -> dict[str, str]:
        """The names of what stands beside an array, by what it is."""
        kinds = array.parts().beside if array.parts else ()
        return {kind: self._free(f"{name}_{kind}") for kind in kinds}

    def _free(self, name: str) -> str:
        taken = set(self._children)
        while name in taken:
            name += "_"
        return name

    def _sibling(self, name: str) -> Node:
        base, _, kind = re.sub("_+$", "", name).rpartition("_")
        node = self._children[base] if base in set(self._children) else None
        if isinstance(node, Array) and self._siblings(base, node).get(kind) == name and node.parts:
            return _array(node.parts().beside[kind], {})
        raise KeyError(name)


def _array(array: Array, siblings: Mapping[str, str]) -> Node:
    """The array as this view has it: made once, as those who remember arrays know them by identity."""
    return _CHANGED.of(array, partial(_changed, siblings)) or array


def _changed(siblings: Mapping[str, str], array: Array) -> Node | None:
    made = _made(array, siblings)
    return None if made is array else made


def _made(array: Array, siblings: Mapping[str, str]) -> Node:
    if array.parts is not None:
        values = array.parts().values or array
        attributes = {**values.attributes, **{f"{kind}_array": name for kind, name in siblings.items()}}
        array = replace(values, attributes=attributes, version=_marked(values), parts=None)
    if array.dtype.names is not None:
        return _fields(array)
    spelling = spelling_of(array)
    return _plain(array) if spelling is None else _respelled(array, spelling)


def _plain(array: Array) -> Array:
    """The same array, unless it is compressed by what few clients know."""
    stored = {
        zarr_format: one
        for zarr_format, one in array.stored.items()
        if one.codecs is not None and portable_codecs(one.codecs) == one.codecs
    }
    codecs = portable_codecs(array.codecs)
    if len(stored) == len(array.stored) and codecs == array.codecs:
        return array
    return replace(_unsharded(array), stored=stored, codecs=codecs)


def _unsharded(array: Array) -> Array:
    """In the chunks of version 2, which has no shards: nobody should have to read one whole."""
    return array.in_format(2)


def _respelled(array: Array, spelling: Spelling) -> Array:
    array = _unsharded(array)
    if spelling.is_joined:
        return _joined(array, spelling)
    added = () if spelling.axis is None else (spelling.axis,)
    names = array.dimension_names or (None,) * len(array.shape)

    count = len(array.shape)

    def convert(block: Block, region: Region) -> Block:
        whole = spelling.convert(block)
        return whole[(*(slice(None),) * count, *region[count:])] if added else whole

    return seen_through(
        array, convert, lambda region: region[:count],
        shape=(*array.shape, *(length for _, length in added)),
        chunk_shape=(*array.chunk_shape, *(length for _, length in added)),
        dimension_names=(*names, *(name for name, _ in added)),
        dtype=spelling.dtype,
        fill_value=spelling.fill_value,
        attributes=spelling.attributes,
        codecs=portable_codecs(array.codecs),
        version=_marked(array),
    )  # fmt: skip


def _joined(array: Array, spelling: Spelling) -> Array:
    """An array without its last axis, which holds the characters of a text each."""
    *shape, length = array.shape
    target = Policy().target_bytes

    return seen_through(
        array, lambda block, _: spelling.convert(block), lambda region: (*region, slice(0, length)),
        shape=tuple(shape),
        chunk_shape=chunk_shape_for(shape, length, target, source_chunks=array.chunk_shape[:-1]),
        dimension_names=(array.dimension_names or ())[:-1],
        dtype=spelling.dtype,
        fill_value=None,
        attributes=spelling.attributes,
        codecs=portable_codecs(array.codecs),
        version=_marked(array),
    )  # fmt: skip


def _fields(array: Array) -> Group:
    """A structure as a group with an array for each field."""
    array = _unsharded(array)
    fields = {name: _made(_field(array, name), {}) for name in array.dtype.names or ()}
    return Group(fields, array.attributes, version=array.version, validator=array.validator)


def _field(array: Array, name: str) -> Array:
    return seen_through(
        array, lambda block, _: block[name],
        dtype=array.dtype[name],
        fill_value=None if array.fill_value is None else array.fill[name],
        attributes={},
        version=_marked(array),
    )  # fmt: skip


def _marked(array: Array) -> str | None:
    """A version of its own, as other bytes may go under the same path."""
    return None if array.version is None else f"{array.version} {PORTABLE}"
