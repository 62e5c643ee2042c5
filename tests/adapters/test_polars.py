"""polars' objects, its own conversion to NumPy and pandas as oracle."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import members
from tests.nodes import child, read_all
from tests.store import open_node

POLICY = Policy()
UNSPECIFIED = pytest.mark.filterwarnings("ignore:The data type .* does not have a Zarr V3 specification")


def frame() -> pl.DataFrame:
    count = 100
    return pl.DataFrame(
        {
            "f": np.linspace(0, 1, count),
            "f4": np.linspace(0, 1, count, dtype="f4"),
            "u": np.arange(count, dtype="u1"),
            "b": np.arange(count) % 3 == 0,
            "s": [f"é{i}" for i in range(count)],
            "t": [dt.datetime(2020, 1, 1) + dt.timedelta(hours=i) for i in range(count)],
            "d": [dt.timedelta(seconds=i) for i in range(count)],
        }
    )


@UNSPECIFIED
@pytest.mark.parametrize("target", [64, 1 << 20])
def test_a_frame_is_a_group_of_its_columns(zarr_format, target):
    node = adapt(frame(), Policy(target_bytes=target))
    assert list(node.children) == frame().columns
    for name in frame().columns:
        assert child(node, name).dimension_names == ("row",)
        np.testing.assert_array_equal(open_node(node, zarr_format, name)[:], frame()[name].to_numpy())


def test_missing_values():
    values = {"i": [1, None, 3], "b": [True, None, False], "s": ["a", None, ""], "f": [1.0, None, 2.0]}
    node = adapt(pl.DataFrame(values), POLICY)
    assert child(node, "i").attributes["_FillValue"] == np.iinfo("i8").min
    assert read_all(child(node, "i")).tolist() == [1, np.iinfo("i8").min, 3]
    assert read_all(child(node, "b")).tolist() == [1, -1, 0]
    assert read_all(child(node, "s")).tolist() == ["a", "", ""]
    np.testing.assert_array_equal(read_all(child(node, "f")), [1, np.nan, 2])


@pytest.mark.parametrize(
    ("dtype", "ordered", "categories"),
    [(pl.Categorical, False, ["a", "b"]), (pl.Enum(["b", "a", "z"]), True, ["b", "a", "z"])],
)
def test_categories(dtype, ordered, categories):
    a = adapt(pl.Series(["a", "b", None, "a"], dtype=dtype), POLICY)
    assert a.dtype == STRING
    assert read_all(a).tolist() == ["a", "b", "", "a"]
    assert a.attributes["ordered"] is ordered
    assert a.attributes["categories"] == categories


def test_other_types():
    node = adapt(
        pl.DataFrame(
            {
                "date": [dt.date(2020, 1, 1)],
                "time": [dt.time(1, 2, 3)],
                "zoned": pl.Series([dt.datetime(2020, 6, 1, 12)]).dt.replace_time_zone("Europe/Paris"),
                "decimal": pl.Series(["1.50"]).cast(pl.Decimal(10, 2)),
                "bytes": [b"\0a"],
                "null": [None],
                "struct": [{"x": 1, "y": "z"}],
                "list": [[1, 2]],
                "object": pl.Series([object()], dtype=pl.Object),
            }
        ),
        POLICY,
    )
    assert read_all(child(node, "date")) == np.array(["2020-01-01"], "M8[D]")
    assert read_all(child(node, "time")) == np.array([3723], "m8[s]")
    assert read_all(child(node, "zoned")) == np.array(["2020-06-01T10"], "M8[us]")
    assert child(node, "zoned").attributes["timezone"] == "Europe/Paris"
    assert read_all(child(node, "decimal")).tolist() == ["1.50"]
    assert read_all(child(node, "bytes")).tolist() == [b"\0a"]
    assert np.isnan(read_all(child(node, "null"))).all()
    assert read_all(child(node, "struct/x")).tolist() == [1]
    assert read_all(child(node, "struct/y")).tolist() == ["z"]
    for name in ("list", "object"):
        with pytest.raises(Unreadable, match=name):
            child(node, name)
    assert {"list", "object"} & {name for name, _ in members(node)} == set()


def test_a_series():
    a = adapt(pl.Series("v", [1, 2, 3]), POLICY)
    assert a.dimension_names == ("row",)
    assert read_all(a).tolist() == [1, 2, 3]
    assert adapt(pl.Series([], dtype=pl.Int8), POLICY).shape == (0,)


def test_changes_in_place_are_seen():
    values = pl.DataFrame({"a": [1, 2], "b": [3, 4]})
    node = adapt(values, POLICY)
    b = child(node, "b")
    values[0, "b"] = 9
    assert read_all(b).tolist() == [9, 4]


def test_only_the_rows_of_a_chunk_are_converted(monkeypatch):
    a = adapt(pl.Series(range(1000)), Policy(target_bytes=80))
    lengths = []
    convert = pl.Series.to_arrow
    monkeypatch.setattr(pl.Series, "to_arrow", lambda self: lengths.append(len(self)) or convert(self))
    assert a.read((slice(10, 20),)).tolist() == list(range(10, 20))
    assert lengths == [10]


def test_a_plan_is_refused_with_the_remedy():
    with pytest.raises(Unreadable, match=r"\.collect\(\)"):
        adapt(frame().lazy(), POLICY)
    with pytest.raises(Unreadable, match="DataFrame"):
        adapt(pl.col("a"), POLICY)


@pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt128])
def test_integers_beyond_64_bits_are_text(dtype):
    group = adapt(pl.DataFrame({"wide": pl.Series([1, None, 2**100], dtype=dtype)}), Policy())
    array = child(group, "wide")
    assert read_all(array).tolist() == ["1", "", str(2**100)]
    assert array.attributes == {"missing": "empty string"}
