"""CSV files: a group of columns that holds what `pandas.read_csv` reads, without reading it all.

Opening looks at the header alone. The first look at a column reads the file once, to find its rows and
dtypes; after that, a chunk parses the blocks its rows lie in. There is no index:
the dimension is "row". Dates stay text, as they do in pandas. What lies above the header is no row.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...adapters.column import Column, Field, once
from ...adapters.columns import named_fields, table
from ...adapters.pandas_columns import column_of
from ...adapters.pandas_objects import Values
from ...core import limits
from ...core.children import Children
from ...core.dtypes import VLEN_ESTIMATE
from ...core.errors import Unavailable, Unreadable
from ...core.memory import MEMORY, Share
from ...core.names import served_names
from ...core.nodes import Group, Policy
from ..files import open_at, open_binary
from .index import Index, index_of
from .preamble import preamble_of
from .text import (
    Dialect,
    delimiter_of,
    encoding_of,
    first_row_end,
    header_names,
    refuse_rows,
    stored_length,
    to_utf8,
)

_HEAD = 1 << 16
_LONGEST_HEADER = 1 << 24

# What NumPy has no dtype for; text is parsed as "str", of which pandas makes what its version has.
_PANDAS: dict[str, Any] = {"str": pd.StringDtype(), "boolean": pd.BooleanDtype()}


def read(path: Path, policy: Policy) -> Group:
    """The columns of a CSV file; only the header is read.

    Raises
    ------
    Unreadable
        If the file has no header or is no text. A malformed row is an error of all columns.
    """
    header = _header(path)
    parsed: Share[Any] = Share(MEMORY, "csv", _size, is_costly=True)
    make = once(lambda: _table(_Source(path, header.dialect, header.index(path), parsed), header, policy))
    names = served_names(header.names)
    renames = dict(zip(header.names, names, strict=True))
    children = Children(names, lambda name: make().children[name], renames)
    return Group(children, called="table", by_format=lambda _: make().attributes)


def _size(frame: Any) -> int:
    return int(frame.memory_usage(deep=True).sum())


def _told(encoding: str, comments: list[str]) -> dict[str, Any]:
    told = {} if encoding == "utf-8" else {"encoding": encoding}
    return {**told, **({"comments": comments} if comments else {})}


@dataclass(frozen=True)
class _Header:
    """What the head of a file tells; `end` is where it ends, in bytes, after `lines` lines."""

    names: list[str]
    dialect: Dialect
    encoding: str
    end: int
    lines: int
    comments: list[str]

    def index(self, path: Path) -> Index:
        """See `index.index_of`."""
        return index_of(path, self.end, self.dialect, self.encoding, self.lines)


def _header(path: Path) -> _Header:
    """The header row, and whether the row below it has more fields."""
    head, ended = _head(path, _HEAD)
    encoding, mark = encoding_of(head)
    while True:
        text = to_utf8(head[mark:], encoding)
        if b"\0" in text:
            raise Unreadable(f"{path.name}: has NUL bytes, so it is no text; is it really a CSV file?")
        above = preamble_of(path.name, text)
        delimiter = above.delimiter or delimiter_of(path.name, text[above.end :])
        end = above.end + first_row_end(text[above.end :], delimiter)
        if ended or (end > above.end and first_row_end(text[end:], delimiter)):
            break
        if len(head) > _LONGEST_HEADER:
            raise Unreadable(
                f"{path.name}: its first rows never end; a quotation mark is probably not closed"
            )
        head, ended = _head(path, 2 * len(head))
    if not text[above.end :].strip():
        raise Unreadable(f"{path.name}: has no header; its first line must name the columns")
    end = end if end > above.end else len(text)
    head = text[above.end : end]
    if (width := head.count(delimiter.encode()) + 1) > limits.COLUMNS:
        raise Unreadable(
            f"{path.name}: has up to {width:,} columns, of which no more than {limits.COLUMNS:,} are read; "
            "turn it by 90 degrees or write it as an array"
        )
    names = header_names(head, delimiter)
    try:
        width = _first_width(text[end:], Dialect(delimiter, len(names)))
    except pd.errors.ParserError as error:
        raise refuse_rows(error, text[:end].count(b"\n"), text) from error
    # Like pandas: what is left of the header's columns is a column of labels without a name.
    labels = served_names(["index"] * (width - len(names)), names)
    names = [*labels, *names]
    place = mark + stored_length(text[:end], encoding)
    lines = text[:end].count(b"\n")
    return _Header(names, Dialect(delimiter, len(names)), encoding, place, lines, above.comments)


def _first_width(rows: bytes, dialect: Dialect) -> int:
    end = first_row_end(rows, dialect.delimiter)
    return dialect.first_width(rows[:end]) if end else dialect.first_width(rows)


def _head(path: Path, length: int) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether they are all of it."""
    with open_binary(path) as file:
        head: bytes = file.read(length)
    return head, len(head) < length


def _width(dtype: str) -> int:
    """Bytes per element of what a column is served as."""
    return VLEN_ESTIMATE if dtype == "str" else 1 if dtype == "boolean" else np.dtype(dtype).itemsize


def _table(source: "_Source", header: _Header, policy: Policy) -> Group:
    index = source.index
    widths = [_width(dtype) for dtype in index.dtypes]
    # A chunk of more rows than a block has would parse many blocks of all columns for one of them.
    least = (
        policy.target_bytes * len(index.blocks) // max(1, index.starts[-1]) if len(index.blocks) > 1 else 1
    )
    fields = [
        Field(name, max(width, least), partial(source.column, position))
        for position, (name, width) in enumerate(zip(header.names, widths, strict=True))
    ]
    columns = named_fields(fields)
    dimension = served_names(["row"], columns)[0]
    return table(
        columns, index.starts[-1], policy, dimension, attributes=_told(index.encoding, header.comments)
    )


@dataclass(frozen=True)
class _Source:
    """A file whose index is known, and its last parsed blocks."""

    path: Path
    dialect: Dialect
    index: Index
    parsed: Share[Any]

    def column(self, position: int) -> Column | list[Field]:
        """The column at a position."""
        dtype = self.index.dtypes[position]
        stand_in = pd.Series([pd.NA] if self.index.nulls[position] else [], dtype=object)
        values = Values(partial(self.rows, position), lambda: stand_in)
        return column_of(_PANDAS.get(dtype) or np.dtype(dtype), values)

    def rows(self, position: int, start: int, stop: int) -> Any:
        """Rows of a column, from the blocks they lie in."""
        starts, parts = self.index.starts, []
        number = bisect_right(starts, start) - 1
        while start < stop:
            first, end = starts[number], min(starts[number + 1], stop)
            if start < end:
                parts.append(self.block(number)[position].iloc[start - first : end - first])
            start, number = end, number + 1
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def block(self, number: int) -> Any:
        """One block as a frame."""
        return self.parsed.made(number, partial(self.parse, number))

    def parse(self, number: int) -> Any:
        """Read one block with the dtypes of the whole file."""
        block = self.index.blocks[number]
        with open_at(self.path) as read_at:
            raw = read_at(block.offset, block.length)
        frame = self.dialect.parse(to_utf8(raw, self.index.encoding), dict(enumerate(self.index.dtypes)))
        if len(frame) != block.rows:
            raise Unavailable(f"{self.path.name}: has changed while it was read; list its folder again")
        return frame
