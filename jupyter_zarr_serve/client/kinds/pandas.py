"""Data frames and series of pandas, with their index, dtypes and missing values."""

import re
from typing import Any

import numpy as np
import pandas as pd

from ...core.known_names import MADE_OF
from ..opening import dimension_names, node_of
from ..reader import Reader
from .columns import Column, column_of, columns_of

_INTERVAL = re.compile(r"[\[(](.*), (.*)[\])]")
Note = dict[str, Any]


def of(reader: Reader, kind: str) -> Any:
    """A frame of a table; a series of an array, or of a table that was one."""
    node = node_of(reader, kind)
    attributes = dict(node.attrs)
    note = attributes.pop(MADE_OF, None)
    note = note if isinstance(note, dict) and note.get("of") == "pandas" else {}
    if kind == "array":
        column = column_of(reader, node)
        made = _values(column, note.get("dtype", ""))
        index = pd.RangeIndex(len(made), name=(note.get("index") or {"names": [None]})["names"][0])
        return _series(made, index, note.get("name", column.label))
    columns = columns_of(reader, node)
    index = _index(columns, note.get("index") or _guessed(node, columns))
    if note.get("type") == "Series":
        (column,) = columns.values()
        return _series(_values(column, note["dtype"]), index, _label(note["name"]))
    return _frame(columns, index, note, attributes)


def _series(values: Any, index: Any, name: Any = None) -> Any:
    return pd.Series(values, index=index, name=name, dtype=values.dtype)  # it infers another for objects


def _frame(columns: dict[str, Column], index: Any, note: Note, attributes: Note) -> Any:
    told = note.get("columns") or [[name, column.label, ""] for name, column in columns.items()]
    made = {
        at: _values(columns[name], dtype) for at, (name, _, dtype) in enumerate(told) if name in columns
    }
    frame = pd.DataFrame({at: _series(values, index) for at, values in made.items()}, index=index)
    labels = [_label(told[at][1]) for at in made]
    names = [*map(_label, note.get("names", [None]))]
    if len(names) > 1:
        frame.columns = pd.MultiIndex.from_tuples(labels, names=names)
    elif note.get("range"):
        frame.columns = pd.RangeIndex(len(labels), name=names[0])
    else:
        frame.columns = pd.Index(labels, dtype=note.get("labels") or None, name=names[0])
    frame.attrs.update(attributes)
    return frame


def _guessed(node: Any, columns: dict[str, Column]) -> Note:
    """The index of a table that no note tells of: the column that the rows' dimension is called by."""
    array = next((member for _, member in node.arrays()), None)
    names = dimension_names(array) or dict(array.attrs if array else {}).get("_ARRAY_DIMENSIONS") or [""]
    name = names[0] if names[0] in columns and len(columns) > 1 else None
    if name is None:
        return {"kind": "range", "names": [None], "members": [], "range": None}
    return {"kind": "index", "names": [None if name == "index" else name], "members": [name]}


def _index(columns: dict[str, Column], note: Note) -> Any:
    """The index; its levels are taken from the columns."""
    names = [*map(_label, note["names"])]
    levels = [columns.pop(member) for member in note["members"] if member in columns]
    if note["kind"] == "range":
        length = len(levels[0].values) if levels else len(next(iter(columns.values())).values)
        return pd.RangeIndex(range(*(note["range"] or [length])), name=names[0])
    dtypes = note.get("dtypes") or [""] * len(levels)
    made = [_values(level, dtype) for level, dtype in zip(levels, dtypes, strict=True)]
    if note["kind"] == "multi":
        return pd.MultiIndex.from_arrays(made, names=names)
    index = pd.Index(made[0], name=names[0], dtype=getattr(made[0], "dtype", None))
    is_regular = note.get("freq") and isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex)
    return type(index)(index, freq=note["freq"]) if is_regular else index


