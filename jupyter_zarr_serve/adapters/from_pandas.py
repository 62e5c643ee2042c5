"""pandas objects: a frame is a group of columns with its index, an index or plain series an array.

The index is served as a column. It is called what it is named, or "index", and so is the dimension
that all columns share, which makes it xarray's coordinate. A MultiIndex gives one column per level.
A series with an index of its own is a group of both, one with a mere row number an array.
"""

from collections.abc import Collection
from functools import partial, singledispatch
from typing import Any

import numpy as np
import pandas as pd

from ..core.dtypes import VLEN_ESTIMATE
from ..core.errors import Unreadable
from ..core.names import served_names
from ..core.nodes import Array, Group, Node, Policy, make_array
from .column import Field
from .columns import named_fields, single, table
from .pandas_columns import coded_column, field_of


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of a pandas object.

    Raises
    ------
    Unreadable
        If it is neither a frame, a series, an index nor an array.
    """
    raise Unreadable(f"pandas.{type(obj).__name__} cannot be served; put it into a DataFrame or a Series")


@adapt.register
def _(frame: pd.DataFrame, policy: Policy) -> Group:
    count = len(frame)
    columns = [
        field_of(name, dtype, partial(_column_rows, frame, position), count)
        for position, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True))
    ]
    return _with_index(named_fields(columns), frame.index, policy, frame.attrs)


@adapt.register
def _(series: pd.Series, policy: Policy) -> Node:
    name = "values" if series.name is None else series.name
    values = field_of(name, series.dtype, lambda a, b: series.iloc[a:b], len(series))
    if _is_row_number(series.index):
        return single(values, len(series), policy, *served_names([_index_name(series.index)]))
    return _with_index(named_fields([values]), series.index, policy, series.attrs)


@adapt.register
def _(index: pd.Index, policy: Policy) -> Node:
    (column,) = index_fields(index)
    return single(column, len(index), policy, *served_names([column.name]))


@adapt.register
def _(index: pd.MultiIndex, policy: Policy) -> Group:
    return _with_index({}, index, policy, {})


@adapt.register
def _(array: pd.api.extensions.ExtensionArray, policy: Policy) -> Node:
    return adapt(pd.Series(array, copy=False), policy)  # which sees what changes in place


@adapt.register(pd.Timestamp)
@adapt.register(pd.Timedelta)
@adapt.register(type(pd.NaT))
def _(scalar: Any, policy: Policy) -> Node:
    node = adapt(pd.Series([scalar]), policy)
    assert isinstance(node, Array)
    value = node.read((slice(0, 1),))[0]
    return make_array((), node.dtype, lambda _: np.asarray(value), policy, attributes=node.attributes)


def _column_rows(frame: pd.DataFrame, position: int, start: int, stop: int) -> Any:
    return frame.iloc[start:stop, position]


def _with_index(columns: dict[str, Field], index: Any, policy: Policy, attributes: Any) -> Group:
    levels = named_fields(index_fields(index), columns)
    dimension = index_dimension(levels, columns)
    return table(
        {**levels, **columns},
        len(index),
        policy,
        dimension,
        attributes=dict(attributes),
    )


def index_dimension(levels: Collection[str], columns: Collection[str]) -> str:
    """The name of the rows' dimension: the index's own if it has one level, else "index"."""
    if len(levels) == 1:
        return next(iter(levels))
    return served_names(["index"], [*levels, *columns])[0]


def index_fields(index: Any) -> list[Field]:
    """An index as columns, one per level."""
    if not isinstance(index, pd.MultiIndex):
        rows = partial(_index_rows, index)
        return [field_of(_index_name(index), index.dtype, rows, len(index))]
    names = [f"level_{i}" if name is None else name for i, name in enumerate(index.names)]
    return [Field(name, VLEN_ESTIMATE, partial(_level_column, index, i)) for i, name in enumerate(names)]


def _index_rows(index: Any, start: int, stop: int) -> Any:
    return pd.Series(index[start:stop])


def _level_column(index: pd.MultiIndex, level: int) -> Any:
    values, codes = index.levels[level], index.codes[level]
    return coded_column(values, lambda a, b: (values, codes[a:b]), nulls=bool((codes < 0).any()))


def _index_name(index: Any) -> Any:
    return "index" if index.name is None else index.name


def _is_row_number(index: Any) -> bool:
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
