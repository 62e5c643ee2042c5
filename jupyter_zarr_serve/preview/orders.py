"""Which rows of a table are shown, and in which order: sorted by columns, chosen by conditions.

The numbers of these rows are remembered, so that the next page of a table costs no sorting. Of what has no
version, such as a variable, they are made anew after a while.
"""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from ..core import limits
from ..core.dtypes import Block, element_size
from ..core.errors import BadRequest, Unreadable
from ..core.memory import MEMORY, Share
from ..core.nodes import Array, Node
from ..core.progress import go_on, is_job, steps
from .column import Column
from .conditions import Condition, Test, holding
from .sorting import sorting
from .table import Table

_LEAST_SECONDS = 10.0  # for which the order of a variable's rows is taken to be true
_TIMES = 10  # and for so many times as long as it took to make


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a table's rows.

    Attributes
    ----------
    sort
        Names of columns, the most important first; after "-", from the greatest value down.
    where
        Conditions that all hold.
    find
        A text that some column holds.
    """

    sort: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    find: str = ""


@dataclass(frozen=True, eq=False)
class _Known:
    rows: Block
    node: "weakref.ref[Any]"
    until: float

    def is_of(self, node: Node) -> bool:
        """Whether it is of this very node, and so new that it may be true still."""
        return self.node() is node and monotonic() < self.until


_ORDERS: Share[_Known] = Share(MEMORY, "row orders", lambda known: known.rows.nbytes, is_costly=True)


def order_of(table: Table, path: tuple[str, ...], wanted: Wanted) -> Block | None:
    """The numbers of the rows that are wanted, in order; None for all of them as they are.

    Parameters
    ----------
    path
        Of the table; two in one file have the same versions.

    Raises
    ------
    BadRequest
        If a column or condition has no meaning.
    Unreadable
        If there are too many rows, or it would take too long.
    """
    if wanted == Wanted():
        return None
    if isinstance(table.node, Array) and not table.node.shape:
        raise BadRequest("a single value has no rows that could be sorted, chosen or searched")
    if table.total > limits.ROWS:
        most = f"{limits.ROWS:,} are the most"
        raise Unreadable(f"{table.total:,} rows are too many to be sorted or searched; {most}")
    keys = [_key(table, name) for name in wanted.sort]
    choice = _choice(table, wanted)
    used = [*(column for column, _ in keys), *choice.columns]
    versions = tuple(column.array.version for column in used)
    is_versioned = None not in versions
    asked = (path, wanted, table.total, tuple(column.dtype for column in used))
    identity = (versions if is_versioned else id(table.node), *asked)
    known = _ORDERS.peek(identity)
    if known is not None and not is_versioned and not known.is_of(table.node):
        _ORDERS.drop(identity)

    def make() -> _Known:
        begun = monotonic()
        rows = _sorted(choice.rows(table.total, begun), keys, begun)
        now = monotonic()
        return _Known(rows, weakref.ref(table.node), now + max(_LEAST_SECONDS, _TIMES * (now - begun)))

    return _ORDERS.made(identity, make).rows


def _key(table: Table, name: str) -> tuple[Column, bool]:
    """A column to sort by, and whether from the greatest value down."""
    is_descending = name.startswith("-") and not table.has(name)
    column = table.column(name[1:] if is_descending else name)
    if column.dtype.names is not None or column.dtype.kind == "V":
        raise BadRequest(f"sort: {column.name}: values of {column.dtype} have no order")
    return column, is_descending


@dataclass(frozen=True)
class _Choice:
    """Which rows are wanted: those of which all of `every` hold, and one of `some`, if there are any."""

    every: Sequence[tuple[Column, Test]]
    some: Sequence[tuple[Column, Test]]

    @property
    def columns(self) -> list[Column]:
        return [column for column, _ in (*self.every, *self.some)]

    def rows(self, total: int, begun: float) -> Block:
        """The numbers of these rows."""
        kind = np.int32 if total <= np.iinfo(np.int32).max else np.int64
        if not self.columns:
            return np.arange(total, dtype=kind)
        step = min(column.step for column in self.columns)
        found = [np.empty(0, kind)]
        for start in steps(range(0, total, step), "rows", lambda start: min(total, start + step) - start):
            _check_time(begun)
            holds = self._holds(start, min(total, start + step))
            found.append((np.flatnonzero(holds) + start).astype(kind))
        return np.concatenate(found)

    def _holds(self, start: int, stop: int) -> Block:
        blocks: dict[str, Block] = {}

        def held(column: Column, test: Test) -> Block:
            if column.name not in blocks:
                blocks[column.name] = column.rows(start, stop)
            return test(blocks[column.name])

        holds = np.ones(stop - start, bool)
        for column, test in self.every:
            if not holds.any():
                return holds
            holds &= held(column, test)
        if not self.some or not holds.any():
            return holds
        some = np.zeros(stop - start, bool)
        for column, test in self.some:
            if (some | ~holds).all():
                break
            some |= held(column, test)
        return holds & some


def _choice(table: Table, wanted: Wanted) -> _Choice:
    conditions = [(table.column(condition.column), condition) for condition in wanted.where]
    every = [(column, condition.on(column)) for column, condition in conditions]
    some = [(column, holding(wanted.find)) for column in table.columns()] if wanted.find else []
    return _Choice(every, some)


def _sorted(rows: Block, keys: Sequence[tuple[Column, bool]], begun: float) -> Block:
    """Rows in the order of some columns; rows with equal values stay as they are."""
    order: Block | None = None
    for column, is_descending in reversed(keys):
        values = _values(column, rows, begun)
        if order is not None:
            values = values[order]
        ranked = _ranked(values, column.missing(values), is_descending=is_descending).astype(rows.dtype)
        order = ranked if order is None else order[ranked]
        _check_time(begun)
    result: Block = rows if order is None else rows[order]
    return result


def _ranked(values: Block, missing: Block, *, is_descending: bool) -> Block:
    """What sorts values, those that are missing last."""
    if not missing.any():
        return _argsort(values, is_descending=is_descending)
    present = np.flatnonzero(~missing)
    ranked = _argsort(values[present], is_descending=is_descending)
    return np.concatenate([present[ranked], np.flatnonzero(missing)])


def _argsort(values: Block, *, is_descending: bool) -> Block:
    """What sorts values, and leaves equal ones as they are."""
    if values.dtype.kind in "mM":
        values = values.view("i8")
    if not is_descending:
        return sorting(values)
    falling: Block = len(values) - 1 - sorting(values[::-1])[::-1]
    return falling


def _values(column: Column, rows: Block, begun: float) -> Block:
    """The values of a column in some rows, whose numbers rise."""
    found = np.empty(len(rows), column.dtype)
    total = int(rows[-1]) + 1 if len(rows) else 0
    size = len(rows) * element_size(column.dtype)
    done = 0
    for start in steps(range(0, total, column.step), "rows", lambda at: min(total, at + column.step) - at):
        _check_time(begun)
        stop = min(total, start + column.step)
        end = int(np.searchsorted(rows, stop))
        if end > done:
            values = column.rows(start, stop)[rows[done:end] - start]
            size += sum(map(len, values.tolist())) if column.dtype.kind in "TO" else 0
            if size > limits.ROW_BYTES:
                raise Unreadable(
                    f"{column.name}: its values take more than the {limits.ROW_BYTES:,} bytes that are "
                    "sorted; choose fewer rows by where="
                )
            found[done:end] = values
            done = end
    return found


def _check_time(begun: float) -> None:
    go_on()
    if not is_job() and monotonic() - begun > limits.ROW_SECONDS:
        raise Unreadable(
            f"sorting or searching takes longer than {limits.ROW_SECONDS} s; choose fewer rows or columns"
        )