def _values(column: Column, told: str) -> Any:
    """The values of a column in the dtype that is told, or else that follows from them."""
    if column.values.ndim > 1:
        return _lists(column, told)
    name, _, of_what = told.partition(":") if told.startswith(("category", "object")) else (told, "", "")
    if told.startswith("Sparse:"):
        kind, fill = told.split(":")[1:]
        value = fill == "True" if kind == "bool" else np.dtype(kind).type(fill)
        return pd.array(column.values, dtype=pd.SparseDtype(np.dtype(kind), value))
    if column.categories is not None:
        categories = pd.Index(_values(column.categories, of_what))
        ordered = bool(column.attributes.get("ordered"))
        return pd.Categorical.from_codes(column.values, categories=categories, ordered=ordered)
    if name == "object":
        return _objects(column, *of_what.split(":"))
    if "timezone" in column.attributes:
        times = pd.Series(column.values).dt.tz_localize("UTC")
        return times.dt.tz_convert(column.attributes["timezone"]).array
    dtype = pd.api.types.pandas_dtype(name) if name else _implied(column)
    if isinstance(dtype, pd.ArrowDtype):
        return _of_arrow(column, dtype)
    if isinstance(dtype, pd.IntervalDtype):
        return _intervals(column, dtype)
    if isinstance(dtype, pd.PeriodDtype):
        return pd.PeriodIndex([text or None for text in column.values], dtype=dtype).array
    if column.missing is None and not isinstance(dtype, pd.StringDtype):
        return (
            pd.array(column.values, dtype=dtype)
            if not isinstance(dtype, np.dtype)
            else column.values.astype(dtype)
        )
    return pd.array(column.objects, dtype=dtype)


def _implied(column: Column) -> Any:
    kind = column.values.dtype.kind
    if kind == "O":
        return object if isinstance(next(iter(column.values), ""), bytes) else pd.Series([""]).dtype
    if column.missing is not None and kind in "iu":
        return pd.api.types.pandas_dtype(column.values.dtype.name.replace("i", "I", 1).replace("uI", "UI"))
    return column.values.dtype


def _objects(column: Column, kind: str = "str", null: str = "") -> Any:
    """Objects of Python, as they were."""
    import datetime
    import decimal

    values = column.values
    nothing = np.nan if null else None
    missing = column.missing
    if values.dtype.kind in "mM":
        missing = np.isnat(values)
    if missing is None and kind == "Decimal":
        missing = values == ""
    where = np.zeros(len(values), bool) if missing is None else missing
    if kind == "Decimal":
        found = [
            nothing if gone else decimal.Decimal(text) for text, gone in zip(values, where, strict=True)
        ]
    elif kind == "time":
        start = datetime.datetime(1970, 1, 1)
        found = [
            nothing if gone else (start + span).time()
            for span, gone in zip(values.astype("m8[us]").astype(object), where, strict=True)
        ]
    else:
        plain = values.astype(bool) if kind == "bool" and missing is not None else values
        found = [nothing if gone else one for one, gone in zip(plain.astype(object), where, strict=True)]
    made = np.empty(len(found), object)
    made[:] = found
    return made


def _of_arrow(column: Column, dtype: Any) -> Any:
    import pyarrow as pa

    missing = column.missing if column.missing is not None else None
    values = column.values
    if pa.types.is_boolean(dtype.pyarrow_dtype):
        values = values.astype(bool)
    made = pa.array(values.tolist() if values.dtype.kind == "O" else values, mask=missing, from_pandas=True)
    return pd.array(made.cast(dtype.pyarrow_dtype), dtype=dtype)


def _lists(column: Column, told: str) -> Any:
    """Lists of one length, as Arrow has them if they were, else as NumPy arrays."""
    if not told.startswith("fixed_size_list"):
        return column.lists
    import pyarrow as pa

    missing = None if column.missing is None else column.missing.ravel()
    kind: Any = pa.array(column.values.ravel(), mask=missing, from_pandas=True)
    for length in reversed(column.values.shape[2:]):
        kind = pa.FixedSizeListArray.from_arrays(kind, length)
    absent = None if column.absent is None else pa.array(column.absent)
    kind = pa.FixedSizeListArray.from_arrays(kind, column.values.shape[1], mask=absent)
    return pd.array(kind, dtype=pd.ArrowDtype(kind.type))


def _intervals(column: Column, dtype: Any) -> Any:
    ends = [_INTERVAL.fullmatch(text) for text in column.values]
    sides = [
        pd.Index([found[group] if found else None for found in ends]).astype(dtype.subtype)
        for group in (1, 2)
    ]
    return pd.arrays.IntervalArray.from_arrays(sides[0], sides[1], closed=dtype.closed)


def _label(label: Any) -> Any:
    return tuple(map(_label, label)) if isinstance(label, list) else label
