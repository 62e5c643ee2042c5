"""pandas objects as nodes, compared with pandas."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.adapters import adapt as adapt_noted
from jupyter_zarr_serve.adapters.column import Column, Field
from jupyter_zarr_serve.adapters.columns import table
from jupyter_zarr_serve.core.dtypes import BYTES, STRING
from jupyter_zarr_serve.core.errors import Replaced, Unavailable, Unreadable
from jupyter_zarr_serve.core.names import ORIGINAL, served_names
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import members
from tests.nodes import child, read_all
from tests.store import open_node

SMALL = Policy(target_bytes=64)


def column(values, policy=SMALL):
    node = adapt(pd.DataFrame({"x": values}), policy)
    return child(node, "x")


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "f4", "f8", "c16", "?", "M8[s]", "M8[ns]", "m8[ms]"])
def test_numpy_columns_are_served_as_they_are(dtype):
    values = np.arange(50).astype(dtype)
    array = column(values)
    assert array.dtype == pd.Series(values).dtype
    assert np.array_equal(read_all(array), values)
    assert array.attributes == {}


def test_columns_share_dimension_and_chunk_shape():
    frame = pd.DataFrame({"a": np.arange(100, dtype="i1"), "s": ["t"] * 100})
    node = adapt(frame, SMALL)
    assert isinstance(node, Group)
    assert {array.chunk_shape for _, array in members(node)} == {(2,)}
    assert {array.axis_names for _, array in members(node)} == {("index",)}


@pytest.mark.parametrize("dtype", [object, "str", "string"])
def test_missing_text_is_empty(dtype):
    array = column(pd.Series(["ä", None, "", np.nan, "z" * 99], dtype=dtype))
    assert array.dtype == STRING
    assert read_all(array).tolist() == ["ä", "", "", "", "z" * 99]
    assert array.attributes == {"missing": "empty string"}


def test_text_without_nulls_says_nothing():
    assert column(["a", "b"]).attributes == {}


def test_bytes():
    array = column([b"\0a", None, b""])
    assert array.dtype == BYTES
    assert read_all(array).tolist() == [b"\0a", b"", b""]


@pytest.mark.parametrize(
    ("dtype", "values", "mark"),
    [
        ("Int64", [1, None, 3], -(2**63)),
        ("Int8", [-128, None, -127], -126),
        ("UInt8", [255, None, 254], 253),
        ("UInt64", [2**64 - 1, None, 0], 2**64 - 2),
        ("boolean", [True, None, False], -1),
    ],
)
def test_missing_integers_get_a_value_that_does_not_occur(dtype, values, mark):
    array = column(pd.array(values, dtype=dtype))
    assert array.fill_value == array.attributes["_FillValue"] == mark
    assert read_all(array).tolist() == [mark if v is None else int(v) for v in values]


def test_nullable_without_nulls_has_no_mark():
    array = column(pd.array([1, 2], dtype="Int16"))
    assert (array.dtype, array.fill_value, dict(array.attributes)) == (np.dtype("i2"), None, {})
    assert column(pd.array([True, False], dtype="boolean")).dtype == np.bool_


def test_full_integer_dtype_is_widened():
    values = pd.array([*range(-128, 128), None], dtype="Int8")
    array = column(values)
    assert array.dtype == np.dtype("i2")
    assert read_all(array).tolist() == [*range(-128, 128), -(2**15)]


def test_nullable_floats():
    assert np.array_equal(
        read_all(column(pd.array([1.5, None], dtype="Float32"))),
        np.array([1.5, np.nan], "f4"),
        equal_nan=True,
    )


def test_categories_become_values():
    array = column(pd.Categorical(["b", None, "a", "b"], categories=["b", "a", "c"], ordered=True))
    assert read_all(array).tolist() == ["b", "", "a", "b"]
    assert array.attributes["categories"] == ["b", "a", "c"]
    assert array.attributes["ordered"] is True
    numbers = column(pd.Categorical([3, None, 7]))
    assert read_all(numbers).tolist() == [3, -(2**63), 7]
    dates = column(pd.Categorical(pd.to_datetime(["2020-01-01", None])))
    assert np.array_equal(np.isnat(read_all(dates)), [False, True])
    assert read_all(column(pd.Categorical([None, None]))).tolist() == ["", ""]


def test_many_categories_are_not_listed():
    assert "categories" not in column(pd.Categorical(range(1001))).attributes


def test_zoned_times_are_utc():
    times = pd.date_range("2024-03-31", periods=4, freq="h", tz="Europe/Berlin", unit="ms")
    array = column(times)
    assert array.dtype == np.dtype("M8[ms]")
    assert array.attributes == {"timezone": "Europe/Berlin"}
    assert np.array_equal(read_all(array), times.tz_convert("UTC").tz_localize(None).to_numpy())


def test_periods_and_intervals_are_text():
    assert read_all(column(pd.PeriodIndex(["2020-01", None], freq="M"))).tolist() == ["2020-01", ""]
    assert read_all(column(pd.interval_range(0, 2))).tolist() == ["(0, 1]", "(1, 2]"]


def test_sparse_columns_are_dense():
    assert read_all(column(pd.arrays.SparseArray([0, 0, 5]))).tolist() == [0, 0, 5]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([decimal.Decimal("1.50"), None], ["1.50", ""]),
        ([datetime.date(2020, 1, 2), None], [np.datetime64("2020-01-02"), np.datetime64("NaT", "D")]),
        (
            [datetime.time(1, 2, 3, 4), None],
            [np.timedelta64(3723000004, "us"), np.timedelta64("NaT", "us")],
        ),
        ([1, None, 2**62 + 1], [1, -(2**63), 2**62 + 1]),
        ([True, None], [1, -1]),
        ([1.5, None], [1.5, np.nan]),
        ([None, None], ["", ""]),
        ([], []),
    ],
)
def test_objects_of_one_kind(objects, expected):
    block = read_all(column(pd.Series(objects, dtype=object)))
    np.testing.assert_array_equal(block, np.array(expected, block.dtype))


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ([1, "a"], "int, and str at row 1"),
        ([None, [1], [2]], "type list"),
        ([2**70, 1], "int"),
        ([1j, "a"], "complex, and str"),
    ],
)
def test_mixed_objects_are_refused_by_name(objects, reason):
    node = adapt(
        pd.DataFrame({"bad": pd.Series(objects, dtype=object), "good": range(len(objects))}), SMALL
    )
    for _ in range(2):
        with pytest.raises(Unreadable, match=rf"column 'bad'.*{reason}.*astype\(str\)"):
            child(node, "bad")
    assert [name for name, _ in members(node)] == ["index", "good"]


def test_only_the_slice_is_converted(monkeypatch):
    asked = []
    frame = pd.DataFrame({"x": np.arange(1000), "y": 1.5})
    array = child(adapt(frame, SMALL), "x")
    iloc = pd.DataFrame.iloc.fget
    monkeypatch.setattr(
        pd.DataFrame, "iloc", property(lambda self: (asked.append(len(self)), iloc(self))[1])
    )
    assert array.read((slice(10, 14),)).tolist() == [10, 11, 12, 13]
    assert len(asked) == 1


def test_what_changes_later_is_never_silent():
    frame = pd.DataFrame({"x": pd.array([1, 2], dtype="Int64"), "s": pd.Series(["a", "b"], dtype=object)})
    numbers, words = (child(adapt(frame, SMALL), name) for name in "xs")
    frame.loc[0, "x"] = pd.NA
    frame.loc[0, "s"] = 7
    with pytest.raises(Replaced, match="missing now"):
        read_all(numbers)
    with pytest.raises(Unreadable, match="mixed-integer now where string was found"):
        read_all(words)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (["a", "b"], [b"c"]),
        ([b"a", b"b"], ["c"]),
        ([1, 2], ["3"]),
        ([1, 2], [2.5]),
        ([1, 2], [True]),
        ([True, False], [2]),
        ([1.5, 2.5], ["3"]),
        ([decimal.Decimal("1.50")], [2]),
        ([datetime.date(2020, 1, 1)], [datetime.datetime(2020, 1, 1, 12)]),
        ([datetime.date(2020, 1, 1)], ["2020-01-01"]),
        ([datetime.time(1)], [datetime.timedelta(hours=1)]),
    ],
)
def test_objects_of_another_kind_than_at_first_are_never_converted(first, later):
    series = pd.Series([*first, None], dtype=object)
    array = adapt(series, SMALL)
    read_all(array)
    series.array[0] = later[0]
    with pytest.raises(Unreadable, match="was found at first"):
        read_all(array)


def test_rows_that_are_gone_are_transient():
    short = Field("x", 8, lambda: Column(np.dtype("i8"), lambda start, stop: (np.zeros(1, "i8"), None)))
    node = table({"x": short}, 3, SMALL, "row")
    with pytest.raises(Unavailable, match="table changed"):
        child(node, "x").read((slice(0, 3),))


def test_huge_text_is_refused_before_it_is_encoded():
    array = column(["x" * 3000, "y"], Policy(limit_bytes=2000))
    with pytest.raises(Unreadable, match="3,001 bytes"):
        read_all(array)


def test_long_text_makes_short_chunks():
    assert column(["x" * 4096] * 64, Policy(target_bytes=8192)).chunk_shape == (2,)


def test_index_names():
    plain = adapt(pd.DataFrame({"index": [1]}), SMALL)
    assert list(plain.children) == ["index_1", "index"]
    assert child(plain, "index").axis_names == ("index_1",)
    dated = pd.DataFrame({"v": [1.0, 2.0]}, index=pd.date_range("2020", periods=2, name="time"))
    assert np.array_equal(read_all(child(adapt(dated, SMALL), "time")), dated.index.to_numpy())
    assert child(adapt(dated, SMALL), "v").axis_names == ("time",)


def test_multi_index_is_a_column_per_level():
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", None)], names=["v", None])
    node = adapt(pd.DataFrame({"v": [5, 6]}, index=index), SMALL)
    assert list(node.children) == ["v_1", "level_1", "v"]
    assert read_all(child(node, "v_1")).tolist() == ["a", "b"]
    assert child(node, "v").axis_names == ("index",)
    assert np.isnan(read_all(child(node, "level_1")).astype(float)[1]) or child(node, "level_1").fill_value


def test_names_of_nodes():
    assert served_names(["a", "a", "a_1"]) == ["a", "a_2", "a_1"]
    assert served_names(["", None, "x\0y", "..", "zarr.json", ("p", "", 1)]) == [
        "unnamed", "None", "x_y", "_..", "_zarr.json", "p_1",
    ]  # fmt: skip
    node = adapt(pd.DataFrame([[1, 2]], columns=["km/h", 3]), SMALL)
    assert child(node, "km_h").attributes == {ORIGINAL: "km/h"}
    assert child(node, "3").attributes == {ORIGINAL: 3}


def test_series_and_indexes():
    plain = adapt(pd.Series([1, 2]), SMALL)
    assert isinstance(plain, Array)
    assert plain.axis_names == ("index",)
    labelled = adapt(pd.Series([1, 2], index=["a", "b"], name="v"), SMALL)
    assert read_all(child(labelled, "index")).tolist() == ["a", "b"]
    assert read_all(child(labelled, "v")).tolist() == [1, 2]
    assert read_all(adapt(pd.Index([3, 4], name="n"), SMALL)).tolist() == [3, 4]
    assert read_all(adapt(pd.array([3, None]), SMALL)).tolist() == [3, -(2**63)]
    with pytest.raises(Unreadable, match="DataFrameGroupBy"):
        adapt(pd.DataFrame({"a": [1]}).groupby("a"), SMALL)


def test_times_and_spans_are_arrays_without_axes():
    berlin = pd.Timestamp("2020-01-01 03:00:00.123456789", tz="Europe/Berlin")
    node = adapt(berlin, SMALL)
    assert isinstance(node, Array)
    assert node.attributes["timezone"] == "Europe/Berlin"
    assert node.read(()) == np.datetime64("2020-01-01T02:00:00.123456789")
    assert adapt(pd.Timedelta("1 days 2 ns"), SMALL).read(()) == np.timedelta64(86_400_000_000_002, "ns")
    assert np.isnat(adapt(pd.NaT, SMALL).read(()))


def test_a_column_of_arrays_is_left_out_and_named():
    frame = pd.DataFrame({"a": [np.arange(3), np.arange(3)], "b": [1, 2]})
    group = open_node(adapt_noted(frame, SMALL), 3)
    assert group["b"][...].tolist() == [1, 2]
    assert "'a'" in group.attrs["left_out"][0]


def test_arrow_backed_columns():
    frame = pd.DataFrame({"x": [1, None, 3], "s": ["a", None, "c"]}).convert_dtypes(dtype_backend="pyarrow")
    node = adapt(frame, SMALL)
    assert read_all(child(node, "x")).tolist() == [1, -(2**63), 3]
    assert read_all(child(node, "s")).tolist() == ["a", "", "c"]


def test_empty_frames():
    node = adapt(pd.DataFrame({"x": np.empty(0)}), SMALL)
    assert child(node, "x").shape == (0,)
    assert list(adapt(pd.DataFrame(), SMALL).children) == ["index"]


@pytest.mark.parametrize(
    "values", [pd.array([1, 2], "Int64"), pd.Categorical([1, 2])], ids=["integers", "categories"]
)
def test_changes_in_place_of_an_array_are_seen(values):
    node = adapt(values, Policy())
    values[0] = 2
    assert read_all(node).tolist() == [2, 2]
