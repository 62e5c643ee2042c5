import dask
import dask.array
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.core.walk import descendants, members
from tests.nodes import child, read_all
from tests.store import CoreStore

POLICY = Policy()
# zarr-python warns of types that version 3 has no specification for: dates, fixed-length text
UNSPECIFIED = pytest.mark.filterwarnings("ignore:The data type .* does not have a Zarr V3 specification")


def array(obj, path=None, policy=POLICY) -> Array:
    node = adapt(obj, policy)
    found = child(node, path) if path else node
    assert isinstance(found, Array)
    return found


def opened(obj, zarr_format) -> xr.Dataset:
    return xr.open_zarr(
        CoreStore(adapt(obj, POLICY), zarr_format), zarr_format=zarr_format, chunks=None
    ).load()


def weather() -> xr.Dataset:
    rng = np.random.default_rng(0)
    return xr.Dataset(
        {
            "t": (("time", "y", "x"), rng.random((4, 5, 6)), {"units": "K", "list": [1, 2]}),
            "n": (("time",), np.array([0, 1, 2, 0])),
            "gaps": (("x",), np.array([1, np.nan, 3, 4, 5, 6], "f4")),
            "is": (("y",), np.arange(5) % 2 == 0),
            "name": (("y",), np.array(["a", "", "c", "d", "\u00e9"])),
            "z": (("x",), np.arange(6) * (1 + 2j)),
        },
        coords={
            "time": pd.date_range("2020-01-01", periods=4, unit="ns"),
            "x": np.linspace(0, 1, 6),
            "lon": (("y", "x"), rng.random((5, 6))),
            "label": ("time", np.array(["a", "b", "c", "d"], object)),
            "duration": ("time", np.arange(4).astype("m8[s]")),
            "level": 850,
        },
        attrs={"title": "weather"},
    )


@UNSPECIFIED
def test_a_dataset_comes_back_identical(zarr_format):
    xr.testing.assert_identical(opened(weather(), zarr_format), weather())


@UNSPECIFIED
def test_coordinates_that_belong_to_no_variable(zarr_format):
    ds = xr.Dataset({"a": ("x", [1, 2])}, coords={"c": ("y", [1.0, 2.0, 3.0]), "s": 1})
    xr.testing.assert_identical(opened(ds, zarr_format), ds)
    xr.testing.assert_identical(opened(ds.drop_vars("a"), zarr_format), ds.drop_vars("a"))


def test_coordinates_attributes_that_exist_are_kept():
    ds = xr.Dataset(
        {"a": ("x", [1, 2], {"coordinates": "c"})}, coords={"c": ("x", [3, 4]), "d": ("x", [5, 6])}
    )
    node = adapt(ds, POLICY)
    assert child(node, "a").attributes == {"coordinates": "c"}
    assert node.attributes == {"coordinates": "d"}


def test_an_array_without_coordinates_is_an_array():
    a = array(xr.DataArray(np.arange(6).reshape(2, 3), dims=("y", "x"), attrs={"units": "m"}))
    assert a.dimension_names == ("y", "x")
    assert a.attributes == {"units": "m"}
    assert read_all(a).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(("name", "served"), [("t", "t"), (None, "data"), ("x", "data")])
def test_an_array_with_coordinates_is_a_group(zarr_format, name, served):
    values = xr.DataArray([1, 2], dims="x", coords={"x": [5, 6]}, name=name, attrs={"units": "m"})
    xr.testing.assert_equal(opened(values, zarr_format)[served], values)
    assert child(adapt(values, POLICY), served).attributes == {"units": "m"}


def test_a_variable_is_an_array():
    a = array(xr.Variable(("x",), [1.0, 2.0], {"_FillValue": 2.0}))
    assert (a.dimension_names, a.fill_value) == (("x",), 2.0)


@UNSPECIFIED
def test_a_tree_is_nested_groups(zarr_format):
    tree = xr.DataTree.from_dict(
        {"/": weather()[["n"]], "/a": weather()[["gaps"]], "/a/b": xr.Dataset({"c": 1})}
    )
    node = adapt(tree, POLICY)
    names = [path for path, found in descendants(node) if isinstance(found, Group)]
    assert names == ["a", "a/b"]
    back = xr.open_zarr(CoreStore(node, zarr_format), zarr_format=zarr_format, group="a", chunks=None)
    xr.testing.assert_identical(back.load(), weather()[["gaps"]])
    assert read_all(child(node, "a/b/c")).tolist() == 1


def test_dask_arrays_compute_only_the_blocks_of_a_chunk():
    computed = []

    def block(block_id):
        computed.append(block_id)
        return np.full((100, 100), 10 * block_id[0] + block_id[1])

    values = dask.array.map_blocks(
        block, chunks=((100,) * 3, (100,) * 4), dtype="i8", meta=np.empty((0, 0), "i8")
    )
    a = array(xr.Variable(("y", "x"), values), policy=Policy(target_bytes=80_000))
    assert a.chunk_shape == (100, 100)
    assert computed == []
    with dask.config.set(scheduler="synchronous"):
        assert (a.read((slice(100, 200), slice(300, 400))) == 13).all()
    assert computed == [(1, 3)]


def test_irregular_dask_chunks():
    values = dask.array.arange(100, chunks=((10, 50, 40),))
    a = array(xr.Variable("x", values))
    assert read_all(a).tolist() == list(range(100))


