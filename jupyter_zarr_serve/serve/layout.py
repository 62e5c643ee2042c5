"""An array's layout: everything in its metadata that decides how its chunks are decoded, as a short text.

Arrays of equal layouts can decode each other's chunks. So can an array that grew along one axis, with the
chunks that it had before.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..core.derived import Derived
from ..core.dialects import DIALECTS, Dialect
from ..core.known_names import ZARRAY
from ..core.nodes import Array

Layout = str
Names = tuple[str, ...]
_BESIDE = (
    "attributes",
    "dimension_names",
    "shape",
)  # no part of the digest
_MOST = 4096  # arrays of one document; more would delay the answer
_LAYOUTS: Mapping[int, Derived[Layout]] = {zarr_format: Derived() for zarr_format in DIALECTS}
_V2_KEY = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)


def layout_of(document: Mapping[str, Any]) -> Layout:
    """The layout in an array's metadata document, of either format.

    Examples
    --------
    >>> layout_of({"shape": [3, 4], "dtype": "<i4"}).partition(":")[2]
    '3,4'
    """
    beside = {name: value for name, value in document.items() if name not in _BESIDE}
    text = json.dumps(beside, sort_keys=True, default=repr)
    digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    return f"{digest}:{','.join(map(str, document['shape']))}"


def layout_in(array: Array, dialect: Dialect) -> Layout:
    """The layout of an array in one format."""
    known = _LAYOUTS[dialect.ZARR_FORMAT]
    return known.of(array, lambda array: layout_of(dialect.layout_document(array)))


def layouts_below(document: Mapping[str, Any]) -> dict[str, Layout]:
    """The layouts in a metadata document, by path: of its own array, or of all arrays below its group.

    Only the first 4 096 arrays of a group are listed.
    """
    found: dict[str, Layout] = {}
    for path, body in _arrays(document):
        if len(found) == _MOST:
            break
        found[path] = layout_of(body)
    return found


def _arrays(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "shape" in document:
        yield "", document
    for path, body in document.get("metadata", {}).items():
        if path.rpartition("/")[2] == ZARRAY:
            yield path.rpartition("/")[0], body
    inline = document.get("consolidated_metadata", {}).get("metadata", {})
    yield from ((path, body) for path, body in inline.items() if body["node_type"] == "array")


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
