"""An array's layout: everything in its metadata that decides how its chunks are decoded, as a short text.

That is the document of the array, the names of its axes, and those of its attributes that clients decode
numbers by, such as a scale factor or the unit of times. Arrays of equal layouts can decode each other's
chunks. So can an array that grew along one axis, with the chunks that it had before.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from ..core.attributes import DECODING
from ..core.derived import Derived
from ..core.dialects import DIALECTS, Dialect
from ..core.known_names import ZARRAY, ZATTRS
from ..core.nodes import Array

Layout = str
Names = tuple[str, ...]
_BESIDE = ("attributes", "dimension_names", "shape")  # no part of the digest
_AXES = "_ARRAY_DIMENSIONS"
_MADE_NAME = re.compile(r"phony_dim_[0-9_]+")  # of an axis without a name; it changes with the length
_MOST = 4096  # arrays of one document; more would delay the answer
_LAYOUTS: Mapping[int, Derived[Layout]] = {zarr_format: Derived() for zarr_format in DIALECTS}
_V2_KEY = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)


def layout_of(document: Mapping[str, Any], attributes: Mapping[str, Any]) -> Layout:
    """The layout in an array's metadata, of either format.

    Parameters
    ----------
    attributes
        In JSON; in version 2 with the names of the axes.

    Examples
    --------
    >>> layout_of({"shape": [3, 4], "dtype": "<i4"}, {"units": "m"}).partition(":")[2]
    '3,4'
    """
    names = document.get("dimension_names", attributes.get(_AXES)) or ()
    shape = ",".join(map(str, document["shape"]))
    return f"{_digest_of(document, names)}{_digest_of_decoding(attributes)}:{shape}"


def layout_in(array: Array, dialect: Dialect) -> Layout:
    """The layout of an array in one format."""
    known = _LAYOUTS[dialect.ZARR_FORMAT].of(array, partial(_undecoded, dialect))
    told = {name: array.attributes[name] for name in DECODING if name in array.attributes}
    if not told:
        return known
    attributes = dialect.attributes_of(replace(array, attributes=told))  # in a kernel, they may change
    digest, _, shape = known.partition(":")
    return f"{digest}{_digest_of_decoding(attributes)}:{shape}"


def _undecoded(dialect: Dialect, array: Array) -> Layout:
    return layout_of(dialect.layout_document(array), {_AXES: array.axis_names})


def _digest_of(document: Mapping[str, Any], names: Sequence[str]) -> str:
    beside = {name: value for name, value in document.items() if name not in _BESIDE}
    return _digest([beside, [None if _MADE_NAME.fullmatch(name) else name for name in names]])


def _digest_of_decoding(attributes: Mapping[str, Any]) -> str:
    decoding = {name: value for name, value in attributes.items() if name in DECODING}
    return _digest(decoding) if decoding else ""


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def layouts_below(document: Mapping[str, Any]) -> dict[str, Layout]:
    """The layouts in the metadata of a group, of all arrays below it, by path.

    Only the first 4 096 arrays are listed.
    """
    return {path: layout_of(*told) for path, *told in islice(_arrays(document), _MOST)}


def _arrays(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    told = document.get("metadata", {})
    for key, body in told.items():
        path, _, name = key.rpartition("/")
        if name == ZARRAY:
            yield path, body, told.get(f"{path}/{ZATTRS}".lstrip("/"), {})
    inline = document.get("consolidated_metadata", {}).get("metadata", {})
    for path, body in inline.items():
        if body["node_type"] == "array":
            yield path, body, body["attributes"]


def holds(layout: Layout, seen: Layout) -> bool:
    """Whether an array has all chunks of an array with the layout `seen`.

    Examples
    --------
    >>> holds("a:3,4", "a:3,4"), holds("a:5,4", "a:3,4"), holds("a:3,4", "a:5,4"), holds("b:3,4", "a:3,4")
    (True, True, False, False)
    """
    if layout == seen:
        return True
    (mine, _, shape), (theirs, _, old) = layout.partition(":"), seen.partition(":")
    lengths, before = shape.split(","), old.split(",")
    if mine != theirs or len(lengths) != len(before):
        return False
    others = [(new, was) for new, was in zip(lengths, before, strict=True) if new != was]
    is_one = len(others) == 1 and all(map(str.isdecimal, others[0]))
    return is_one and int(others[0][0]) > int(others[0][1])


def chunk_owner(path: Sequence[str], zarr_format: int) -> Names | None:
    """The path of the array whose chunk a path names, by its spelling; None if it names no chunk.

    Examples
    --------
    >>> chunk_owner(("a", "c", "0", "1"), 3), chunk_owner(("a", "c"), 3), chunk_owner(("a", "0.1"), 2)
    (('a',), ('a',), ('a',))
    >>> chunk_owner(("a", "zarr.json"), 3), chunk_owner(("a", ""), 2), chunk_owner(("a", "b"), 2)
    (None, None, None)
    """
    if zarr_format == 2:
        return tuple(path[:-1]) if path and _V2_KEY.fullmatch(path[-1]) else None
    end = len(path)
    while end and path[end - 1].isdecimal() and path[end - 1].isascii():
        end -= 1
    return tuple(path[: end - 1]) if end and path[end - 1] == "c" else None
