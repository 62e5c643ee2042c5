"""Zarr stores: what their documents say, and what xarray makes of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.nodes import Array
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import child
from .zarr_stores import BOTH, GRID, QUIET, RangeStore, assert_same, edit, fill, open_store, served, write

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


@BOTH
def test_documents_keep_what_describes_the_chunks(tmp_path: Path, zarr_format: int) -> None:
    write(tmp_path, GRID, zarr_format, fill_value=-1)
    name = ".zarray" if zarr_format == 2 else "zarr.json"
    source = json.loads((tmp_path / name).read_text())
    document = json.loads(respond(open_store(tmp_path), Request(zarr_format, (name,))).body)
    kept = {
        2: ("shape", "chunks", "dtype", "compressor", "filters", "order", "fill_value"),
        3: ("shape", "data_type", "chunk_grid", "codecs", "fill_value"),
    }
    for member in kept[zarr_format]:
        assert document[member] == source[member]


def test_lenient_json_becomes_strict(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2)
    (tmp_path / ".zarray").write_text(
        (tmp_path / ".zarray").read_text().replace('"fill_value": 0.0', '"fill_value": NaN')
    )
    (tmp_path / ".zattrs").write_text('{"low": -Infinity, "_ARRAY_DIMENSIONS": ["y"]}')
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert np.isnan(node.fill)
    assert node.dimension_names is None
    for zarr_format in (2, 3):
        array = served(node, zarr_format)
        assert np.isnan(array.fill_value)
        assert array.attrs["low"] == "-Infinity"


def test_no_filters_are_none(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2)
    edit(tmp_path / ".zarray", filters=[])
    assert_same(served(open_store(tmp_path), 2)[...], GRID)


def dataset() -> xr.Dataset:
    temperature = np.array([[1.5, np.nan, 3.0], [4.0, 5.0, -9.0]])
    return xr.Dataset(
        {
            "t": (("y", "x"), temperature, {"units": "K"}),
            "n": (("y", "x"), np.arange(6).reshape(2, 3)),
            "label": ("y", np.array(["a", "bc"], object)),
        },
        coords={"x": [10.0, 20.0, 30.0], "time": ("y", np.array(["2020-01-01", "2021-01-01"], "M8[ns]"))},
        attrs={"title": "a dataset"},
    )


@BOTH
@pytest.mark.parametrize("marks", [{}, {"t": {"_FillValue": -9.0}, "n": {"_FillValue": -1}}], ids=str)
def test_xarray_reads_the_same_dataset(tmp_path: Path, zarr_format: int, marks: dict[str, Any]) -> None:
    dataset().to_zarr(tmp_path, zarr_format=zarr_format, encoding=marks, consolidated=False)
    expected = xr.open_zarr(tmp_path, consolidated=False).load()
    root = open_store(tmp_path)
    formats = (2, 3) if zarr_format == 3 or not marks else (2,)
    for fmt in formats:
        found = xr.open_zarr(RangeStore(root, fmt), zarr_format=fmt, consolidated=True).load()
        xr.testing.assert_identical(found, expected)


@BOTH
def test_dimension_names(tmp_path: Path, zarr_format: int) -> None:
    dataset().to_zarr(tmp_path, zarr_format=zarr_format, consolidated=False)
    array = child(open_store(tmp_path), "t")
    assert isinstance(array, Array)
    assert array.dimension_names == ("y", "x")
    assert "_ARRAY_DIMENSIONS" not in array.attributes


@pytest.mark.parametrize(
    ("mark", "served_mark"),
    [(-9999, -9999.0), ("NaN", np.nan), ("AAAAAAAA+H8=", np.nan), ("AAAAAACI08A=", -20000.0), ([1.5], 1.5)],
    ids=str,
)
def test_marks_of_missing_data(tmp_path: Path, mark: Any, served_mark: float) -> None:
    write(tmp_path, GRID, 3, fill_value=7)
    edit(tmp_path / "zarr.json", attributes={"_FillValue": mark})
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert_same(node.attributes["_FillValue"], served_mark)
    document = json.loads(respond(node, Request(2, (".zarray",))).body)
    assert_same(float(document["fill_value"]), served_mark)
    assert_same(served(node, 2)[...], GRID)


@pytest.mark.parametrize("mark", ["junk", None, {}, [], "AAAA"], ids=str)
def test_marks_that_are_no_values_are_left_out(tmp_path: Path, mark: Any) -> None:
    write(tmp_path, GRID, 3)
    edit(tmp_path / "zarr.json", attributes={"_FillValue": mark, "units": "K"})
    for zarr_format in (2, 3):
        assert dict(served(open_store(tmp_path), zarr_format).attrs).get("_FillValue") is None


def test_documents_of_both_formats_side_by_side(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    write(tmp_path / "a", GRID + 1, 3)
    assert_same(served(open_store(tmp_path), 3)["a"][...], GRID)
