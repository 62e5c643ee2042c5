"""Arrow objects as nodes, compared with Arrow."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import members
from jupyter_zarr_serve.preview.table import columns_of
from tests.nodes import child, read_all


class Tagged(pa.ExtensionType):
    """Two bytes with a meaning of their own."""

    def __init__(self):
        super().__init__(pa.binary(2), "test.tagged")

    def __arrow_ext_serialize__(self):
        return b"pair"


SMALL = Policy(target_bytes=64)
CASES = {
    "i2": (pa.array([1, None, 3], pa.int16()), np.array([1, -(2**15), 3], "i2")),
    "u1": (pa.array([1, None, 255], pa.uint8()), np.array([1, 254, 255], "u1")),
    "f2": (pa.array(np.array([1, 2, 3], "f2")), np.array([1, 2, 3], "f2")),
    "f8": (pa.array([1.5, None, 3]), np.array([1.5, np.nan, 3])),
    "bool": (pa.array([True, False, True]), np.array([True, False, True])),
    "bool_null": (pa.array([True, None, False]), np.array([1, -1, 0], "i1")),
    "text": (pa.array(["ä", None, ""]), ["ä", "", ""]),
    "large": (pa.array(["ä", None, ""], pa.large_string()), ["ä", "", ""]),
    "view": (pa.array(["ä", None, ""], pa.string_view()), ["ä", "", ""]),
    "bytes": (pa.array([b"\0", None, b""]), [b"\0", b"", b""]),
    "fixed": (pa.array([b"ab", None, b"cd"], pa.binary(2)), [b"ab", b"", b"cd"]),
    "bytes_view": (pa.array([b"a", None, b""], pa.binary_view()), [b"a", b"", b""]),
    "decimal": (
        pa.array([decimal.Decimal("0.00000001"), None, decimal.Decimal(7)]),
        ["0.00000001", "", "7.00000000"],
    ),
    "date32": (pa.array([datetime.date(1900, 1, 1), None]), np.array(["1900-01-01", "NaT"], "M8[D]")),
    "date64": (
        pa.array([datetime.date(1900, 1, 1), None], pa.date64()),
        np.array(["1900-01-01", "NaT"], "M8[D]"),
    ),
    "stamp": (pa.array([1, None], pa.timestamp("us")), np.array([1, "NaT"], "M8[us]")),
    "time32": (pa.array([1, None], pa.time32("s")), np.array([1, "NaT"], "m8[s]")),
    "time64": (pa.array([1, None], pa.time64("ns")), np.array([1, "NaT"], "m8[ns]")),
    "duration": (pa.array([1, None], pa.duration("ms")), np.array([1, "NaT"], "m8[ms]")),
    "null": (pa.nulls(2), np.array([np.nan, np.nan])),
    "dictionary": (pa.array(["x", None, "y"]).dictionary_encode(), ["x", "", "y"]),
    "runs": (pc.run_end_encode(pa.array([4, 4, 5])), np.array([4, 4, 5])),
    "list": (
        pa.array([[1, 2], None, [3, None]], pa.list_(pa.float32(), 2)),
        np.array([[1, 2], [np.nan] * 2, [3, np.nan]], "f4"),
    ),
    "list_u1": (
        pa.array([[1, 255], None, [3, None]], pa.list_(pa.uint8(), 2)),
        np.array([[1, 255], [254] * 2, [3, 254]], "u1"),
    ),
    "list_part": (
        pa.array([[0, 0], None, [1, 2], [3, 4]], pa.list_(pa.int64(), 2))[2:],
        np.array([[1, 2], [3, 4]]),
    ),
    "list_text": (pa.array([["a", None], None], pa.list_(pa.string(), 2)), [["a", ""], ["", ""]]),
    "list_time": (
        pa.array([[1], None], pa.list_(pa.timestamp("s", "UTC"), 1)),
        np.array([[1], ["NaT"]], "M8[s]"),
    ),
    "lists": (
        pa.array([[[1, 2, 3], [4, 5, 6]], None], pa.list_(pa.list_(pa.float64(), 3), 2)),
        np.array([[[1, 2, 3], [4, 5, 6]], np.full((2, 3), np.nan)]),
    ),
    "extension": (
        pa.ExtensionArray.from_storage(Tagged(), pa.array([b"ab", None], pa.binary(2))),
        [b"ab", b""],
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("repeat", [1, 9])
def test_types(name, repeat):
    values, expected = CASES[name]
    array = adapt(pa.chunked_array([values] * repeat), Policy(target_bytes=16))
    served = read_all(array)
    if isinstance(expected, list):
        assert served.tolist() == expected * repeat
    else:
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(served, np.concatenate([expected] * repeat))


def test_table_without_pandas_has_no_index():
    table = pa.table({"a": np.arange(40), "row": ["x"] * 40})
    node = adapt(table, SMALL)
    assert list(node.children) == ["a", "row"]
    assert child(node, "a").axis_names == ("row_1",)
    assert {array.chunk_shape for _, array in members(node)} == {(2,)}


def test_record_batches_and_zone():
    batch = pa.record_batch({"t": pa.array([0], pa.timestamp("s", "Asia/Tokyo"))})
    assert child(adapt(batch, SMALL), "t").attributes["timezone"] == "Asia/Tokyo"


def test_numbers_are_not_copied():
    values = np.arange(1000)
    array = adapt(pa.array(values), SMALL)
    assert np.shares_memory(array.read((slice(5, 9),)), values)


def test_structures_are_groups():
    node = adapt(pa.table({"s": [{"x": 1, "y": "q"}, None, {"x": 2, "y": None}]}), SMALL)
    assert read_all(child(node, "s/x")).tolist() == [1, -(2**63), 2]
    assert read_all(child(node, "s/y")).tolist() == ["q", "", ""]


def test_lists_of_one_length_are_arrays_of_one_axis_more():
    """Their chunks have as many bytes as others; the other columns' have as many rows as without them."""
    lists = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(320, dtype="f4")), 4)
    node = adapt(pa.table({"n": pa.array(np.arange(80, dtype="i4")), "e": lists}), SMALL)
    numbers, embedding = child(node, "n"), child(node, "e")
    assert (numbers.shape, numbers.chunk_shape, numbers.dimension_names) == ((80,), (16,), ("row",))
    assert (embedding.shape, embedding.chunk_shape) == ((80, 4), (4, 4))
    assert embedding.dimension_names == ("row", "e_1")
    assert embedding.read((slice(5, 7), slice(1, 3))).tolist() == [[21, 22], [25, 26]]
    assert list(columns_of(node)) == ["n"]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int8(), 0), pa.list_(pa.struct({"a": pa.int8()}), 2)], ids=str
)
def test_lists_without_elements_or_of_structures_are_refused(kind):
    node = adapt(pa.table({"l": pa.nulls(3, kind), "m": [1, 2, 3]}), SMALL)
    with pytest.raises(Unreadable, match=r"column 'l'.*(drop|flatten)"):
        child(node, "l")


