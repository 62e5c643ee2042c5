"""The dialect of Zarr version 3: document keys, documents, chunk keys.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html
https://github.com/zarr-developers/zarr-specs/pull/309 (inline consolidated metadata)
"""

import base64
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from .attributes import attributes_json, bounded, to_json, with_hashable_marks
from .codecs import Codec, portable_codecs
from .consolidated import Described, left_out, nodes_described, told_of
from .dtypes import shuffle_size, v3_data_type, vlen_codec
from .errors import ServeError
from .fills import fill_json
from .grid import spelled_coords
from .known_names import ZARR_JSON
from .nodes import Array, Group, Node
from .stored import Coords

ZARR_FORMAT = 3
GROUP_KEYS = frozenset({ZARR_JSON})
ARRAY_KEYS = GROUP_KEYS
FILL_CHUNKS_ABSENT = True  # a missing chunk means fill_value, which is always declared


def document(node: Node, key: str) -> dict[str, Any]:  # noqa: ARG001 (there is one document)
    """The document at one of the node's keys.

    Raises
    ------
    ServeError
        If a member of a group cannot be had just now.
    """
    if isinstance(node, Array):
        return _array(node)
    below = nodes_described(node, ZARR_FORMAT)
    if below is None:
        return _group(node, left_out(node, ZARR_FORMAT))
    body = _group(node, below[0].left_out)
    metadata = bounded((one.path, _plain(one)) for one in below[1:])
    if metadata is not None:
        body["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": metadata}
    return body


def chunk_key(coords: Coords) -> str:
    """The store key of a chunk.

    Examples
    --------
    >>> chunk_key((1, 0)), chunk_key(())
    ('c/1/0', 'c')
    """
    return "/".join(("c", *map(str, coords)))


def chunk_coords(key: str, ndim: int) -> Coords | None:
    """The coordinates a store key spells, or None when it is not exactly a chunk's key."""
    coords = spelled_coords(key.split("/")[1:], ndim)
    return coords if coords is not None and chunk_key(coords) == key else None


def codecs_of(array: Array) -> tuple[Codec, ...]:
    """What encodes the array's chunks here: its own codecs where version 3 has names for them."""
    if ZARR_FORMAT in array.stored and (stored := array.stored[ZARR_FORMAT].codecs) is not None:
        return stored
    return portable_codecs(array.codecs)


def _plain(one: Described) -> dict[str, Any]:
    return _array(one.node) if isinstance(one.node, Array) else _group(one.node, one.left_out)


def _group(node: Group, left_out: Mapping[str, ServeError]) -> dict[str, Any]:
    attributes = {**told_of(left_out), **node.attributes_in(ZARR_FORMAT)}
    return {
        "zarr_format": ZARR_FORMAT,
        "node_type": "group",
        "attributes": attributes_json(attributes),
    }


def _array(array: Array) -> dict[str, Any]:
    return {"attributes": attributes_of(array), **layout_document(array)}


def layout_document(array: Array) -> dict[str, Any]:
    """An array's document without its attributes."""
    array = array.in_format(ZARR_FORMAT)
    stored = array.stored.get(ZARR_FORMAT)
    return {
        "zarr_format": ZARR_FORMAT,
        "node_type": "array",
        "shape": list(array.shape),
        "data_type": v3_data_type(array.dtype),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(array.chunk_shape)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill_json(array.fill, array.dtype),
        "codecs": _codecs(array),
        "dimension_names": list(array.axis_names),
        **(stored.document if stored else {}),
    }


def _codecs(array: Array) -> list[dict[str, Any]]:
    size = shuffle_size(array.dtype)
    return [_serializer(array), *(codec.v3(size) or {} for codec in codecs_of(array))]


def _serializer(array: Array) -> dict[str, Any]:
    vlen = vlen_codec(array.dtype)
    if vlen is not None:
        return {"name": vlen, "configuration": {}}
    if (array.dtype.kind in "SV" and array.dtype.names is None) or array.dtype.itemsize == 1:
        return {"name": "bytes"}
    return {"name": "bytes", "configuration": {"endian": "little"}}


def attributes_of(array: Array) -> dict[str, Any]:
    """An array's attributes in JSON, ``_FillValue`` among them as xarray's ``FillValueCoder`` decodes it.

    It decodes none for text, bytes and times: there the attribute has another name.

    References
    ----------
    https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html
    """
    attributes = with_hashable_marks(attributes_json(array.attributes))
    plain, mark = attributes.pop("_FillValue", None), array.missing_mark
    if mark is not None and array.dtype.kind in "fc":
        parts = np.atleast_1d(mark).astype("c16" if array.dtype.kind == "c" else "f8").view("f8")
        encoded = [base64.standard_b64encode(struct.pack("<d", part)).decode() for part in parts]
        attributes["_FillValue"] = encoded if array.dtype.kind == "c" else encoded[0]
    elif plain is not None:
        is_known = mark is not None and array.dtype.kind in "biu"
        attributes["_FillValue" if is_known else "missing_mark"] = to_json(mark) if is_known else plain
    return attributes
