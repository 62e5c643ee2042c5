"""Data frames: every kind of column, index and column name; Parquet and Feather files of the same."""

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .theme import Leaves, Theme

N = 5
ROWS = np.arange(N, dtype="<i8")
DAYS = ["2020-01-01T00:00:00", "1969-12-31T23:59:59", "NaT", "2262-04-11T00:00:00", "1900-02-28T12:00:00"]
TEXTS = ["", "a", "日本語", "🦀", "x y"]
I2, U2 = np.iinfo("i2"), np.iinfo("u2")


def _text(*values: str) -> np.ndarray:
    return np.array(values, object)


def _plain() -> tuple[pd.DataFrame, Leaves]:
    columns = {
        "int8": np.array([-128, 127, 0, 1, 2], "<i1"),
        "uint64": np.array([0, 1, 2**64 - 1, 2**63, 5], "<u8"),
        "float32": np.array([0.5, np.nan, -0.0, np.inf, -np.inf], "<f4"),
        "float64": np.array([0.5, np.nan, -0.0, np.inf, -np.inf], "<f8"),
        "bool": np.array([True, False, True, True, False]),
        "time": np.array(DAYS, "<M8[us]"),
        "time-ms": np.array(DAYS, "<M8[ms]"),
        "duration": np.array([0, -1, 5, 2**62, -(2**63)], "<m8[us]"),
        "text": _text(*TEXTS),
    }
    return pd.DataFrame(columns), {**columns, "index": ROWS}


def _categories() -> tuple[pd.DataFrame, Leaves]:
    frame = pd.DataFrame(
        {
            "text": pd.Categorical(["b", "a", "b", "c", "a"], ["c", "b", "a"], ordered=True),
            "text-missing": pd.Categorical(["b", None, "b", "", None]),
            "integer": pd.Categorical(np.array([3, 1, 3, 2, 1], "i4")),
            "integer-missing": pd.Categorical([30, None, 10, None, 30]),
            "time": pd.Categorical(pd.DatetimeIndex(["2020-01-01", None, "2021-01-01"] + [None] * 2)),
        }
    )
    missing = np.iinfo("i8").min
    unit = np.datetime_data(frame["time"].cat.categories.dtype)[0]
    return frame, {
        "text": _text("b", "a", "b", "c", "a"),
        "text-missing": _text("b", "", "b", "", ""),
        "integer": np.array([3, 1, 3, 2, 1], "<i4"),
        "integer-missing": np.array([30, missing, 10, missing, 30], "<i8"),
        "time": np.array(["2020-01-01", "NaT", "2021-01-01", "NaT", "NaT"], f"<M8[{unit}]"),
        "index": ROWS,
    }


def _nullable() -> tuple[pd.DataFrame, Leaves]:
    frame = pd.DataFrame(
        {
            "int16": pd.array([1, None, -5, 0, None], "Int16"),
            "int16-full": pd.array([1, None, I2.min, I2.max, None], "Int16"),
            "uint16": pd.array([0, None, 7, 8, 9], "UInt16"),
            "int64-whole": pd.array([1, 2, 3, 4, 5], "Int64"),
            "boolean": pd.array([True, None, False, True, None], "boolean"),
            "float": pd.array([0.5, None, -0.0, 1.0, 2.0], "Float64"),
            "string": pd.array(["a", None, "", "🦀", "b"], "string"),
            "bytes": pd.Series([b"a", b"", None, b"\xff\0", b"xyz"], dtype=object),
            "decimal": [decimal.Decimal("1.10"), None, *map(decimal.Decimal, ["0.00", "-9.99", "2.50"])],
            "date": pd.Series([dt.date(2020, 1, 1), None, *[dt.date(1969, 12, day) for day in (1, 2, 3)]]),
        }
    )
    return frame, {
        "int16": np.array([1, I2.min, -5, 0, I2.min], "<i2"),
        "int16-full": np.array([1, I2.min + 1, I2.min, I2.max, I2.min + 1], "<i2"),
        "uint16": np.array([0, U2.max, 7, 8, 9], "<u2"),
        "int64-whole": np.array([1, 2, 3, 4, 5], "<i8"),
        "boolean": np.array([1, -1, 0, 1, -1], "<i1"),
        "float": np.array([0.5, np.nan, -0.0, 1.0, 2.0], "<f8"),
        "string": _text("a", "", "", "🦀", "b"),
        "bytes": np.array([b"a", b"", b"", b"\xff\0", b"xyz"], object),
        "decimal": _text("1.10", "", "0.00", "-9.99", "2.50"),
        "date": np.array(["2020-01-01", "NaT", "1969-12-01", "1969-12-02", "1969-12-03"], "<M8[D]"),
        "index": ROWS,
    }