def test_variables_of_open_files_are_read_by_region(tmp_path):
    from xarray.backends.netCDF4_ import NetCDF4ArrayWrapper

    weather()[["t"]].drop_vars(["duration", "label"]).to_netcdf(tmp_path / "a.nc")
    with (
        xr.open_dataset(tmp_path / "a.nc", engine="netcdf4", cache=False) as ds,
        pytest.MonkeyPatch.context() as patch,
    ):
        keys = []
        get = NetCDF4ArrayWrapper._getitem
        patch.setattr(NetCDF4ArrayWrapper, "_getitem", lambda self, key: keys.append(key) or get(self, key))
        a = array(ds, "t")
        keys.clear()
        np.testing.assert_array_equal(
            a.read((slice(1, 2), slice(0, 2), slice(3, 4))), weather().t[1:2, 0:2, 3:4]
        )
        assert keys == [(slice(1, 2, 1), slice(0, 2, 1), slice(3, 4, 1))]


def test_text(tmp_path):
    texts = ["a", "", "long \u00e9"]
    ds = xr.Dataset({"s": ("x", np.array(texts, object)), "new": ("x", pd.array(texts, dtype="string"))})
    for name in ds:
        assert array(ds, name).dtype == STRING
        assert read_all(array(ds, name)).tolist() == texts
        assert array(ds, name).dimension_names == ("x",)
    ds[["s"]].to_netcdf(tmp_path / "a.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "a.nc", cache=False) as lazy:
        assert read_all(array(lazy, "s")).tolist() == texts


def test_unloaded_objects_that_are_no_text_are_refused():
    values = dask.array.from_array(np.array(["a", 1], object), chunks=2)
    with pytest.raises(Unreadable, match="other objects than text"):
        read_all(array(xr.Variable("x", values)))


def test_dates_of_other_calendars(zarr_format):
    times = xr.date_range("2000-02-28", periods=4, calendar="noleap", use_cftime=True)
    ds = xr.Dataset({"a": ("time", [1, 2, 3, 4])}, coords={"time": times})
    xr.testing.assert_identical(opened(ds, zarr_format), ds)


def test_dates_that_are_missing_or_of_several_calendars_are_refused():
    first = xr.date_range("2000-02-28", periods=1, calendar="noleap", use_cftime=True)[0]
    other = xr.date_range("2000-02-28", periods=1, calendar="360_day", use_cftime=True)[0]
    for dates in ([None, first], [first, None], [first, other]):
        with pytest.raises(Unreadable, match="missing, or of several calendars"):
            adapt(xr.Variable("x", np.array(dates, object)), POLICY)


@pytest.mark.parametrize(
    ("values", "served", "told"),
    [
        (pd.array([2**53 + 1, None], "Int64"), [2**53 + 1, -(2**63)], {"_FillValue": -(2**63)}),
        (pd.array([True, None], "boolean"), [1, -1], {"_FillValue": -1}),
        (pd.array([1, 3], "Int8"), [1, 3], {}),
        (pd.period_range("2020", periods=2, freq="M"), ["2020-01", "2020-02"], {}),
        (pd.IntervalIndex.from_breaks([0, 1, 2]), ["(0, 1]", "(1, 2]"], {}),
        (pd.Categorical([5, None]), [5, -(2**63)], {"_FillValue": -(2**63)}),
    ],
    ids=["integers", "booleans", "none-missing", "periods", "intervals", "categories"],
)
def test_variables_of_pandas_own_types_are_columns(values, served, told):
    ds = xr.Dataset({"v": ("x", values, {"units": "m"})})
    node = array(ds, "v")
    assert read_all(node).tolist() == served
    assert node.dimension_names == ("x",)
    attributes = dict(node.attributes)
    assert attributes.pop("units") == "m"
    assert {key: attributes[key] for key in told} == told
    assert list(array(ds.assign_coords(x=values), "x").shape) == [len(served)]


def test_a_multi_index_is_refused_alone():
    index = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=("letter", "number"))
    coords = xr.Coordinates.from_pandas_multiindex(index, "x")
    ds = xr.Dataset({"v": ("x", np.arange(4))}, coords=coords)
    node = adapt(ds, POLICY)
    assert {name for name, _ in members(node)} == {"v", "letter", "number"}
    assert read_all(child(node, "letter")).tolist() == ["a", "a", "b", "b"]
    with pytest.raises(Unreadable, match="multi-index"):
        child(node, "x")


def test_objects_are_refused_alone():
    ds = xr.Dataset({"good": ("x", [1, 2]), "bad": ("x", np.array([{}, []], object))})
    assert [name for name, _ in members(adapt(ds, POLICY))] == ["good"]


def test_sparse_variables():
    import sparse

    values = np.eye(4)
    a = array(xr.Variable(("y", "x"), sparse.COO.from_numpy(values)))
    np.testing.assert_array_equal(read_all(a), values)


def test_what_holds_no_data_is_refused():
    with pytest.raises(Unreadable, match="DatasetGroupBy"):
        adapt(weather().groupby("x"), POLICY)


class Metres(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that xarray wraps and that has a unit, as pint's."""

    units = "metre"

    def __init__(self, values):
        self.values = values
        self.shape, self.dtype, self.ndim = values.shape, values.dtype, values.ndim

    def __getitem__(self, region):
        return Metres(self.values[region])

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def __array_ufunc__(self, *_args, **_kwargs):
        return NotImplemented

    def __array_function__(self, *_args):
        return NotImplemented


def test_wrapped_arrays_keep_their_unit():
    data = xr.DataArray(Metres(np.arange(3.0)), {"x": [1, 2, 3]}, ["x"], "height")
    assert array(data, "height").attributes == {"units": "metre"}
    assert read_all(array(data, "height")).tolist() == [0, 1, 2]
    data.attrs["units"] = "m"
    assert array(data, "height").attributes["units"] == "m"
