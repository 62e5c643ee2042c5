"""The first rows of a table, or of an array that has rows, as short texts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.chunks import read_region
from ..core.dtypes import Block, DType
from ..core.errors import ServeError, Unreadable, failures_named
from ..core.nodes import Array, Group, Node
from ..core.public_text import short
from ..core.walk import lookups, names_of

MOST_ROWS = 1000
MOST_COLUMNS = 64
_LONGEST = 120  # characters of one value
_MOST_TESTED = 1000  # of the members of what may be a table
Cell = str | None  # None is a missing value


def has_rows(node: Node) -> bool:
    """Whether a node can be shown as a table."""
    if isinstance(node, Array):
        return len(node.shape) <= 2 and not (node.dtype.names and len(node.shape) == 2)
    return bool(columns_of(node))


def columns_of(group: Group, names: Sequence[str] | None = None) -> dict[str, Array]:
    """The first columns of a group whose arrays share one dimension; none where they do not.

    Parameters
    ----------
    names
        Of all its members, for those who know them already; in large groups that is what costs.
    """
    if not group.consolidate:  # folders are no tables
        return {}
    if names is None:
        names = names_of(group)
    if len(names) > _MOST_TESTED:
        return {}
    columns: dict[str, Array] = {}
    for name, found in lookups(group, names[:MOST_COLUMNS]):
        if isinstance(found, ServeError):
            continue
        if not isinstance(found, Array) or len(found.shape) != 1 or not found.dimension_names:
            return {}
        columns[name] = found
    shared = {(array.shape, array.dimension_names) for array in columns.values()}
    return columns if len(shared) == 1 else {}


def rows(node: Node, offset: int, limit: int) -> dict[str, Any]:
    """Some rows of a table, all values as text.

    Raises
    ------
    Unreadable
        If the node has no rows.
    ServeError
        If a column cannot be read.
    """
    if not has_rows(node):
        raise Unreadable("only tables, and arrays of at most two axes, have rows")
    arrays = columns_of(node) if isinstance(node, Group) else {"": node}
    total = next(iter(arrays.values())).shape[0] if _is_long(arrays) else 1
    start = min(offset, total)
    stop = min(total, start + min(limit, MOST_ROWS))
    columns: list[dict[str, str]] = []
    values: list[list[Cell]] = []
    for name, array in arrays.items():
        with failures_named(name or "values"):
            for label, dtype, cells in _columns(name, array, start, stop):
                columns.append({"name": short(to_json(label), limits.NAME), "dtype": dtype_name(dtype)})
                values.append(cells)
    listed = [list(row) for row in zip(*values, strict=True)] if values else []
    return {"columns": columns, "total": total, "offset": start, "limit": limit, "rows": listed}


def _is_long(arrays: Mapping[str, Array]) -> bool:
    return bool(next(iter(arrays.values())).shape)


def _columns(name: str, array: Array, start: int, stop: int) -> list[tuple[str, DType, list[Cell]]]:
    """The columns that an array makes, each with its label and its values as text."""
    if len(array.shape) == 2:
        width = min(array.shape[1], MOST_COLUMNS)
        block = read_region(array, (slice(start, stop), slice(0, width)))
        return [(str(at), array.dtype, _texts(block[:, at], array)) for at in range(width)]
    region = (slice(start, stop),) if array.shape else ()
    block = read_region(array, region).reshape(-1)
    if array.dtype.names is not None:
        fields = array.dtype.names[:MOST_COLUMNS]
        return [(field, array.dtype[field], _texts(block[field], None)) for field in fields]
    return [(name, array.dtype, _texts(block, array))]


def _texts(values: Block, array: Array | None) -> list[Cell]:
    mark = array.missing_mark if array else None
    missing = (values == mark) if mark is not None else np.zeros(values.shape, bool)
    return [
        None if is_missing else text_of(value) for value, is_missing in zip(values, missing, strict=True)
    ]


def text_of(value: Any) -> str:
    """A value as short text.

    Examples
    --------
    >>> text_of(np.float32(0.1)), text_of(np.datetime64("NaT")), text_of(b"x")
    ('0.1', 'NaT', "b'x'")
    """
    if isinstance(value, np.void) and value.dtype.names is None:
        value = value.tobytes()
    text = repr(bytes(value)) if isinstance(value, bytes) else str(value)
    text = to_json(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def dtype_name(dtype: DType) -> str:
    """A dtype as NumPy calls it; those of variable length by what they hold.

    Examples
    --------
    >>> dtype_name(np.dtype("<u2")), dtype_name(np.dtypes.StringDType())
    ('uint16', 'string')
    """
    named = {"T": "string", "O": "bytes"}
    return named.get(dtype.kind) or str(dtype)


def byte_count(array: Array) -> int | None:
    """Bytes of all elements; None where their length varies."""
    return None if array.dtype.kind in "TO" else math.prod(array.shape) * array.dtype.itemsize
