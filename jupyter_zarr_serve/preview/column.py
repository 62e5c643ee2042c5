"""A column of a table: its values in some rows, and which of them are missing.

Rows that lie anywhere, such as those of a sorted table, are read in as few reads as their source allows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.chunks import read_region
from ..core.dtypes import Block, DType, element_size
from ..core.errors import failures_named
from ..core.grid import Region
from ..core.nodes import Array

_AT_ONCE = 1 << 24  # bytes of one column that are read at once
_EMPTY = {"empty string": "", "empty bytes": b""}  # how columns say what stands for missing values
_FAR = 128  # columns of an array that lie farther apart are not read at once


@dataclass(frozen=True, eq=False)
class Column:
    """A column.

    Attributes
    ----------
    name
        "" for the elements of an array of one axis.
    pick
        Takes its values from a block of the array.
    across
        The columns of the array that it lies in; none where the array has one axis.
    """

    name: str
    array: Array
    dtype: DType
    pick: Callable[[Block], Block]
    across: tuple[slice, ...] = ()

    @property
    def mark(self) -> Any:
        """What stands for a missing value; None if nothing does."""
        if self.dtype is not self.array.dtype:
            return None
        told = self.array.attributes.get("missing")
        empty = _EMPTY.get(told) if isinstance(told, str) and self.dtype.kind in "TO" else None
        return self.array.missing_mark if empty is None else empty

    def marked(self, values: Block) -> Block:
        """Which values stand for missing ones."""
        mark = self.mark
        return np.zeros(values.shape, bool) if mark is None else np.asarray(values == mark)

    def missing(self, values: Block) -> Block:
        """Which values are missing: those, NaN and NaT."""
        marked = self.marked(values)
        if values.dtype.kind in "fc":
            return marked | np.isnan(values)
        return marked | np.isnat(values) if values.dtype.kind in "mM" else marked

    @property
    def step(self) -> int:
        """How many rows are best read at once: whole chunks of them."""
        width = element_size(self.array.dtype) * (self.array.shape[1] if self.across else 1)
        chunk = self.array.chunk_shape[0]
        return max(1, _AT_ONCE // max(1, width) // chunk * chunk or min(chunk, _AT_ONCE // max(1, width)))

    def rows(self, start: int, stop: int) -> Block:
        """The values of some rows."""
        with failures_named(self.name or "values"):
            return self.pick(read_region(self.array, (slice(start, stop), *self.across)))


def values_at(columns: Sequence[Column], rows: Sequence[int]) -> list[Block]:
    """The values of columns in rows that lie anywhere, in their order; those of one array are read at once.

    Raises
    ------
    ServeError
        If a column cannot be read.
    """
    found: dict[int, Block] = {}
    return [_values_at(column, columns, rows, found) for column in columns]


def _values_at(
    column: Column, columns: Sequence[Column], rows: Sequence[int], found: dict[int, Block]
) -> Block:
    """The values of one of several columns; blocks are kept by their arrays."""
    array, across = column.array, column.across
    with failures_named(column.name or "values"):
        if across:
            places = [other.across[0].start for other in columns if other.array is array]
            across = (slice(min(places), max(places) + 1),)
            if max(places) - min(places) >= max(_FAR, 2 * len(places)):
                return _gathered(array, rows, column.across)[:, 0]
        if id(array) not in found:
            found[id(array)] = _gathered(array, rows, across)
    block = found[id(array)]
    return block[:, column.across[0].start - across[0].start] if across else column.pick(block)


def _gathered(array: Array, rows: Sequence[int], across: tuple[slice, ...]) -> Block:
    """Some rows of an array, each chunk of it read once where reading a part costs as much."""
    if not array.shape:
        return np.asarray(read_region(array, ())).reshape(1)[[0] * len(rows)]
    wanted = np.asarray(rows, np.int64)
    order = np.argsort(wanted, kind="stable")
    ordered = wanted[order]
    shape = (len(rows), *(part.stop - part.start for part in across))
    found = np.empty(shape, array.dtype)
    is_by_rows = array.reading.sample is not None or array.reading.is_by_rows
    for start, stop in _runs(ordered, 1 if is_by_rows else array.chunk_shape[0]):
        region: Region = (slice(int(ordered[start]), int(ordered[stop - 1]) + 1), *across)
        found[order[start:stop]] = read_region(array, region)[ordered[start:stop] - ordered[start]]
    return found


def _runs(ordered: Block, chunk: int) -> Iterator[tuple[int, int]]:
    """Where in a sorted list of rows those begin and end that lie in one chunk, or next to each other."""
    if not len(ordered):
        return
    chunks = ordered // chunk if chunk > 1 else ordered - np.arange(len(ordered))
    edges = np.flatnonzero(np.diff(chunks)) + 1
    yield from zip([0, *edges.tolist()], [*edges.tolist(), len(ordered)], strict=True)
