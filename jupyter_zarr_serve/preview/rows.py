"""The rows of a table, or of an array that has rows, as short texts."""

import math
from collections.abc import Sequence
from typing import Any

from ..core import limits
from ..core.attributes import to_json
from ..core.dtypes import Block, DType
from ..core.nodes import Array, Node
from ..core.public_text import short
from .column import Column, values_at
from .conditions import shown_as
from .orders import Wanted, order_of
from .table import MOST_COLUMNS, table_of

MOST_ROWS = 1000
_LONGEST = 120  # characters of one value
Cell = str | None  # None is a missing value


def rows(
    node: Node,
    offset: int,
    limit: int,
    *,
    path: tuple[str, ...] = (),
    columns: Sequence[str] = (),
    wanted: Wanted = Wanted(),  # noqa: B008 (frozen)
) -> dict[str, Any]:
    """Some rows of a table, all values as text, None where they are missing.

    Parameters
    ----------
    path
        Of the node.
    columns
        Names of those to show; the first ones where none are named.
    wanted
        Which rows, and in which order.

    Raises
    ------
    BadRequest
        If there is no such column, or a condition has no meaning.
    Unreadable
        If the node has no rows.
    ServeError
        If a column cannot be read.
    """
    table = table_of(node)
    shown = table.columns(columns[:MOST_COLUMNS])
    order = order_of(table, path, wanted)
    total = table.total if order is None else len(order)
    start = min(offset, total)
    stop = min(total, start + min(limit, MOST_ROWS))
    at = range(start, stop) if order is None else order[start:stop].tolist()
    values = [_texts(block, column) for block, column in zip(values_at(shown, at), shown, strict=True)]
    listed = [list(row) for row in zip(*values, strict=True)] if values else []
    names = [
        {"name": short(to_json(column.name), limits.NAME), "dtype": dtype_name(column.dtype)}
        for column in shown
    ]
    return {
        "columns": names, "total": total, "of": table.total,
        "offset": start, "limit": limit, "rows": listed,
    }  # fmt: skip


def _texts(values: Block, column: Column) -> list[Cell]:
    missing = column.marked(values)
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
    text = to_json(shown_as(value))
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
