"""Parquet that pandas reads back, value for value."""

import io

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet as pq

from jupyter_zarr_serve.core import limits
from tests.exports.parts import file, refusal

FRAME = pd.DataFrame(
    {
        "n": pd.array([2**63 - 1, None, 0], "Int64"),
        "u": np.array([2**64 - 1, 0, 1], "u8"),
        "x": [0.1, np.nan, -np.inf],
        "b": [True, False, True],
        "t": ["é", "", None],
        "d": pd.to_datetime(["2020-01-02T03:04:05.678901", None, "1970-01-01"], format="ISO8601"),
        "td": pd.to_timedelta([1, None, 3], unit="s"),
    }
)


def read(obj, **options):
    return pd.read_parquet(io.BytesIO(file(obj, "parquet", **options)))


def test_a_frame_reads_back():
    found = pq.read_table(io.BytesIO(file(FRAME, "parquet")))
    assert found["n"].to_pylist() == [2**63 - 1, None, 0]
    assert found["u"].to_pylist() == FRAME["u"].tolist()
    assert found["x"].to_pylist()[::2] == [0.1, -np.inf]
    assert np.isnan(found["x"].to_pylist()[1])
    assert found["b"].to_pylist() == [True, False, True]
    assert found["t"].to_pylist() == ["é", None, None]  # a column of text has "" for what is missing
    frame = found.to_pandas()
    for name in ("d", "td"):
        assert frame[name].equals(FRAME[name].astype(frame[name].dtype)), name


def test_columns_rows_and_order():
    found = read(FRAME, columns='["b", "u"]', sort='["u"]', region=":2")
    assert (list(found), found["u"].tolist()) == (["b", "u"], [0, 1])
    assert read(np.arange(6).reshape(2, 3))["1"].tolist() == [1, 4]
    assert read(np.array([(1, b"x")], [("a", "i2"), ("b", "S3")]))["b"].tolist() == [b"x"]


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_times_of_each_unit(unit):
    times = np.array([18_000, -5], f"M8[{unit}]")
    assert (read(times)["value"].to_numpy().astype(f"M8[{unit}]") == times).all()


def test_what_it_cannot_hold(monkeypatch):
    assert refusal(np.zeros(3, "c16"), "parquet")[0] == 422
    assert refusal(np.zeros((2, 2, 2)), "parquet")[0] == 422
    monkeypatch.setattr(limits, "EXPORT_WHOLE", 10)
    status, message = refusal(FRAME, "parquet")
    assert (status, "csv" in message) == (422, True)
