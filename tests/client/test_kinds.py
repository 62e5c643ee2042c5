"""What is published comes back as it was: types, index, missing values, coordinates, sparseness."""

import datetime
import decimal
from pathlib import Path

import dask.array as da
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import sparse
import xarray as xr

from jupyter_zarr_serve.client import opening
from jupyter_zarr_serve.client.reader import Reader
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry

TIMES = pd.date_range("2024-03-30", periods=4, freq="12h", tz="Europe/Berlin", unit="us")
COLUMNS = {
    "i": [1, 2, 3, 4],
    "f": [0.5, np.nan, 1, 2],
    "i_null": pd.array([1, None, 3, 4], dtype="Int32"),
    "b_null": pd.array([True, None, False, True], dtype="boolean"),
    "f_null": pd.array([1.5, None, 3, 4], dtype="Float64"),
    "text": pd.array(["a", None, "", "ü"], dtype="string[python]"),
    "str": pd.Series(["a", None, "", "ü"], dtype="str"),
    "object": pd.Series(["a", None, "", "ü"], dtype=object),
    "bytes": pd.Series([b"a", None, b"", b"\0"], dtype=object),
    "zoned": TIMES,
    "time": TIMES.tz_localize(None),
    "gone": pd.Series([pd.Timestamp("2020"), pd.NaT, pd.Timestamp("2021"), pd.NaT]),
    "span": pd.to_timedelta([1, None, 3, 4], unit="s"),
    "cat": pd.Categorical(["b", None, "a", "b"], categories=["b", "a", "unused"], ordered=True),
    "cat_i": pd.Categorical([3, 7, None, 3]),
    "cat_t": pd.Categorical(TIMES.tz_localize(None)),
    "date": pd.Series([datetime.date(2020, 1, 2), None, datetime.date(2021, 1, 2), None], dtype=object),
    "decimal": pd.Series([decimal.Decimal("1.10"), None, decimal.Decimal(3), None], dtype=object),
    "clock": pd.Series([datetime.time(1, 2, 3), None, datetime.time(4), None], dtype=object),
    "period": pd.PeriodIndex(["2020-01", None, "2020-03", "2020-04"], freq="M"),
    "interval": pd.interval_range(0.5, 4.5),
    "sparse": pd.arrays.SparseArray([0.0, 0, 5, 0], fill_value=0),
    "arrow": pd.array([1, None, 3, 4], dtype="int16[pyarrow]"),
    "arrow_s": pd.array(["a", None, "", "c"], dtype="string[pyarrow]"),
    "complex": np.array([1j, 2, 3, 4]),
    "list": pd.array([[1, 2], [3, None], [5, 6], [7, 8]], dtype=pd.ArrowDtype(pa.list_(pa.int32(), 2))),
}
INDEXES = {
    "range": pd.RangeIndex(4),
    "steps": pd.RangeIndex(8, 0, -2, name="n"),
    "text": pd.Index(["a", "b", "c", "d"], name="key"),
    "numbers": pd.Index([0, 1, 2, 3]),
    "zoned": TIMES.rename("when"),
    "irregular": pd.DatetimeIndex(["2020", "2022", "2023", "2025"]),
    "two": pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["a", None]),
    "categories": pd.CategoricalIndex(["p", "q", "p", "q"], name="c"),
}


class Way:
    """To a registry of this process."""

    is_near = True

    def __init__(self, obj) -> None:
        self._registry = Registry()
        self._registry.put({"x": self._registry.make("x", obj, Options())})

    def ask(self, request):
        view, path = ("", request.path)
        if path[0] == "portable":
            view, path = "portable", path[1:]
        return self._registry.answer(type(request)(request.zarr_format, path, form=request.form, view=view))


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
def again(request):
    """Publishes an object and opens it as a kind."""

    def opened(obj, as_):
        reader = Reader(Way(obj), ("x",), request.param, seconds=0)
        module = __import__(f"jupyter_zarr_serve.client.kinds.{as_}", fromlist=["of"])
        return module.of(reader, opening.kind_of(reader.document()))

    return opened


@pytest.mark.parametrize("name", COLUMNS)
def test_each_column_of_pandas(again, name):
    frame = pd.DataFrame({name: COLUMNS[name], "other": np.arange(4)})
    pd.testing.assert_frame_equal(again(frame, "pandas"), frame)


@pytest.mark.parametrize("as_", ["pandas", "polars"])
def test_columns_have_the_sign_that_is_meant(again, as_):
    stored = xr.Dataset(
        {"n": ("row", np.array([-56, 3, -1], "i1"), {"_Unsigned": "true", "_FillValue": -1})}
    )
    found = again(stored, as_)["n"].to_list()
    assert [None if value is pd.NA else value for value in found] == [200, 3, None]


