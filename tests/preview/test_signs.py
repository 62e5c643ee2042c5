"""Integers of another sign than their dtype's (``_Unsigned``) have one value wherever they are shown."""

import io
import json
from typing import Any

import numpy as np
import pytest
import tifffile
import xarray as xr
from pyarrow import parquet

from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.preview.description import description_of
from jupyter_zarr_serve.preview.points import points
from jupyter_zarr_serve.preview.rows import rows
from jupyter_zarr_serve.preview.thumbnail import thumbnail
from jupyter_zarr_serve.preview.values import line, stats
from jupyter_zarr_serve.serve.request import ROWS
from jupyter_zarr_serve.views import viewed
from tests.exports.parts import ask, file
from tests.nodes import read_all
from tests.preview.pictures import pixels_of
from tests.store import CoreStore

MEANT = np.array([200, 3, 255, 128], "u1")  # 255 is missing
MARKS = pytest.mark.parametrize("mark", [-1, 255], ids=["as stored", "as meant"])
SIGNED = np.array([-56, 3, -1, -128], "i2")


def array_of(values: np.ndarray, mark: Any = -1, **attributes: Any) -> Array:
    """The array of stored values; the attributes say that they have no sign."""
    told = {"_Unsigned": "true", "_FillValue": mark, **attributes}
    return make_array(values.shape, values.dtype, values.__getitem__, Policy(), attributes=told,
                      dimension_names=("row", "column", "band")[: values.ndim])  # fmt: skip


def column(mark: Any = -1) -> Array:
    return array_of(MEANT.view("i1"), mark)


def table(mark: Any = -1) -> Group:
    return Group({"n": column(mark), "x": make_array(
        (4,), np.dtype("f8"), np.arange(4.0).__getitem__, Policy(), dimension_names=("row",)
    )}, called="table")  # fmt: skip


@MARKS
def test_tables_show_what_is_meant(mark: int):
    assert [row[0] for row in rows(table(mark), 0, 9)["rows"]] == ["200", "3", None, "128"]
    shown = rows(column(mark), 0, 9)
    assert (shown["rows"], shown["columns"][0]["dtype"]) == ([["200"], ["3"], [None], ["128"]], "uint8")
    grid = array_of(MEANT.view("i1").reshape(2, 2), mark)
    assert rows(grid, 0, 9)["rows"] == [["200", "3"], [None, "128"]]


def test_rows_are_sorted_and_chosen_by_what_is_meant():
    node = table()
    asked = json.loads(ask(node, ROWS, sort='["n"]').body)
    assert [row[0] for row in asked["rows"]] == ["3", "128", "200", None]
    asked = json.loads(ask(node, ROWS, where='[["n", "gt", "100"]]').body)
    assert [row[0] for row in asked["rows"]] == ["200", "128"]
    assert json.loads(ask(node, ROWS, find="128").body)["total"] == 1


@MARKS
def test_numbers_of_a_column_are_those_that_are_meant(mark: int):
    told = stats(column(mark))
    assert (told["min"], told["max"], told["nan_count"]) == (3, 200, 1)
    told = line(column(mark), 0, 4, 4)
    assert (told["min"], told["nan_count"]) == ([200, 3, None, 128], 1)
    axis = points(table(mark), "x", ["n"], 100)["axes"][1]
    assert [None if v is None else v + int(axis["least"]) for v in axis["values"]] == [200, 3, None, 128]


def test_integers_that_have_a_sign_may_be_stored_without():
    array = array_of(SIGNED.view("u2"), -1, _Unsigned="false")
    told = stats(array)
    assert (told["min"], told["max"], told["nan_count"]) == (-128, 3, 1)


def test_pictures_show_what_is_meant():
    pixels = pixels_of(thumbnail(array_of(np.array([[0, 100], [128, 250]], "u1").view("i1"), 99)))
    assert sorted([(0, 0), (0, 1), (1, 0), (1, 1)], key=lambda at: int(pixels[at][0])) == [
        (0, 0), (0, 1), (1, 0), (1, 1),
    ]  # fmt: skip
    colours = array_of(np.full((2, 2, 3), 200, "u1").view("i1"), None)
    assert pixels_of(thumbnail(colours)).tolist() == [[[200] * 3] * 2] * 2
    assert description_of(colours, (), 3, offset=0, limit=9, search="", sort="")["previews"]["image"][
        "axes"
    ] == [0, 1]


@MARKS
def test_files_that_have_no_attributes_hold_what_is_meant(mark: int):
    assert file(table(mark), "csv", columns='["n"]') == b'"n"\n200\n3\n""\n128\n'
    assert file(column(mark), "csv") == b"200\n3\n\n128\n"
    told = json.loads(file(column(mark), "json"))
    assert (told["dtype"], told["values"]) == ("uint8", [200, 3, None, 128])
    made = parquet.read_table(io.BytesIO(file(table(mark), "parquet")))
    assert made["n"].to_pylist() == [200, 3, None, 128]
    made = tifffile.imread(io.BytesIO(file(array_of(MEANT.view("i1").reshape(2, 2)), "tiff")))
    np.testing.assert_array_equal(made, MEANT.reshape(2, 2))


def test_npy_holds_what_is_stored():
    np.testing.assert_array_equal(np.load(io.BytesIO(file(column(), "npy"))), MEANT.view("i1"))


@pytest.mark.parametrize(("kind", "found"), [("max", 200), ("sum", 331), ("mean", 331 / 3)])
def test_projections_are_of_what_is_meant(kind: str, found: float):
    stack = array_of(np.broadcast_to(MEANT.view("i1")[:, None, None], (4, 2, 2)))
    group = viewed(stack, f"ome;{kind},y,x")
    assert isinstance(group, Group)
    np.testing.assert_allclose(read_all(group.children["0"]), np.full((2, 2), found))


def test_channels_are_named_by_what_is_meant():
    names = make_array(
        (2,), np.dtype("i1"), np.array([-56, 3], "i1").__getitem__, Policy(),
        dimension_names=("channel",), attributes={"_Unsigned": "true", "units": "nm"},
    )  # fmt: skip
    image = make_array((2, 4, 4), np.dtype("u1"), np.zeros((2, 4, 4), "u1").__getitem__, Policy(),
                       dimension_names=("channel", "y", "x"))  # fmt: skip
    seen = viewed(Group({"v": image, "channel": names}), "ome")
    assert isinstance(seen, Group)
    told = seen.children["v"].attributes_in(3)["ome"]["omero"]["channels"]
    assert [channel["label"] for channel in told] == ["200 nm", "3 nm"]


@MARKS
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_xarray_decodes_marks_of_either_sign(mark: int, zarr_format: int):
    with xr.open_zarr(CoreStore(table(mark), zarr_format), zarr_format=zarr_format) as dataset:
        np.testing.assert_array_equal(dataset["n"], [200, 3, np.nan, 128])
