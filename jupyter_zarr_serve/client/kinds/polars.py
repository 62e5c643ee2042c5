"""Data frames and series of polars, with their dtypes and missing values."""

from typing import Any

import numpy as np
import polars as pl

from ...core.known_names import MADE_OF
from ..opening import node_of
from ..reader import Reader
from .columns import Column, column_of, columns_of


def of(reader: Reader, kind: str) -> Any:
    """A frame of a table, a series of an array."""
    node = node_of(reader, kind)
    note = dict(node.attrs).get(MADE_OF)
    note = note if isinstance(note, dict) else {}
    index, note = note.get("index"), note if note.get("of") == "polars" else {}
    if kind == "array":
        column = column_of(reader, node)
        return _series(note.get("name", column.label), column, note.get("dtype"))
    columns = columns_of(reader, node)
    for member in _row_numbers(index or {}):
        columns.pop(member, None)
    told = note.get("columns") or [[name, column.label, None] for name, column in columns.items()]
    return pl.DataFrame(
        [_series(label, columns[name], words) for name, label, words in told if name in columns]
    )


def _row_numbers(index: dict[str, Any]) -> list[str]:
    """The members that hold an index of pandas which does nothing but count the rows; see `made_of`."""
    start, _, step = index.get("range") or (0, 0, 0)
    is_plain = index.get("kind") == "range" and index.get("names") == [None] and (start, step) == (0, 1)
    return list(index.get("members", ())) if is_plain else []


def _series(label: Any, column: Column, words: Any) -> Any:
    name = str(label or "")
    if column.values.ndim > 1:
        return _lists(name, column)
    dtype = None if not words else _dtype(words, column)
    if column.categories is not None:
        categories = column.categories.values
        texts = [None if code < 0 else str(categories[code]) for code in column.values]
        return pl.Series(name, texts, dtype=dtype or pl.Categorical)
    values: Any = column.values
    if values.dtype.kind == "O" and dtype == pl.Binary:
        return pl.Series(name, column.objects.tolist(), dtype=dtype)
    if values.dtype.kind == "O":
        texts = column.objects.tolist()
        if dtype is not None and words[0] == "Decimal":
            return pl.Series(name, [text or None for text in texts]).cast(dtype)
        return pl.Series(
            name, texts, dtype=dtype if words and words[0] in {"Categorical", "Enum"} else pl.String
        )
    if dtype == pl.Boolean:
        values = values.astype(bool)
    made = pl.Series(name, np.ascontiguousarray(values))
    missing = column.missing
    if dtype is not None:
        made = _cast(made, dtype, words[0])
    if missing is not None:
        made = made.set(pl.Series(missing), None)
    return made


def _lists(name: str, column: Column) -> Any:
    values = column.values
    if column.missing is None and column.absent is None and values.dtype.kind != "O":
        return pl.Series(name, np.ascontiguousarray(values))
    element = pl.Series(values.ravel()[:0]).dtype if values.dtype.kind != "O" else pl.String
    lists = [None if row is None else row.tolist() for row in column.lists]
    return pl.Series(name, lists, dtype=pl.Array(element, values.shape[1:]))


def _cast(series: Any, dtype: Any, kind: str) -> Any:
    if kind == "Time":
        return series.cast(pl.Duration("ns")).cast(pl.Int64).cast(pl.Time)
    if kind == "Datetime" and dtype.time_zone:
        return (
            series.cast(pl.Datetime(dtype.time_unit))
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(dtype.time_zone)
        )
    return series.cast(dtype)


def _dtype(words: Any, column: Column) -> Any:
    """The dtype of its name, which is one of polars' own."""
    name, told = words
    if name == "Enum":
        return pl.Enum(column.attributes.get("categories", []))
    made = getattr(pl, name, None)
    if not isinstance(made, type) or not issubclass(made, pl.DataType):
        return None
    return made(**told) if told else made()