def test_lists_are_refused_by_name():
    node = adapt(pa.table({"l": [[1]], "m": [1], "n": [{"deep": [1]}]}), SMALL)
    with pytest.raises(Unreadable, match=r"column 'l'.*list"):
        child(node, "l")
    assert [name for name, _ in members(node)] == ["m", "n"]
    with pytest.raises(Unreadable, match="column 'deep'"):
        child(node, "n/deep")


def test_categories_are_listed():
    array = adapt(pa.array(["x", "y", "x"]).dictionary_encode(), SMALL)
    assert array.attributes == {"ordered": False, "categories": ["x", "y"], "missing": "empty string"}


def test_pandas_index_is_the_dimension():
    frame = pd.DataFrame({"v": [1.0, 2.0]}, index=pd.Index(["a", "b"], name="k"))
    node = adapt(pa.Table.from_pandas(frame), SMALL)
    assert list(node.children) == ["k", "v"]
    assert child(node, "v").axis_names == ("k",)
    ranged = adapt(pa.Table.from_pandas(pd.DataFrame({"v": [1, 2, 3]}).iloc[1:]), SMALL)
    assert read_all(child(ranged, "index")).tolist() == [1, 2]


@pytest.mark.parametrize(
    "noted",
    [
        b"{",
        b"[]",
        b'{"index_columns": 3}',
        b'{"index_columns": [{"kind": "range", "start": 0, "stop": 9, "step": 0}]}',
    ],
)
def test_nonsense_from_pandas_is_ignored(noted):
    node = adapt(pa.table({"v": [1]}).replace_schema_metadata({"pandas": noted, "about": "x"}), SMALL)
    assert list(node.children) == ["v"]
    assert node.attributes == {"about": "x"}


def test_other_objects_are_refused():
    with pytest.raises(Unreadable, match="Schema"):
        adapt(pa.schema([]), SMALL)


PERIODS = pa.field(
    "p",
    pa.int64(),
    metadata={"ARROW:extension:name": "acme.period", "ARROW:extension:metadata": '{"freq": "M"}'},
)
INTERVALS = pa.field(
    "i", pa.struct([("left", pa.int64())]), metadata={"ARROW:extension:name": "acme.interval"}
)


def test_a_type_that_nobody_registered_says_what_its_values_mean():
    """Whether somebody did depends on what a process imported, and no answer may."""
    columns = [pa.array([600, 601]), pa.array([{"left": 1}, {"left": 2}])]
    group = adapt(pa.table(columns, schema=pa.schema([PERIODS, INTERVALS])), Policy())
    told = {"extension": "acme.period", "extension_metadata": '{"freq": "M"}'}
    assert child(group, "p").attributes == told
    assert child(group, "i/left").attributes == {"extension": "acme.interval"}


def test_a_type_that_is_registered_says_the_same():
    storage = pa.array([b"ab", None], pa.binary(2))
    array = adapt(pa.ExtensionArray.from_storage(Tagged(), storage), Policy())
    assert array.attributes["extension"] == "test.tagged"
    assert array.attributes["extension_metadata"] == "pair"