def _zones() -> tuple[pd.DataFrame, Leaves]:
    naive = pd.Series(pd.DatetimeIndex([*DAYS[:2], "2020-06-01", None, "2020-10-25T00:30"]).as_unit("us"))
    frame = pd.DataFrame(
        {
            "utc": naive.dt.tz_localize("UTC"),
            "berlin": naive.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin"),
            "kathmandu": naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Kathmandu"),
        }
    ).set_index(naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo").rename("when"))
    moments = naive.to_numpy().astype("<M8[us]")
    return frame, dict.fromkeys(["utc", "berlin", "kathmandu", "when"], moments)


def _levels() -> tuple[pd.DataFrame, Leaves]:
    index = pd.MultiIndex.from_arrays(
        [["a", "a", "b", "b", "c"], [1, 2, 1, 2, 1], pd.DatetimeIndex(["2020-01-01"] * N).as_unit("ms")],
        names=["letter", None, "day"],
    )
    frame = pd.DataFrame({"value": np.arange(N) / 4, "day ": np.arange(N, dtype="i2")}, index)
    return frame, {
        "letter": _text("a", "a", "b", "b", "c"),
        "level_1": np.array([1, 2, 1, 2, 1], "<i8"),
        "day": np.array(["2020-01-01"] * N, "<M8[ms]"),
        "value": np.arange(N) / 4,
        "day ": np.arange(N, dtype="<i2"),
    }


def _empty() -> tuple[pd.DataFrame, Leaves]:
    columns = {"int": np.zeros(0, "<i4"), "float": np.zeros(0, "<f8"), "text": _text()}
    frame = pd.DataFrame({name: pd.Series(column) for name, column in columns.items()})
    return frame.astype({"text": "string"}), {**columns, "index": np.zeros(0, "<i8")}


FRAMES = {
    "plain": _plain,
    "categories": _categories,
    "nullable": _nullable,
    "zones": _zones,
    "levels": _levels,
    "empty": _empty,
}
SUFFIXES = ("parquet", "feather")


def _each(make: Callable[[pd.DataFrame, Leaves], Any]) -> dict[str, Any]:
    return {f"{name}.{suffix}": make(*FRAMES[name]()) for name in FRAMES for suffix in SUFFIXES}


def _write(folder: Path) -> None:
    folder.mkdir()
    for name, frame in _each(lambda frame, _: frame).items():
        write = frame.to_parquet if name.endswith("parquet") else frame.to_feather
        write(folder / name)


def _leaves() -> Leaves:
    tables = _each(lambda _, leaves: leaves)
    return {f"{name}/{column}": a for name, columns in tables.items() for column, a in columns.items()}


CSV = 'when,count,part,word\n2020-01-01,1,0.5,a\n2020-01-02,,,\n2020-01-03,3,-inf,"x,y"\n'


def _csv_leaves() -> Leaves:
    return {"part": np.array([0.5, np.nan, -np.inf]), "word": _text("a", "", "x,y")}


def _odd_frames() -> dict[str, pd.DataFrame]:
    values = np.arange(3 * 4, dtype="<i4").reshape(3, 4)
    mixed = pd.DataFrame({"good": values[:, 0], "mixed": [1, "a", None], "lists": [[1], [2], [3]]})
    return {
        "integers": pd.DataFrame(values, columns=[0, 1, 10, -1]),
        "twice": pd.DataFrame(values, columns=["a", "a", "a_1", "a"]),
        "empty-names": pd.DataFrame(values, columns=["", "unnamed", "a/b\\c", "."]),
        "others": pd.DataFrame(values, columns=[("x", 1), 2.5, None, pd.Timestamp("2020-01-01")]),
        "levels": pd.DataFrame(values, columns=pd.MultiIndex.from_product([["x", "y"], [1, 2]])),
        "documents": pd.DataFrame(values, columns=["zarr.json", ".zgroup", "c", "index"]),
        "mixed": mixed,
    }


_ODD_NAMES = {
    "integers": ["0", "1", "10", "-1"],
    "twice": ["a", "a_2", "a_1", "a_3"],
    "empty-names": ["unnamed_1", "unnamed", "a_b_c", "_."],
    "others": ["x_1", "2.5", "None", "2020-01-01 00:00:00"],
    "levels": ["x_1", "x_2", "y_1", "y_2"],
    "documents": ["_zarr.json", "_.zgroup", "c", "index"],
    "mixed": ["good"],
}


def _odd_leaves() -> Leaves:
    values = np.arange(3 * 4, dtype="<i4").reshape(3, 4)
    leaves = {
        f"{f}/{name}": values[:, i] for f, names in _ODD_NAMES.items() for i, name in enumerate(names)
    }
    for frame in _odd_frames():
        leaves["documents/index_1" if frame == "documents" else f"{frame}/index"] = np.arange(
            3, dtype="<i8"
        )
    return leaves


REFUSED = {"odd-frames/mixed/mixed": "mixed types", "odd-frames/mixed/lists": "list"}

THEMES: dict[str, Theme] = {
    "tables": Theme(_leaves, lambda: _each(lambda frame, _: frame), _write),
    "odd-frames": Theme(_odd_leaves, _odd_frames),
    "comma.csv": Theme(_csv_leaves, None, lambda path: path.write_text(CSV) and None),
}
