"""Export to CSV: tables with a header, and arrays of one or two axes without one.

Numbers are spelled so that they are read back as they were. All text stands in quotes, so that an empty
text differs from a missing value, which is nothing at all.

References
----------
https://www.rfc-editor.org/rfc/rfc4180
"""

import math
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.chunks import read_region
from ..core.dtypes import Block, element_size
from ..core.errors import BadRequest, Unreadable
from ..core.meant import as_meant
from ..core.nodes import Array, Node
from ..preview.column import Column, values_at
from ..preview.orders import order_of
from ..preview.table import Table, has_rows, table_of
from .asked import Asked
from .pieces import TARGET, Export, Piece, joined, known, parts_of
from .selection import Selection, selected

_NUMBER = 24  # characters of a number, with what separates it from the next
_IN_ORDER = 1 << 22  # bytes of a piece of a table to aim at, which is held several times on its way
_STEP = 4096  # rows that are spelled at once


def csv_text(node: Node, asked: Asked) -> Export:
    """The file of a table's columns and rows, or of a region of an array.

    Raises
    ------
    BadRequest
        If there is no such column or region.
    Unreadable
        If it has more than two axes, or elements that CSV cannot spell.
    """
    if isinstance(node, Array) and not node.dtype.names and not asked.is_of_rows:
        return _of_array(as_meant(node), selected(node.shape, asked.region))
    if not has_rows(node):
        raise Unreadable(
            "csv: holds tables, and arrays of at most two axes; choose a region, or export npy"
        )
    table = table_of(node)
    return _of_table(table, table.all_columns(asked.columns), asked)


def _of_array(array: Array, selection: Selection) -> Export:
    """A line for each element of the first axis that is left."""
    if len(selection.axes) > 2:
        raise Unreadable(
            f"csv: holds at most two axes, and this has {len(selection.axes)}; choose an index of the "
            "others by region=, or export npy"
        )
    column = Column("", array, array.dtype, lambda block: block)
    spell = _spelling(column)
    width = selection.shape[1] if len(selection.axes) == 2 else 1
    _check(math.prod(selection.shape) * _NUMBER)

    def make(part: tuple[slice, ...]) -> bytes:
        block = read_region(array, part)
        rows = spell(block.reshape(-1))
        lines = [",".join(rows[at : at + width]) for at in range(0, len(rows), width)]
        return _encoded(lines)

    def pieces(part: tuple[slice, ...]) -> Piece:
        return Piece(None, partial(make, part))

    # parts of whole lines
    if len(selection.axes) == 2 and width:
        rows = selection.region[: selection.axes[1]]
        size = width * max(_NUMBER, element_size(array.dtype))
        lines = parts_of(rows, array.chunk_shape[: len(rows)], size)
        rest = selection.region[selection.axes[1] :]
        parts = [(*part, *rest) for part in lines]
    else:
        parts = parts_of(selection.region, array.chunk_shape, max(_NUMBER, element_size(array.dtype)))
    return Export([pieces(part) for part in parts], (array,), (selection,))


def _of_table(table: Table, columns: Sequence[Column], asked: Asked) -> Export:
    order = order_of(table, asked.path, asked.wanted)
    total = table.total if order is None else len(order)
    (rows,) = selected((total,), asked.region).region
    spellings = [_spelling(column) for column in columns]
    width = sum(max(_NUMBER, element_size(column.dtype)) for column in columns)
    _check((rows.stop - rows.start) * width)

    def make(start: int, stop: int) -> bytes:
        at = range(start, stop) if order is None else order[start:stop].tolist()
        return _in_steps(values_at(columns, at), spellings)

    # Rows in another order are read out of the whole table for each piece.
    target = _IN_ORDER if order is None else TARGET
    step = max(1, min(target // max(1, width), _rows_at_once(columns)))
    head = known(_encoded([",".join(_quoted(column.name or "value") for column in columns)]))
    pieces = [
        Piece(None, partial(make, start, min(rows.stop, start + step)))
        for start in range(rows.start, rows.stop, step)
    ]
    identity = (rows.start, rows.stop, None if order is None else zlib.crc32(order.tobytes()))
    arrays = [column.array for column in columns]
    return Export([*joined([head, *pieces[:1]]), *pieces[1:]], arrays, identity)


def _in_steps(blocks: Sequence[Block], spellings: Sequence[Callable[[Block], list[str]]]) -> bytes:
    """The lines of rows, some at a time: as texts they take many times as much as what they become."""
    body = bytearray()
    for start in range(0, len(blocks[0]) if blocks else 0, _STEP):
        step = slice(start, start + _STEP)
        cells = [spell(values[step]) for spell, values in zip(spellings, blocks, strict=True)]
        if len(cells) == 1:  # an empty line is none
            lines = [cell or '""' for cell in cells[0]]
        else:
            lines = list(map(",".join, zip(*cells, strict=True)))
        body += _encoded(lines, len(body))
    return bytes(body)


def _rows_at_once(columns: Sequence[Column]) -> int:
    """Rows of a piece: chunks are cut by how long texts are, so a few of these are not too long."""
    lengths = [column.array.chunk_shape[0] for column in columns if column.dtype.kind in "TO"]
    return 4 * min(lengths) if lengths else TARGET


def _check(size: int) -> None:
    if size > limits.EXPORT:
        raise Unreadable(f"csv: about {size:,} bytes are more than {limits.EXPORT:,}; choose less")


def _encoded(lines: Sequence[str], before: int = 0) -> bytes:
    body = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    if before + len(body) > limits.EXPORT_WHOLE:
        raise Unreadable("csv: its texts are too long to be made a part at a time; choose fewer columns")
    return body


def _quoted(text: str) -> str:
    text = to_json(text)
    return '"' + text.replace('"', '""') + '"'


def _spelling(column: Column) -> Callable[[Block], list[str]]:
    """What spells values of a column, "" where they are missing."""
    kind = column.dtype.kind
    if column.dtype.names is not None or kind == "V":
        raise Unreadable(
            f"csv: {column.name or 'elements'} of {column.dtype} have no spelling; export npy, or a field"
        )

    def spell(values: Block) -> list[str]:
        texts = _spelled(values)
        missing = column.missing(values)
        if not missing.any():
            return texts
        return ["" if absent else text for text, absent in zip(texts, missing.tolist(), strict=True)]

    return spell


def _spelled(values: Block) -> list[str]:
    kind = values.dtype.kind
    if kind in "UT":
        return [_quoted(text) for text in values.tolist()]
    if kind in "SO":
        return [_quoted(repr(value)) for value in values.tolist()]
    if kind == "c":
        return [str(value).strip("()") for value in (values.tolist() if values.itemsize == 16 else values)]
    if kind == "M":
        return [str(text) for text in np.datetime_as_string(values)]
    if kind in "biu" or values.dtype.str == "<f8":  # Python spells these as NumPy does
        return list(map(str, values.tolist()))
    return list(map(str, values))


def refused_columns(asked: Asked, form: str) -> None:
    """Refuse what only tables have.

    Raises
    ------
    BadRequest
        If columns or rows are chosen by name or condition.
    """
    if asked.is_of_rows:
        raise BadRequest(
            f"{form}: columns, sort, where and find choose rows of tables; export csv or parquet"
        )
