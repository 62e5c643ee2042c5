"""dask's data frames: a group of columns, as of pandas, each column computed by partitions.

Names and types are what dask announces. The lengths of the partitions are computed once, when the
first column is asked for. A chunk computes one column of the partitions that it touches. Whether
integers are missing in a nullable column, or what objects are, takes a look at its partitions.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import dask.base
import dask.dataframe as dd
import numpy as np
import pandas as pd

from ..core.children import Children
from ..core.dtypes import VLEN_ESTIMATE, Block
from ..core.errors import Replaced, Unreadable
from ..core.names import served_names
from ..core.nodes import Group, Node, Policy
from .column import Column, Field, once
from .columns import named_fields, renames, single, table
from .dask_blocks import Computed, computing
from .dask_progress import counting
from .from_pandas import index_dimension
from .pandas_columns import column_of
from .pandas_objects import Values

_computed_of: Any = dask.base.compute

_SAMPLE = 1000  # rows that are looked at for what objects are


def adapt(obj: Any, policy: Policy) -> Node:
    """The node of a dask data frame, series or index.

    Raises
    ------
    Unreadable
        If it is none of them, or its elements have no spelling in Zarr.
    """
    if isinstance(obj, dd.DataFrame):
        return _frame(obj, [(name, _column(obj, at)) for at, name in enumerate(obj.columns)], policy)
    if isinstance(obj, dd.Index):
        ends = once(partial(_ends, obj))
        name = _name_of(obj, "index")
        return single(_field(name, obj, ends), _count(ends()), policy, *served_names([name]))
    if isinstance(obj, dd.Series):
        return _frame(obj, [(_name_of(obj, "values"), obj)], policy)
    raise Unreadable(f"dask {type(obj).__qualname__}: cannot be served; call its .compute()")


def _frame(obj: Any, columns: list[tuple[Any, Any]], policy: Policy) -> Group:
    """The group of columns and the index; their names are known before the number of rows is."""
    ends = once(partial(_ends, obj.index))
    served = named_fields(_field(name, column, ends) for name, column in columns)
    levels = named_fields([_field(_name_of(obj.index, "index"), obj.index, ends)], served)
    fields = {**levels, **served}
    dimension = index_dimension(levels, served)
    whole = once(lambda: table(fields, _count(ends()), policy, dimension))
    children = Children(fields, lambda name: whole().children[name], renames(fields))
    return Group(children, _attributes(obj), called="table")


def _attributes(obj: Any) -> dict[str, Any]:
    return dict(obj._meta.attrs)


def _column(frame: Any, position: int) -> Any:
    """A column of a frame, in which several may have one name."""
    name = frame.columns[position]
    if list(frame.columns).count(name) == 1:
        return frame[name]
    return frame.map_partitions(lambda part: part.iloc[:, position], meta=frame._meta.iloc[:, position])


def _name_of(obj: Any, default: str) -> Any:
    return default if obj.name is None else obj.name


def _ends(column: Any) -> Block:
    """Where the rows of each partition end.

    One by one: what is computed of all partitions at once may be of fewer, larger ones.
    """
    parts = (column.partitions[number] for number in range(column.npartitions))
    counts = computing(lambda: _computed_of(*(part.map_partitions(len) for part in parts), **counting()))
    return np.cumsum([int(np.sum(count)) for count in counts], dtype=np.int64)


def _count(ends: Block) -> int:
    return int(ends[-1]) if len(ends) else 0


def _field(name: Any, column: Any, ends: Callable[[], Block]) -> Field:
    dtype = _series(column._meta).dtype
    fixed = isinstance(dtype, np.dtype) and dtype.kind != "O"
    width = dtype.itemsize if fixed else VLEN_ESTIMATE
    return Field(name, width, lambda: _Partitions(column, ends).open())


class _Partitions:
    """A column by partitions, each computed when rows of it are asked for."""

    def __init__(self, column: Any, ends: Callable[[], Block]) -> None:
        self._column = column
        self._ends = ends
        self._empty = _series(column._meta)
        self._computed = Computed(partial(_compute, column))

    def open(self) -> Column | list[Field]:
        """The column as tables want it."""
        dtype = self._empty.dtype
        if isinstance(dtype, pd.CategoricalDtype) and not self._column.cat.known:
            raise Unreadable("its categories are not known; call .cat.as_known() first")
        column = column_of(dtype, Values(self._rows, self._sample))
        if isinstance(column, Column) and column.nulls and column.dtype.kind in "biu":
            # the sample says that values may be missing, not that they are
            return replace(column, nulls=None)
        return column

    def _sample(self) -> Any:
        """Every category, or some objects; and a missing value, as there may be one."""
        some = self._empty
        if some.dtype == object:
            heads = (self._computed.get([number])[0].head(_SAMPLE) for number in self._numbers())
            some = next((head for head in heads if head.notna().any()), some)
        missing = pd.Series([None], dtype=some.dtype)
        return pd.concat([some, missing], ignore_index=True) if len(some) else missing

    def _numbers(self) -> Sequence[int]:
        return range(len(self._ends()))

    def _rows(self, start: int, stop: int) -> Any:
        ends = self._ends()
        first, last = np.searchsorted(ends, start, side="right"), np.searchsorted(ends, stop)
        numbers = list(range(int(first), int(last) + 1)) if start < stop else []
        parts = [self._empty.iloc[:0]]
        for number, part in zip(numbers, self._computed.get(numbers), strict=True):
            begin = int(ends[number - 1]) if number else 0
            if len(part) != ends[number] - begin:
                raise Replaced(f"partition {number} changed its length; read the metadata again")
            _check(part, number, self._empty)
            parts.append(part.iloc[max(0, start - begin) : max(0, stop - begin)])
        filled = [part for part in parts if len(part)]
        return pd.concat(filled, ignore_index=True) if len(filled) > 1 else (filled or parts)[0]


def _check(part: Any, number: int, announced: Any) -> None:
    """See that a partition is of the dtype that dask announced; text may be held in several ways."""
    dtypes = part.dtype, announced.dtype
    both_text = all(isinstance(dtype, pd.StringDtype) or dtype == "O" for dtype in dtypes)
    if part.dtype != announced.dtype and not both_text:
        raise Unreadable(
            f"partition {number} is of dtype {part.dtype!r} where dask announced {announced.dtype!r}; "
            "give map_partitions the right meta=, or convert the column with .astype(...)"
        )


def _compute(column: Any, numbers: Sequence[int]) -> list[Any]:
    parts = (column.partitions[number] for number in numbers)
    return [_series(part) for part in _computed_of(*parts, **counting())]


def _series(values: Any) -> Any:
    return pd.Series(values) if isinstance(values, pd.Index) else values.reset_index(drop=True)
