"""One pass over a CSV file: where its blocks of rows lie, and what its columns hold.

Memory is bounded by the block, not by the file. A column's dtype is what `pandas.read_csv` finds in
the whole file: it is merged over the blocks, and the values are parsed again with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...core.errors import Unreadable
from ..files import open_binary
from .text import Dialect, is_utf8, refuse_rows, stored_length, to_utf8

BLOCK = 1 << 22  # bytes
_LONGEST_ROW = 1 << 26


@dataclass(frozen=True)
class Block:
    """A block of whole rows: its place in the file, its rows, and the lines before it."""

    offset: int
    length: int
    rows: int
    lines_before: int


@dataclass(frozen=True)
class Index:
    """What the pass has found.

    Attributes
    ----------
    starts
        The first row of each block, and the number of all rows.
    dtypes
        By column, as `pandas.read_csv` takes them: "str" for text.
    nulls
        By column: whether any value is missing.
    """

    encoding: str
    blocks: list[Block]
    starts: list[int]
    dtypes: list[str]
    nulls: list[bool]


@dataclass
class _Seen:
    """What was found in the blocks of one column so far."""

    kinds: set[str] = field(default_factory=set)
    nulls: bool = False
    negative: bool = False

    def add(self, values: Any) -> None:
        """Note one block's values."""
        absent = int(values.isna().sum())
        self.nulls = self.nulls or absent > 0
        if absent == len(values):
            return
        kind = _kind(values, absent)
        self.kinds.add(kind)
        # Beside integers of 64 bits pandas makes empty text of what is missing.
        self.nulls = self.nulls or (kind == "T" and bool((values == "").any()))
        self.negative = self.negative or (kind == "i" and bool(values.min() < 0))

    def dtype(self) -> str:
        """What pandas would make of all blocks together."""
        if not self.kinds:
            return "float64" if self.nulls else "str"
        if self.kinds == {"b"}:
            return "boolean" if self.nulls else "bool"
        if self.kinds == {"i"}:
            return "float64" if self.nulls else "int64"
        if self.kinds <= {"i", "u"}:
            return "str" if self.nulls or self.negative else "uint64"
        if self.kinds in ({"u", "n"}, {"i", "u", "n"}):
            return "str"
        return "float64" if self.kinds <= {"i", "u", "f", "n"} else "str"


def _kind(values: Any, absent: int) -> str:
    """b, i, u, f as in NumPy; n for whole numbers with gaps, which are floats but may be integers; T."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return "n" if absent and bool((values.dropna() % 1 == 0).all()) else "f"
    if isinstance(dtype, np.dtype) and dtype.kind in "biu":
        return dtype.kind
    if isinstance(dtype, np.dtype) and pd.api.types.infer_dtype(values, skipna=True) == "boolean":
        return "b"
    return "T"


def index_of(path: Path, start: int, dialect: Dialect, encoding: str, lines: int) -> Index:
    """Read a file once, from its first row of data on.

    Parameters
    ----------
    start
        Where the first row of data begins, in bytes.
    lines
        Lines before it.

    Raises
    ------
    Unreadable
        If a row is malformed; the message has its line.
    """
    seen = [_Seen() for _ in range(dialect.width)]
    blocks = []
    for offset, text in _texts(path, start, dialect, encoding):
        if encoding == "utf-8" and not is_utf8(text, whole=True):
            return index_of(path, start, dialect, "latin-1", lines)
        frame = _parsed(text, dialect, lines)
        blocks.append(Block(offset, stored_length(text, encoding), len(frame), lines))
        for column, found in enumerate(seen):
            found.add(frame[column])
        lines += text.count(b"\n")
    starts = [0, *accumulate(block.rows for block in blocks)]
    return Index(
        encoding, blocks, starts, [found.dtype() for found in seen], [found.nulls for found in seen]
    )


def _parsed(text: bytes, dialect: Dialect, lines: int) -> Any:
    if b"\0" in text:
        raise Unreadable(f"there are NUL bytes after line {lines:,}: this is no text; export it again")
    try:
        return dialect.parse(text)
    except pd.errors.ParserError as error:
        raise refuse_rows(error, lines, text) from error


def _texts(path: Path, start: int, dialect: Dialect, encoding: str) -> Iterator[tuple[int, bytes]]:
    """Whole rows, about a block at a time, as UTF-8, each with its offset in the file."""
    with open_binary(path) as file:
        file.seek(start)
        offset, raw, wanted = start, b"", BLOCK
        while True:
            more = file.read(wanted)
            raw += more
            text = to_utf8(raw, encoding)
            end = dialect.rows_end(text, last=not more)
            if end:
                used = stored_length(text[:end], encoding)
                yield offset, text[:end]
                offset, raw, wanted = offset + used, raw[used:], BLOCK
            elif len(raw) > _LONGEST_ROW:
                raise Unreadable(
                    f"the row at byte {offset:,} has more than {_LONGEST_ROW:,} bytes: a quotation mark is "
                    "probably not closed"
                )
            else:
                wanted = len(raw) or BLOCK
            if not more:
                if raw:
                    raise Unreadable(
                        f"the last {len(raw)} bytes are a part of a character; the file is cut short"
                    )
                return