@pytest.mark.parametrize("name", INDEXES)
def test_each_index_of_pandas(again, name):
    frame = pd.DataFrame({"v": np.arange(4.0)}, index=INDEXES[name])
    frame.attrs["unit"] = "m"
    made = again(frame, "pandas")
    pd.testing.assert_frame_equal(made, frame, check_freq=True)
    assert made.attrs == frame.attrs
    series = pd.Series([1, 2, 3, 4], index=INDEXES[name], name="s")
    pd.testing.assert_series_equal(again(series, "pandas"), series)


@pytest.mark.parametrize(
    "columns",
    [
        pd.Index([0, 1]),
        pd.RangeIndex(2),
        pd.Index(["a/b", "a?b"], name="signs"),
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"]),
    ],
    ids=str,
)
def test_names_of_columns(again, columns):
    frame = pd.DataFrame([[1, 2.5]], columns=columns)
    pd.testing.assert_frame_equal(again(frame, "pandas"), frame)


def test_a_series_alone_has_its_name_and_an_empty_frame_its_types(again):
    series = pd.Series([1, None], dtype="Int8", name="n")
    pd.testing.assert_series_equal(again(series, "pandas"), series)
    empty = pd.DataFrame({"a": pd.array([], dtype="Int64"), "t": pd.array([], dtype="string")})
    pd.testing.assert_frame_equal(again(empty, "pandas"), empty)


def test_frames_of_polars(again):
    frame = pl.DataFrame(
        {
            "i": pl.Series([1, None, 3], dtype=pl.Int16),
            "u": pl.Series([1, 2, 3], dtype=pl.UInt64),
            "f": [0.5, 1.0, 2.0],
            "b": [True, None, False],
            "s": ["a", None, ""],
            "y": [b"a", None, b""],
            "d": [datetime.date(2020, 1, 1), None, datetime.date(2021, 1, 1)],
            "t": [datetime.time(1, 2, 3, 4), None, datetime.time(5)],
            "z": pl.Series(TIMES[:3].to_list(), dtype=pl.Datetime("us", "Europe/Berlin")),
            "n": pl.Series([datetime.datetime(2020, 1, 1), None, None], dtype=pl.Datetime("ms")),
            "p": pl.Series([datetime.timedelta(1), None, None], dtype=pl.Duration("us")),
            "c": pl.Series(["b", None, "a"], dtype=pl.Categorical),
            "e": pl.Series(["b", None, "a"], dtype=pl.Enum(["a", "b", "unused"])),
            "m": pl.Series([decimal.Decimal("1.10"), None, decimal.Decimal(3)], dtype=pl.Decimal(10, 2)),
            "l": pl.Series([[1, 2], [3, None], [5, 6]], dtype=pl.Array(pl.Int16, 2)),
            "e3": pl.Series(np.arange(9, dtype="f4").reshape(3, 3)),
            "w": pl.Series([["a", "b"], ["c", "d"], ["", "e"]], dtype=pl.Array(pl.String, 2)),
        }
    )
    made = again(frame, "polars")
    assert made.schema == frame.schema
    for name in frame.columns:
        assert made[name].to_list() == frame[name].to_list(), name
    series = pl.Series("s", [1, None, 3], dtype=pl.Int8)
    assert again(series, "polars").equals(series, check_dtypes=True, check_names=True)


LISTS = {
    "integers": ([[1, 2], None, [None, 4]], pa.int16()),
    "floats": ([[1.5, 2.0], None, [3.0, 4.0]], pa.float32()),
    "whole": ([[1, 2], None, [3, 4]], pa.uint8()),
    "text": ([["a", ""], None, [None, "d"]], pa.string()),
    "truths": ([[True, False], None, [None, True]], pa.bool_()),
    "all": ([None, None], pa.int32()),
    "lists": ([[[1, 2], [3, 4]], None], pa.list_(pa.int8(), 2)),
}


@pytest.mark.parametrize("as_", ["pandas", "polars"])
@pytest.mark.parametrize("name", LISTS)
def test_a_missing_list_is_no_list_of_missing_values(again, name, as_):
    rows, element = LISTS[name]
    column = pa.array(rows, pa.list_(element, 2))
    made = again(pa.table({"x": column}), as_)["x"]
    found = [None if row is None else np.asarray(row, object).tolist() for row in made.to_list()]
    assert found == rows


def test_missing_lists_of_pandas_and_polars_come_back(again):
    column = pa.array([[1, 2], None, [None, 4]], pa.list_(pa.int32(), 2))
    frame = pd.DataFrame({"x": pd.array(column, dtype=pd.ArrowDtype(column.type))})
    pd.testing.assert_frame_equal(again(frame, "pandas"), frame)
    assert again(pl.DataFrame({"x": column}), "polars").equals(pl.DataFrame({"x": column}))


