"""The dialect of Zarr version 2: document keys, documents, chunk keys.

Dimension names are the attribute ``_ARRAY_DIMENSIONS``. An integer array declares no fill value:
xarray takes version 2's ``fill_value`` for a mark of missing data and would turn real zeros into NaN.
As an absent chunk is then undefined, every chunk is sent.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

from .attributes import attributes_json, bounded, with_hashable_marks
from .codecs import Codec
from .consolidated import left_out, nodes_described, told_of
from .dtypes import shuffle_size, v2_dtype, vlen_codec
from .errors import ServeError
from .fills import fill_json, missing_fill
from .grid import spelled_coords
from .known_names import ZARRAY, ZATTRS, ZGROUP, ZMETADATA
from .nodes import Array, Group, Node
from .stored import Coords

ZARR_FORMAT = 2
GROUP_KEYS = frozenset({ZGROUP, ZATTRS, ZMETADATA})
ARRAY_KEYS = frozenset({ZARRAY, ZATTRS})
FILL_CHUNKS_ABSENT = False


def document(node: Node, key: str) -> dict[str, Any] | None:
    """The document at one of the node's keys; None where the node has no such document.

    Raises
    ------
    ServeError
        If a member of a group cannot be had just now.
    """
    if key == ZMETADATA:
        return _consolidated(node) if isinstance(node, Group) else None
    return _documents(node, left_out(node, ZARR_FORMAT) if _tells(node, key) else {}).get(key)


def _tells(node: Node, key: str) -> TypeGuard[Group]:
    """Whether a document has the attributes of a group."""
    return isinstance(node, Group) and key == ZATTRS


def chunk_key(coords: Coords) -> str:
    """The store key of a chunk.

    Examples
    --------
    >>> chunk_key((1, 0)), chunk_key(())
    ('1.0', '0')
    """
    return ".".join(map(str, coords)) or "0"


def chunk_coords(key: str, ndim: int) -> Coords | None:
    """The coordinates a store key spells, or None when it is not exactly a chunk's key."""
    coords = spelled_coords(key.split(".") if ndim else [], ndim)
    return coords if coords is not None and chunk_key(coords) == key else None


def codecs_of(array: Array) -> tuple[Codec, ...]:
    """What encodes the array's chunks here: version 2 has a name for every codec."""
    if ZARR_FORMAT in array.stored and (stored := array.stored[ZARR_FORMAT].codecs) is not None:
        return stored
    return array.codecs


def _consolidated(group: Group) -> dict[str, Any] | None:
    below = nodes_described(group, ZARR_FORMAT)
    if below is None:
        return None
    metadata = bounded(
        (f"{one.path}/{key}".lstrip("/"), body)
        for one in below
        for key, body in _documents(one.node, one.left_out).items()
    )
    return None if metadata is None else {"zarr_consolidated_format": 1, "metadata": metadata}


def _documents(node: Node, left_out: Mapping[str, ServeError]) -> dict[str, dict[str, Any]]:
    if isinstance(node, Group):
        attributes = attributes_json({**told_of(left_out), **node.attributes_in(ZARR_FORMAT)})
        return {ZGROUP: {"zarr_format": ZARR_FORMAT}, ZATTRS: attributes}
    attributes = {**attributes_of(node), "_ARRAY_DIMENSIONS": list(node.axis_names)}
    return {ZARRAY: layout_document(node), ZATTRS: attributes}


def attributes_of(array: Array) -> dict[str, Any]:
    """An array's attributes in JSON, without the names of its axes."""
    return with_hashable_marks(attributes_json(array.attributes))


def layout_document(array: Array) -> dict[str, Any]:
    """An array's ``.zarray``."""
    array = array.in_format(ZARR_FORMAT)
    size = shuffle_size(array.dtype)
    vlen = vlen_codec(array.dtype)
    compressors = [codec.v2(size) for codec in codecs_of(array)]
    stored = array.stored.get(ZARR_FORMAT)
    return {
        "zarr_format": ZARR_FORMAT,
        "shape": list(array.shape),
        "chunks": list(array.chunk_shape),
        "dtype": v2_dtype(array.dtype),
        "compressor": compressors[0] if compressors else None,
        "fill_value": fill_json(_fill_value(array), array.dtype),
        "order": "C",
        "filters": [{"id": vlen}] if vlen else None,
        "dimension_separator": ".",
        **(stored.document if stored else {}),
    }


def _fill_value(array: Array) -> Any:
    """The mark of missing data, if the array has one: its ``_FillValue``, or NaN for floats."""
    mark = array.missing_mark
    if mark is not None:
        return mark
    return None if "missing_value" in array.attributes else missing_fill(array.dtype)
