"""Columns of pandas: one rule per pandas dtype; a slice of rows is converted when it is asked for."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatch
from typing import Any

import numpy as np
import pandas as pd

from ..core.dtypes import STRING, Block, element_size
from ..core.errors import Replaced, Unreadable
from .column import Coded, Column, Field, Pair
from .columns import MOST_CATEGORIES, text_width
from .pandas_objects import (
    Values,
    converted_column,
    description,
    inferred_dtype,
    known_objects,
    mask_of,
    of_kind,
    text,
)

_SAMPLE = 16


def field_of(name: Any, dtype: Any, rows: Callable[[int, int], Any], count: int) -> Field:
    """A column of `count` rows, to be opened when it is first asked for."""
    values = Values(rows, lambda: rows(0, count))
    return Field(name, _width(dtype, rows, count), partial(column_of, dtype, values))


def _width(dtype: Any, rows: Callable[[int, int], Any], count: int) -> int:
    dense = getattr(dtype, "numpy_dtype", dtype)
    if isinstance(dense, np.dtype) and dense.kind != "O":
        return element_size(dense)
    steps = range(0, count, max(1, count // _SAMPLE))
    return text_width(value for start in steps for value in rows(start, start + 1))


@singledispatch
def column_of(dtype: Any, _values: Values) -> Column | list[Field]:
    """The column of a pandas dtype.

    Raises
    ------
    Unreadable
        If there is no rule for the dtype or the objects in the column.
    """
    raise Unreadable(f"pandas dtype {dtype} cannot be served; convert with .astype(str)")


@column_of.register
def _(dtype: np.dtype, values: Values) -> Column | list[Field]:
    if dtype.kind == "O":
        return _objects(values)
    return Column(dtype, lambda a, b: (values.rows(a, b).to_numpy(), None))


@column_of.register
def _(_dtype: pd.StringDtype, values: Values) -> Column:
    return text(values, nulls=bool(values.whole().isna().any()))


@column_of.register
def _(dtype: pd.DatetimeTZDtype, values: Values) -> Column:
    def read(start: int, stop: int) -> Pair:
        return values.rows(start, stop).dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), None

    served = np.dtype(f"M8[{dtype.unit}]")
    return Column(served, read, attributes={"timezone": str(dtype.tz)})


@column_of.register(pd.PeriodDtype)
@column_of.register(pd.IntervalDtype)
def _(_dtype: Any, values: Values) -> Column:
    return converted_column(values, STRING, str)


@column_of.register
def _(dtype: pd.SparseDtype, values: Values) -> Column | list[Field]:
    def dense(series: Any) -> Any:
        return pd.Series(series.sparse.to_dense().to_numpy(), dtype=dtype.subtype)

    return column_of(
        dtype.subtype, Values(lambda a, b: dense(values.rows(a, b)), lambda: dense(values.whole()))
    )


@column_of.register
def _(dtype: pd.ArrowDtype, values: Values) -> Column | list[Field]:
    import pyarrow as pa

    from .arrow_columns import arrow_column

    def fetch(start: int, stop: int) -> Any:
        return pa.chunked_array(values.rows(start, stop).array.__arrow_array__())

    return arrow_column(dtype.pyarrow_dtype, fetch, nulls=bool(values.whole().isna().any()))


@column_of.register
def _(dtype: pd.CategoricalDtype, values: Values) -> Column | list[Field]:
    whole = values.whole()
    categories = whole.cat.categories
    few = len(categories) <= MOST_CATEGORIES
    told = {"ordered": bool(dtype.ordered), **({"categories": _listed(categories)} if few else {})}

    def coded(start: int, stop: int) -> tuple[Any, Block]:
        part = values.rows(start, stop)
        return part.cat.categories, part.cat.codes.to_numpy()

    column = coded_column(categories, coded, nulls=bool((whole.cat.codes < 0).any()))
    if not isinstance(column, Column):
        return column
    return replace(
        column, attributes={**column.attributes, **told}, coded=partial(_coded, categories, coded)
    )


def coded_column(
    categories: Any, coded: Callable[[int, int], tuple[Any, Block]], *, nulls: bool
) -> Column | list[Field]:
    """The column whose rows are positions in an Index, -1 where the value is missing."""
    if categories.empty:
        return Column(STRING, lambda a, b: (np.full(len(coded(a, b)[1]), "", object), None), nulls=nulls)

    def dense(start: int, stop: int) -> Any:
        index, codes = coded(start, stop)
        return pd.Series(index.take(np.maximum(codes, 0)))

    column = column_of(categories.dtype, Values(dense, lambda: pd.Series(categories)))
    if not isinstance(column, Column):
        return column
    read = column.read

    def masked(start: int, stop: int) -> Pair:
        served, where = read(start, stop)
        absent = coded(start, stop)[1] < 0
        return served, absent if where is None else where | absent

    return replace(column, read=masked, nulls=nulls or column.nulls)


def _coded(categories: Any, coded: Callable[[int, int], tuple[Any, Block]], _count: int) -> Coded | None:
    def codes(start: int, stop: int) -> Block:
        now, positions = coded(start, stop)
        if not now.equals(categories):
            raise Replaced("the categories changed since the metadata were read; open it again")
        return positions

    column = column_of(
        categories.dtype, Values(lambda a, b: pd.Series(categories[a:b]), lambda: pd.Series(categories))
    )
    return Coded(codes, column, len(categories)) if isinstance(column, Column) else None


def _listed(categories: Any) -> list[Any]:
    numeric = isinstance(categories.dtype, np.dtype) and categories.dtype.kind in "biuf"
    return list(categories) if numeric else [str(category) for category in categories]


def _masked(dtype: Any, values: Values) -> Column:
    """Nullable booleans, integers and floats."""
    served = np.dtype(dtype.numpy_dtype)
    neutral = np.nan if served.kind == "f" else served.type(0)

    def read(start: int, stop: int) -> Pair:
        part = values.rows(start, stop)
        return part.array.to_numpy(served, na_value=neutral), mask_of(part)

    return Column(served, read, nulls=bool(values.whole().isna().any()))


for _dtype in (
    pd.BooleanDtype, pd.Float32Dtype, pd.Float64Dtype,
    pd.Int8Dtype, pd.Int16Dtype, pd.Int32Dtype, pd.Int64Dtype,
    pd.UInt8Dtype, pd.UInt16Dtype, pd.UInt32Dtype, pd.UInt64Dtype,
):  # fmt: skip
    column_of.register(_dtype, _masked)


def _objects(values: Values) -> Column | list[Field]:
    """Objects that are all of one kind."""
    whole = values.whole()
    kind = pd.api.types.infer_dtype(whole.dropna(), skipna=True)
    checked = Values(lambda a, b: of_kind(values.rows(a, b), kind), values.whole)
    column = known_objects(checked, kind)
    if column is not None:
        return column
    dtype = inferred_dtype(whole, kind)
    if dtype is None:
        raise Unreadable(f"{description(whole)}; convert with .astype(str)")
    return column_of(
        dtype, Values(lambda a, b: checked.rows(a, b).astype(dtype), lambda: whole.astype(dtype))
    )
