"""Objects in columns of pandas: text, bytes, decimals, dates; what they are, only a look at all tells."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..core.dtypes import BYTES, STRING, Block, DType
from ..core.errors import Unreadable
from .column import Column, Pair

# what rows may hold by what all of the column holds
_TIMES = {"datetime", "datetime64", "empty"}
_SPANS = {"timedelta", "timedelta64", "empty"}
_SAME_KIND = {
    "empty": {"empty", "string"},
    **dict.fromkeys(_TIMES - {"empty"}, _TIMES),
    **dict.fromkeys(_SPANS - {"empty"}, _SPANS),
}


@dataclass(frozen=True)
class Values:
    """Where a column's values come from.

    Attributes
    ----------
    rows
        Gives rows ``[start, stop)`` as a Series.
    whole
        Gives a Series that has every distinct value, and null if any is missing.
    """

    rows: Callable[[int, int], Any]
    whole: Callable[[], Any]


def mask_of(series: Any) -> Block | None:
    """Where a Series has missing values; None when nowhere."""
    where: Block = series.isna().to_numpy(bool)
    return where if where.any() else None


def text(values: Values, *, nulls: bool) -> Column:
    """A column of text."""

    def read(start: int, stop: int) -> Pair:
        part = values.rows(start, stop)
        return part.to_numpy(object), mask_of(part)

    return Column(STRING, read, nulls=nulls)


def converted_column(values: Values, dtype: DType, convert: Callable[[Any], Any]) -> Column:
    """A column of objects, each converted when it is read."""
    unset = {"T": "", "M": "NaT", "m": "NaT"}[dtype.kind]

    def read(start: int, stop: int) -> Pair:
        part = values.rows(start, stop)
        where = part.isna().to_numpy(bool)
        items = [unset if null else convert(item) for item, null in zip(part, where, strict=True)]
        return np.array(items, object if dtype.kind == "T" else dtype), where

    return Column(dtype, read, nulls=bool(values.whole().isna().any()))


def known_objects(values: Values, kind: str) -> Column | None:
    """The column of objects of a kind that pandas infers; None for kinds that have a dtype of their own."""
    if kind in ("string", "empty"):
        return text(values, nulls=bool(values.whole().isna().any()))
    if kind == "bytes":
        return replace(text(values, nulls=bool(values.whole().isna().any())), dtype=BYTES)
    if kind == "decimal":
        return converted_column(values, STRING, str)
    if kind == "date":
        return converted_column(values, np.dtype("M8[D]"), np.datetime64)
    if kind == "time":
        return converted_column(values, np.dtype("m8[us]"), _since_midnight)
    return None


def of_kind(series: Any, kind: str) -> Any:
    """The rows, if their objects are of the kind that a look at the column found.

    Raises
    ------
    Unreadable
        If they are of another one, which converting would hide.
    """
    found = pd.api.types.infer_dtype(series.dropna(), skipna=True)
    if found not in _SAME_KIND.get(kind, {kind, "empty"}):
        raise Unreadable(
            f"the column holds objects of kind {found} now where {kind} was found at first; convert it "
            "with .astype(...), and publish it again"
        )
    return series


def inferred_dtype(whole: Any, kind: str) -> Any:
    """The dtype that pandas has for objects of this kind; None if it has none."""
    wanted = {"boolean": ["boolean"], "integer": ["Int64", "UInt64"], "floating": ["Float64"]}.get(kind)
    if wanted is None:
        dtype = whole.infer_objects().dtype
        return None if kind.startswith("mixed") or dtype.kind == "O" else dtype
    for name in wanted:
        try:
            return whole.astype(name).dtype
        except (OverflowError, TypeError, ValueError):
            continue
    return None


def _since_midnight(time: Any) -> Any:
    return np.timedelta64(
        ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond, "us"
    )


def description(whole: Any) -> str:
    """What objects these are, for a message that refuses them."""
    present = whole[~whole.isna().to_numpy(bool)]
    kinds = [type(value).__name__ for value in present]
    odd = next((row for row, kind in enumerate(kinds) if kind != kinds[0]), None)
    if odd is None:
        return f"objects of type {kinds[0]}"
    return f"objects of mixed types: {kinds[0]}, and {kinds[odd]} at row {present.index[odd]}"
