"""Marks of missing data of any type never cost a dataset that has them."""

import json
import zlib

import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.fills import fill_json, fill_of, mark_of
from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.readers.zarr_store import read
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.store import CoreStore, open_node

VALUES = {
    "u1": np.arange(4, dtype="u1"), "i4": np.arange(4, dtype="i4"), "i8": np.arange(4),
    "f2": np.arange(4, dtype="f2"), "f8": np.arange(4.0), "c16": np.arange(4.0) + 0j,
    "bool": np.arange(4) > 2, "S3": np.array([b"a", b"b", b"c", b"d"], "S3"),
    "U2": np.array(list("abcd"), "U2"),
    "text": np.array(list("abcd"), STRING), "bytes": np.array([b"a", b"bc", b"", b"d"], object),
    "M8s": np.arange(4).astype("M8[s]"), "m8s": np.arange(4).astype("m8[s]"),
    "record": np.zeros(4, [("a", "i4")]),
}  # fmt: skip
MARKS = {
    "int": np.int32(2), "nan": np.nan, "infinite": np.inf, "text": "a", "bytes": b"a", "list": [1, 2],
    "one": np.array([2]), "big": 2**63, "negative": -1, "object": {"a": 1}, "true": True, "complex": 1 + 2j,
    "empty": "", "none": [], "texts": np.array(["a", "b"]), "half": 2.5, "uneven": [1, [2]],
}  # fmt: skip


def array(values, name, mark) -> Array:
    is_fill = name == "_FillValue" and not isinstance(mark, dict | list | np.ndarray)
    return make_array(
        values.shape, values.dtype, lambda region: values[region], Policy(),
        attributes={name: mark}, fill_value=mark if is_fill else None,
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # xarray's, of marks that do not fit; zarr-python's, of such types
@pytest.mark.parametrize("name", ["_FillValue", "missing_value"])
def test_xarray_opens_a_dataset_whatever_marks_its_missing_data(name, zarr_format):
    members = {
        f"{kind}_{mark}": array(values, name, MARKS[mark])
        for kind, values in VALUES.items()
        for mark in MARKS
    }
    opened = xr.open_zarr(CoreStore(Group(members), zarr_format), zarr_format=zarr_format, chunks=None)
    assert {*opened.variables} == {*members}
    assert opened["f8_half"].load().isnull().sum() == 0
    assert opened["i4_int"].load().isnull().values.tolist() == [False, False, True, False]
    assert opened["text_text"].values.tolist()[1:] == list("bcd")  # "a" may be masked


def test_the_mark_of_text_is_told_under_a_name_that_xarray_does_not_decode():
    node = open_node(array(VALUES["text"], "_FillValue", "-"), 3)
    assert dict(node.attrs) == {"missing_mark": "-"}
    assert node.fill_value == "-"


@pytest.mark.parametrize(
    ("value", "dtype", "fill"),
    [("x", "i4", 0), (b"\xff", STRING, "\\xff"), ("x", object, b"x"), (3, STRING, ""), (None, "f8", 0.0)],
)
def test_what_no_element_can_hold_is_no_fill_value(value, dtype, fill):
    assert fill_of(value, np.dtype(dtype)) == fill


def test_marks_that_fit():
    assert mark_of({"_FillValue": [7]}, np.dtype("i2")) == 7
    assert mark_of({"_FillValue": 70_000}, np.dtype("i2")) is None
    assert mark_of({"_FillValue": "x"}, STRING) == "x"


@pytest.mark.filterwarnings("ignore")  # NumPy's, of times without a unit; zarr-python's, of such types
def test_no_time_without_a_unit_is_spelled_as_zarr_python_takes_it():
    nothing = np.array(["NaT"], "M8")
    assert fill_json(nothing[0], nothing.dtype) == "NaT"
    assert np.isnat(open_node(make_array((1,), nothing.dtype, lambda _: nothing, Policy()), 3)[:]).all()


@pytest.mark.filterwarnings("ignore:.*generic.*:DeprecationWarning")  # of NumPy, in zarr-python
@pytest.mark.parametrize("kind", "Mm")
@pytest.mark.parametrize("fill", [None, 0, 5])
def test_times_without_a_unit_open_whatever_their_fill_value_is(kind, fill, zarr_format):
    values = np.array([0, 5, np.iinfo("i8").min, 0], "i8").view(f"{kind}8")
    node = make_array((4,), values.dtype, values.__getitem__, Policy(), chunk_shape=(1,), fill_value=fill)
    served = open_node(node, zarr_format)
    assert served.dtype == values.dtype
    np.testing.assert_array_equal(served[:].view("i8"), values.view("i8"))


@pytest.mark.filterwarnings("ignore:.*generic.*:DeprecationWarning")  # of NumPy, in zarr-python
@pytest.mark.parametrize("kind", "Mm")
@pytest.mark.parametrize("fill", [0, 5])
def test_stored_times_without_a_unit_keep_what_absent_chunks_hold(tmp_path, kind, fill, zarr_format):
    document = {
        "zarr_format": 2, "shape": [4], "chunks": [2], "dtype": f"<{kind}8",
        "compressor": {"id": "zlib", "level": 1},
        "fill_value": fill, "order": "C", "filters": None,
    }  # fmt: skip
    (tmp_path / ".zarray").write_text(json.dumps(document))
    (tmp_path / "1").write_bytes(zlib.compress(np.array([7, 8], "<i8").tobytes()))
    served = open_node(read(tmp_path, Policy()), zarr_format)
    assert served[:].view("i8").tolist() == [fill, fill, 7, 8]


@pytest.mark.filterwarnings("ignore:.*generic.*:DeprecationWarning")  # of NumPy, in zarr-python
@pytest.mark.parametrize("kind", "Mm")
def test_stored_times_without_a_unit_open_from_version_3(tmp_path, kind, zarr_format):
    name = {"M": "numpy.datetime64", "m": "numpy.timedelta64"}[kind]
    document = {
        "zarr_format": 3, "node_type": "array", "shape": [4],
        "data_type": {"name": name, "configuration": {"unit": "generic", "scale_factor": 1}},
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
        "chunk_key_encoding": {"name": "default"}, "fill_value": 5, "attributes": {},
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    }  # fmt: skip
    (tmp_path / "zarr.json").write_text(json.dumps(document))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "1").write_bytes(np.array([7, 8], "<i8").tobytes())
    served = open_node(read(tmp_path, Policy()), zarr_format)
    assert served[:].view("i8").tolist() == [5, 5, 7, 8]


@pytest.mark.parametrize(
    ("dtype", "mark"), [("u1", -9999), ("u1", 300), ("i2", 1e20), ("i4", np.nan), ("i4", 1.5), ("u1", "x")]
)
def test_a_mark_that_no_element_can_have_masks_nothing(dtype, mark):
    values = np.arange(3, dtype=dtype)
    masked = make_array(
        values.shape, values.dtype, values.__getitem__, Policy(), attributes={"_FillValue": mark}
    )
    assert json.loads(respond(masked, Request(2, (".zarray",))).body)["fill_value"] is None
    assert "_FillValue" not in json.loads(respond(masked, Request(3, ("zarr.json",))).body)["attributes"]
