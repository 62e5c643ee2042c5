"""Tables and columns: pandas, polars, Arrow, dask."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from .cases import GROUPS, NO_TEXT, Expected, Leaf, case, objects


@case
def pandas_frame(_: Path) -> tuple[Any, Expected]:
    import pandas as pd

    index = pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["letter", "number"])
    frame = pd.DataFrame(index=index)
    frame["float"] = [0.5, np.nan, -0.0, np.inf]
    frame["text"] = ["a", None, "", "é"]
    frame["kind"] = pd.Categorical(["hi", "lo", None, "hi"], ["lo", "hi"], ordered=True)
    frame["Int16"] = pd.array([1, None, 3, 4], "Int16")
    frame["boolean"] = pd.array([True, None, False, True], "boolean")
    frame["Float32"] = pd.array([1.5, None, 2.5, 0], "Float32")
    hours = pd.to_datetime(["2024-03-31 00:30", None, "2024-03-31 03:30", "2024-10-27 02:30"])
    frame["zoned"] = hours.tz_localize("Europe/Berlin", ambiguous=[False] * 4).as_unit("ms")
    frame["lasting"] = pd.array(np.array([1, "NaT", -3, 0], "m8[us]"))
    frame["arrow int"] = pd.array([1, None, 2**62, 4], "int64[pyarrow]")
    frame["arrow/text"] = pd.array(["a", None, "b", ""], "string[pyarrow]")
    frame.attrs["source"] = "a test"
    low = np.iinfo("i8").min
    utc = np.array(["2024-03-30T23:30", "NaT", "2024-03-31T01:30", "2024-10-27T01:30"], "M8[ms]")
    ordered = {"categories": ["lo", "hi"], "ordered": True, **NO_TEXT}
    return frame, {
        "letter": objects("x", "x", "y", "y"),
        "number": np.array([1, 2, 1, 2]),
        "float": frame["float"].to_numpy(),
        "text": Leaf(objects("a", "", "", "é"), NO_TEXT),
        "kind": Leaf(objects("hi", "lo", "", "hi"), ordered),
        "Int16": Leaf(np.array([1, -(2**15), 3, 4], "i2"), {"_FillValue": -(2**15)}),
        "boolean": Leaf(np.array([1, -1, 0, 1], "i1"), {"_FillValue": -1}),
        "Float32": np.array([1.5, np.nan, 2.5, 0], "f4"),
        "zoned": Leaf(utc, {"timezone": "Europe/Berlin"}),
        "lasting": np.array([1, "NaT", -3, 0], "m8[us]"),
        "arrow int": Leaf(np.array([1, low, 2**62, 4]), {"_FillValue": int(low)}),
        "arrow_text": Leaf(objects("a", "", "b", ""), {"original_name": "arrow/text", **NO_TEXT}),
    }


GROUPS["pandas_frame"] = {"source": "a test"}


@case
def pandas_series(_: Path) -> tuple[Any, Expected]:
    import pandas as pd

    return pd.Series([1.0, np.nan], ["a", "b"], name="s"), {
        "index": objects("a", "b"),
        "s": np.array([1.0, np.nan]),
    }


@case
def pandas_index(_: Path) -> tuple[Any, Expected]:
    import pandas as pd

    return pd.date_range("2024-01-31", periods=3, freq="ME", unit="s"), {
        "": np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "M8[s]")
    }


@case
def polars_frame(_: Path) -> tuple[Any, Expected]:
    import polars as pl

    frame = pl.DataFrame(
        {
            "u": pl.Series([1, None, 3], dtype=pl.UInt16),
            "f": [0.5, None, float("nan")],
            "t": ["a", None, "ü"],
            "at": pl.Series([0, None, 10**6], dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
            "pair": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": "z"}],
        }
    )
    return frame, {
        "u": Leaf(np.array([1, 65535, 3], "u2"), {"_FillValue": 65535}),
        "f": np.array([0.5, np.nan, np.nan]),
        "t": Leaf(objects("a", "", "ü"), NO_TEXT),
        "at": Leaf(np.array([0, "NaT", 10**6], "M8[us]"), {"timezone": "UTC"}),
        "pair/a": np.array([1, 2, 3]),
        "pair/b": Leaf(objects("x", "y", "z"), NO_TEXT),
    }


def _arrow_columns() -> tuple[Any, Any, Expected]:
    import pyarrow as pa

    columns = [
        pa.array([1, None, -3], pa.int8()),
        pa.array([0, None, 19782], pa.date32()),
        pa.array([b"\0", None, b"xyz"], pa.binary()),
        pa.array([None, Decimal("1.50"), Decimal("-999.99")], pa.decimal128(5, 2)),
    ]
    expected = {
        "i": Leaf(np.array([1, -128, -3], "i1"), {"_FillValue": -128}),
        "d": np.array([0, "NaT", 19782], "M8[D]"),
        "b": Leaf(objects(b"\0", b"", b"xyz"), {"missing": "empty bytes"}),
        "n": Leaf(objects("", "1.50", "-999.99"), NO_TEXT),
    }
    return columns, list(expected), expected


@case
def polars_series(_: Path) -> tuple[Any, Expected]:
    import polars as pl

    return pl.Series("s", [True, None, False]), {
        "": Leaf(np.array([1, -1, 0], "i1"), {"_FillValue": -1}),
    }


@case
def arrow_table(_: Path) -> tuple[Any, Expected]:
    import pyarrow as pa

    columns, names, expected = _arrow_columns()
    batch = pa.record_batch(columns, names=names)
    return pa.Table.from_batches([batch.slice(0, 1), batch.slice(1)]), expected


@case
def arrow_batch(_: Path) -> tuple[Any, Expected]:
    import pyarrow as pa

    columns, names, expected = _arrow_columns()
    return pa.record_batch(columns, names=names), expected


@case
def dask_frame(_: Path) -> tuple[Any, Expected]:
    import dask.dataframe as dd
    import pandas as pd

    frame = pd.DataFrame({"f": np.arange(5.0), "t": list("abcde")}, pd.Index(np.arange(5) * 2, name="k"))
    return dd.from_pandas(frame, npartitions=2), {
        "k": np.arange(5) * 2,
        "f": np.arange(5.0),
        "t": Leaf(objects(*"abcde"), NO_TEXT),
    }
