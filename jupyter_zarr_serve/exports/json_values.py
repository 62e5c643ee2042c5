"""Export to JSON: the elements of a region, flat and in C order, for pages that show what is no number."""

import json
import math
from typing import Any

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.chunks import read_region
from ..core.dtypes import Block
from ..core.errors import BadRequest, Unreadable
from ..core.meant import as_meant
from ..core.nodes import Array, Node
from ..preview.rows import dtype_name
from .asked import Asked
from .pieces import Export, Piece
from .selection import selected

_REMEDY = "choose a smaller region, or export it as npy"


def json_values(node: Node, asked: Asked) -> Export:
    """A document with the members `shape`, `dtype` and `values`.

    Numbers and truth values are what they are, integers of 64 bits as well; NaN and infinities are texts
    ("NaN", "Infinity", "-Infinity"), complex numbers pairs, records lists of their fields, times and bytes
    texts as the tables of pages have them. What is missing is null.

    Raises
    ------
    BadRequest
        If it is no array, or the region is none of it.
    Unreadable
        If there are too many elements or bytes.
    """
    if not isinstance(node, Array) or asked.is_of_rows:
        raise BadRequest("json: holds one array; name one, or export this as csv")
    node = as_meant(node)
    selection = selected(node.shape, asked.region)
    count = math.prod(selection.shape)
    if count > limits.EXPORT_VALUES:
        raise Unreadable(f"json: {count:,} elements are more than {limits.EXPORT_VALUES:,}; {_REMEDY}")
    size = count * (0 if node.dtype.kind in "TO" else node.dtype.itemsize)
    if size > 4 * limits.EXPORT_JSON:
        raise Unreadable(f"json: {size:,} bytes of elements are too many; {_REMEDY}")

    def make() -> bytes:
        block = read_region(node, selection.region).reshape(-1)
        told = {
            "shape": selection.shape,
            "dtype": dtype_name(node.dtype),
            "values": values_of(block, node.missing_mark),
        }
        body = json.dumps(told, allow_nan=False, separators=(",", ":")).encode()
        if len(body) > limits.EXPORT_JSON:
            raise Unreadable(f"json: {len(body):,} bytes are more than {limits.EXPORT_JSON:,}; {_REMEDY}")
        return body

    return Export([Piece(None, make)], (node,), (selection,))


def values_of(block: Block, mark: Any = None) -> list[Any]:
    """The elements of a block of one axis, as JSON has them; see `json_values`.

    Parameters
    ----------
    mark
        An element that stands for a missing one; None if there is none.

    Examples
    --------
    >>> values_of(np.array([1, -1]), -1), values_of(np.array([0.5, np.nan]))
    ([1, None], [0.5, 'NaN'])
    """
    values = _told(block)
    if mark is None:
        return values
    missing = np.asarray(block == mark)
    return [None if is_missing else value for value, is_missing in zip(values, missing, strict=True)]


def _told(block: Block) -> list[Any]:
    kind = block.dtype.kind
    if block.dtype.names is not None:
        fields = [_told(block[name]) for name in block.dtype.names]
        return [list(record) for record in zip(*fields, strict=True)]
    if kind in "?biu":
        return list(block.tolist())
    if kind == "f":
        numbers = block.tolist()
        return numbers if np.isfinite(block).all() else [_number(number) for number in numbers]
    if kind == "c":
        return [[_number(value.real), _number(value.imag)] for value in block.tolist()]
    if kind in "mM":
        texts = block.astype(str).tolist() if kind == "M" else [str(value) for value in block]
        return [None if absent else text for text, absent in zip(texts, np.isnat(block), strict=True)]
    if kind in "SOV":
        return [repr(value if isinstance(value, bytes) else bytes(value)) for value in block.tolist()]
    return [to_json(str(value)) for value in block.tolist()]


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
