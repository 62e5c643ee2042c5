"""Columns of a table against one of them, or against the number of the row: what there is to draw.

Of few rows all are told. Of many those that make the picture, which are rows of the table, no means of any:
of points the first row in each cell of a fine grid, of lines those with the least and the greatest value in
each part along the axis. Rows are read block by block, so that memory is bounded, however many there are.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from ..core import limits
from ..core.dtypes import Block
from ..core.errors import BadRequest, Unreadable
from ..core.nodes import Node
from .column import Column
from .orders import Wanted, order_of
from .place import Axis, axis_of, row_axis
from .table import Table, table_of

MOST_AXES = 8  # columns that are drawn against one
_HELD = 1 << 26  # bytes of values that need not be read a second time
_WIDER = 2.0  # the grid of places is so much finer along its axis
_Blocks = Iterator[tuple[Block, list[Block]]]
_Thinning = Callable[[Block], Block]
_Kind = Callable[[int, Sequence[Axis]], _Thinning]


def points(
    node: Node,
    along: str | None,
    columns: Sequence[str],
    most: int,
    *,
    path: tuple[str, ...] = (),
    wanted: Wanted = Wanted(),  # noqa: B008 (frozen)
    part: tuple[int, int] = (0, limits.ROWS),
    is_joined: bool = False,
    logarithmic: Collection[int] = (),
) -> dict[str, Any]:
    """Where the rows of a table lie along some of its columns.

    Parameters
    ----------
    along, columns
        The column of the first axis, None for the number of the row; those of the others.
    most
        About how many rows are told at most.
    path
        Of the node.
    wanted
        Which rows.
    part
        Where they lie: the first row, and the one after the last.
    is_joined
        Whether lines will join the rows, in the order of the first axis.
    logarithmic
        Which axes will be logarithmic, by their numbers: 0 is the first one. Parts and cells are then those
        of the logarithms, and what does not lie above 0 is left out.

    Raises
    ------
    BadRequest
        If there is no such column, or its values have no place along an axis.
    Unreadable
        If the node has no rows, too many, or some that cannot be read in time.
    """
    table = table_of(node)
    if not 0 < len(columns) <= MOST_AXES:
        raise BadRequest(f"columns: name 1 to {MOST_AXES} columns to be drawn")
    chosen = _chosen(table, along, columns, part, order=_order(table, path, wanted))
    axes = [row_axis(is_log=0 in logarithmic)] if along is None else []
    axes += [
        axis_of(column, is_log=at in logarithmic) for at, column in enumerate(chosen.columns, len(axes))
    ]
    return _told(chosen, axes, _extremes if is_joined else _places, most)


def _told(chosen: "_Chosen", axes: Sequence[Axis], kind: _Kind, most: int) -> dict[str, Any]:
    """Where the chosen rows lie; thinned, where they are more than are to be told."""
    for _, values in chosen.first():
        for axis, block in zip(axes, values, strict=True):
            axis.look(block)
    is_reduced = chosen.total > most
    found = _Found.of(chosen, axes, kind(most, axes) if is_reduced else None)
    return {
        "axes": [axis.told(found.places[at]) for at, axis in enumerate(axes)],
        "rows": found.rows.tolist(), "total": chosen.total, "of": chosen.table.total,
        "is_reduced": is_reduced,
    }  # fmt: skip


def _order(table: Table, path: tuple[str, ...], wanted: Wanted) -> Block | None:
    """The numbers of the rows that are wanted; None for all of them."""
    if table.total > limits.ROWS:
        raise Unreadable(f"{table.total:,} rows are too many to be drawn; {limits.ROWS:,} are the most")
    return order_of(table, path, Wanted(where=wanted.where, find=wanted.find))


def _chosen(
    table: Table, along: str | None, names: Sequence[str], part: tuple[int, int], *, order: Block | None
) -> "_Chosen":
    """The rows of a part of a table."""
    part = min(part[0], table.total), min(part[1], table.total)
    if order is not None:
        order = order[slice(*np.searchsorted(order, part))]
    columns = [table.column(name) for name in ([] if along is None else [along]) + list(names)]
    return _Chosen(table, columns, order, part, has_rows=along is None, begun=monotonic())


@dataclass(eq=False)
class _Chosen:
    """The chosen rows of some columns, block by block, as often as they are wanted."""

    table: Table
    columns: Sequence[Column]
    order: Block | None
    part: tuple[int, int]
    has_rows: bool
    begun: float
    _held: list[tuple[Block, list[Block]]] | None = None

    @property
    def total(self) -> int:
        """How many there are."""
        return max(0, self.part[1] - self.part[0]) if self.order is None else len(self.order)

    def first(self) -> _Blocks:
        """All of them; small ones are held, so that they are read but once."""
        held: list[tuple[Block, list[Block]]] | None = []
        size = 0
        for numbers, values in self._read():
            size += sum(block.nbytes for block in values)
            held = None if held is None or size > _HELD else [*held, (numbers, values)]
            yield numbers, values
        self._held = held

    def again(self) -> _Blocks:
        """The same ones."""
        return self._read() if self._held is None else iter(self._held)

    def _read(self) -> _Blocks:
        step, done = min(column.step for column in self.columns), 0
        for start in range(*self.part, step):
            if monotonic() - self.begun > limits.ROW_SECONDS:
                raise Unreadable(f"drawing takes longer than {limits.ROW_SECONDS} s; choose fewer rows")
            stop = min(self.part[1], start + step)
            numbers = np.arange(start, stop)
            if self.order is not None:
                end = int(np.searchsorted(self.order, stop))
                numbers, done = self.order[done:end].astype(np.int64), end
            if len(numbers):
                values = [self._of(column, start, stop, numbers) for column in self.columns]
                yield numbers, [*([numbers] if self.has_rows else []), *values]

    def _of(self, column: Column, start: int, stop: int, numbers: Block) -> Block:
        values = column.rows(start, stop)
        return values if self.order is None else values[numbers - start]


@dataclass(frozen=True, eq=False)
class _Found:
    """Rows by their numbers, and their places, ``(axis, row)``, in the order of the first axis."""

    rows: Block
    places: Block

    @classmethod
    def of(cls, chosen: _Chosen, axes: Sequence[Axis], thinned: _Thinning | None) -> "_Found":
        """What is left of the chosen rows; those without a place along the first axis are not there."""
        rows, places = np.empty(0, np.int64), np.empty((len(axes), 0))
        for numbers, values in chosen.again():
            block = np.stack([axis.places(one) for axis, one in zip(axes, values, strict=True)])
            kept = np.flatnonzero(~np.isnan(block[0]))
            if thinned is not None:
                kept = kept[thinned(block[:, kept])]
            rows = np.concatenate([rows, numbers[kept]])
            places = np.concatenate([places, block[:, kept]], axis=1)
            if thinned is not None:
                kept = thinned(places)
                rows, places = rows[kept], places[:, kept]
        order = np.argsort(places[0], kind="stable")
        return cls(rows[order], places[:, order])


def _scaled(places: Block, axis: Axis, parts: int) -> Block:
    """In which of the equal parts of an axis each place lies; 0 for what has none."""
    low, high = (end / 4 for end in axis.span)  # differences of quarters cannot overflow
    if not high > low:
        return np.zeros(places.shape, np.int64)
    found = np.nan_to_num((axis.drawn(places) / 4 - low) / (high - low) * parts)
    return np.clip(found.astype(np.int64), 0, parts - 1)


def _places(most: int, axes: Sequence[Axis]) -> _Thinning:
    """Keeps the first row in each cell of a grid, for each of the axes."""
    high = max(1, int(math.sqrt(most / (len(axes) - 1) / _WIDER)))
    wide = max(1, int(high * _WIDER))

    def thinned(places: Block) -> Block:
        along = _scaled(places[0], axes[0], wide)
        kept = np.zeros(places.shape[1], bool)
        for values, axis in zip(places[1:], axes[1:], strict=True):
            known = np.flatnonzero(~np.isnan(values))[::-1]
            first = np.full(wide * high, -1)
            first[along[known] * high + _scaled(values, axis, high)[known]] = known  # the last one stays
            kept[first[first >= 0]] = True
        return np.flatnonzero(kept)

    return thinned


def _extremes(most: int, axes: Sequence[Axis]) -> _Thinning:
    """Keeps the rows with the least and the greatest value in each part, and one where there is none."""
    parts = max(1, most // (2 * (len(axes) - 1)))

    def thinned(places: Block) -> Block:
        along = _scaled(places[0], axes[0], parts)
        kept = np.zeros(places.shape[1], bool)
        for values in places[1:]:
            order = np.lexsort((values, along))  # NaN last
            part = along[order]
            begins = np.flatnonzero(np.diff(part, prepend=-1))
            counts = np.bincount(part[~np.isnan(values[order])], minlength=parts)[part[begins]]
            kept[order[begins]] = True
            kept[order[begins + np.maximum(counts - 1, 0)]] = True
        return np.flatnonzero(kept)

    return thinned