def dataset():
    time = pd.date_range("2020", periods=3, unit="ns")
    return xr.Dataset(
        {
            "t": (("time", "x"), np.arange(6.0).reshape(3, 2), {"units": "K"}),
            "n": ("x", np.array([1, 2], "i2")),
        },
        coords={"time": time, "x": [0.5, 1.5], "label": ("x", np.array(["a", "b"])), "scalar": 3},
        attrs={"title": "a"},
    )


def test_axes_without_names_are_called_as_by_xarray(again):
    assert again(np.zeros((2, 3)), "xarray").dims == ("dim_0", "dim_1")


def test_objects_of_xarray(again):
    xr.testing.assert_identical(again(dataset(), "xarray").load(), dataset())
    array = dataset()["t"]
    xr.testing.assert_identical(again(array, "xarray").load(), array)
    for name in ("time", None, "t"):
        other = xr.DataArray([1, 2], dims="time", coords={"time": [3, 4]}, name=name)
        xr.testing.assert_identical(again(other, "xarray").load(), other)
    bare = xr.DataArray(np.arange(3), dims="q", name="bare", attrs={"units": "m"})
    xr.testing.assert_identical(again(bare, "xarray").load(), bare)
    tree = xr.DataTree.from_dict({"/": dataset(), "/below": dataset()[["n"]]})
    xr.testing.assert_identical(again(tree, "xarray").load(), tree)


DENSE = np.zeros((40, 30))
DENSE[3, 4], DENSE[39, 29] = 1.5, -2


@pytest.mark.parametrize(
    "obj",
    [
        sparse.COO(DENSE),
        sparse.COO(np.where(DENSE, DENSE, np.nan), fill_value=np.nan),
        sparse.GCXS(sparse.COO(DENSE), compressed_axes=(1,)),
        sparse.DOK(sparse.COO(DENSE)),
        *(scipy.sparse.coo_array(DENSE).asformat(kind) for kind in ("coo", "csr", "csc", "lil", "dok")),
        scipy.sparse.csr_matrix(DENSE),
    ],
    ids=lambda obj: type(obj).__name__,
)
def test_sparse_arrays_stay_sparse(again, obj):
    made = again(obj, "sparse")
    assert type(made) is type(obj)
    assert made.nnz == obj.nnz
    np.testing.assert_array_equal(np.asarray(made.todense()), np.asarray(obj.todense()))


def test_arrays_of_numpy_and_dask(again):
    values = np.arange(12, dtype="f4").reshape(3, 4)
    for obj in (values, np.array("text"), np.array(["a", "bc"]), da.from_array(values, chunks=2)):
        made = again(obj, "numpy")
        np.testing.assert_array_equal(made, np.asarray(obj))
    assert isinstance(again(values, "dask"), da.Array)
    np.testing.assert_array_equal(again(values, "dask").compute(), values)
    table = again(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "numpy")
    assert table["b"].tolist() == ["x", "y"]


def test_frames_of_pandas_as_those_of_polars(again):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert again(frame, "polars").equals(pl.from_pandas(frame))
    assert again(frame.set_axis(["p", "q"]), "polars").columns == ["index", "a", "b"]
    assert again(frame.set_axis(pd.RangeIndex(5, 7)), "polars")["index"].to_list() == [5, 6]


@pytest.mark.parametrize(
    ("obj", "as_", "word"),
    [
        ({"a": np.ones(2), "b": {"c": np.ones(3)}}, "pandas", "no table"),
        ({"a": np.ones(2)}, "dask", "members"),
        (np.ones((2, 2)), "anndata", "encoding"),
    ],
)
def test_what_is_of_another_kind_says_so(again, obj, as_, word):
    with pytest.raises(ValueError, match=word):
        again(obj, as_)


@pytest.mark.filterwarnings("ignore:The 'future.infer_string'")  # of pandas, which anndata sets
def test_annotated_data(mine, again, served_dir: Path):
    import anndata

    import jupyter_zarr_serve as jz

    data = anndata.AnnData(
        scipy.sparse.csr_matrix(np.eye(3, dtype="f4")),
        obs=pd.DataFrame({"a": [1, 2, 3]}, index=["p", "q", "r"]),
    )
    data.write_h5ad(served_dir / "cells.h5ad")
    for made in (jz.open("cells.h5ad", as_="anndata"), again(data, "anndata")):
        np.testing.assert_array_equal(np.asarray(made.X), np.eye(3))
        assert made.obs["a"].tolist() == [1, 2, 3]
        assert made.obs_names.tolist() == ["p", "q", "r"]
