"""polars' frames and series, column by column through Arrow; only the rows of a chunk are converted."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatch
from typing import Any

import polars as pl

from ..core.errors import MissingLibrary, Unreadable
from ..core.names import served_names
from ..core.nodes import Group, Node, Policy
from .column import Column, Field
from .columns import MOST_CATEGORIES, named_fields, single, table

try:
    import pyarrow as pa

    from .arrow_columns import arrow_column
except ModuleNotFoundError as error:
    raise MissingLibrary("polars", "arrow") from error


_INTEGERS = frozenset({pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64})
Get = Callable[[], pl.Series]  # the column as it is at that time


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of a polars object.

    Raises
    ------
    Unreadable
        If it is neither a frame nor a series, or not computed yet.
    """
    raise Unreadable(f"polars.{type(obj).__name__} cannot be served; put it into a DataFrame")


@adapt.register
def _(frame: pl.DataFrame, policy: Policy) -> Group:
    fields = named_fields(
        _field(name, partial(frame.to_series, at)) for at, name in enumerate(frame.columns)
    )
    return table(fields, frame.height, policy, served_names(["row"], fields)[0])


@adapt.register
def _(series: pl.Series, policy: Policy) -> Node:
    return single(_field(series.name or "values", lambda: series), len(series), policy, "row")


@adapt.register
def _(_frame: pl.LazyFrame, _policy: Policy) -> Node:
    raise Unreadable("polars.LazyFrame: a plan without values; call its .collect()")


def _field(name: str, now: Get) -> Field:
    series = now()
    elements = math.prod(getattr(series.dtype, "shape", ()))  # of a list
    width = max(1, int(series.estimated_size()) // max(1, len(series) * elements))
    return Field(name, width, partial(_open, now))


def _open(now: Get) -> Column | list[Field]:
    series = now()
    if series.dtype == pl.Object:
        raise Unreadable("objects of Python; convert with .cast(...) or .map_elements(...)")
    kind = _arrow(series.clear()).type
    column = arrow_column(kind, partial(_rows, now), nulls=bool(series.null_count()))
    if not (isinstance(column, Column) and isinstance(series.dtype, pl.Categorical | pl.Enum)):
        return column
    return replace(column, attributes={**column.attributes, **_categories(series)})


def _rows(now: Get, start: int, stop: int) -> Any:
    return pa.chunked_array([_arrow(now().slice(start, stop - start))])


def _arrow(series: pl.Series) -> Any:
    """The series as Arrow has it, which has no integers of 128 bits: they become text."""
    is_wide = series.dtype.is_integer() and series.dtype not in _INTEGERS
    try:
        return (series.cast(pl.String) if is_wide else series).to_arrow()
    except pa.ArrowInvalid as error:  # within a structure
        raise Unreadable(
            f"polars' type {series.dtype} has no type of Arrow; convert with .cast(...)"
        ) from error


def _categories(series: pl.Series) -> dict[str, Any]:
    dtype: Any = series.dtype
    is_enum = isinstance(dtype, pl.Enum)
    categories = dtype.categories if is_enum else series.drop_nulls().unique(maintain_order=True)
    told = {"categories": categories.to_list()} if len(categories) <= MOST_CATEGORIES else {}
    return {"ordered": is_enum, **told}
