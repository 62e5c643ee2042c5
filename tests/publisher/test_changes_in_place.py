"""Changes in place that metadata have no room for: 409 until they are read again."""

import json

import dask.dataframe as dd
import h5py
import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr

from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.serve.request import Request

DOCUMENT = {2: ".zarray", 3: "zarr.json"}
CHUNK = {2: "0", 3: "c/0"}


def masked():
    array = np.ma.masked_array([1, 2, 3], [False, False, False])

    def change():
        array[0] = np.ma.masked

    return array, (), change


def nullable(dtype):
    def make():
        frame = pd.DataFrame({"x": pd.array([1, 0, 1], dtype=dtype)})

        def change():
            frame.loc[1, "x"] = pd.NA

        return frame, ("x",), change

    return make


def column():
    array = pd.array([1, 2], dtype="Int64")

    def change():
        array[0] = pd.NA

    return array, (), change


def variable():
    array, below, change = column()
    return xr.Variable("x", array), below, change


def marked():
    frame = pd.DataFrame({"x": pd.array([1, 2, None], dtype="Int64")})

    def change():
        frame.loc[0, "x"] = np.iinfo("i8").min

    return frame, ("x",), change


@pytest.mark.parametrize(
    "make", [masked, column, variable, marked, *map(nullable, ["Int64", "UInt8", "boolean"])]
)
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_value_without_a_mark_is_409_until_the_metadata_are_read_again(make, zarr_format):
    obj, below, change = make()
    registry = Registry()
    registry.put({"v": registry.make("v", obj, Options())})

    def ask(*keys):
        return registry.answer(Request(zarr_format, ("v", *below, *"/".join(keys).split("/"))))

    told = ask(DOCUMENT[zarr_format])
    assert (told.status, ask(CHUNK[zarr_format]).status) == (200, 200)
    change()
    assert {ask(CHUNK[zarr_format]).status for _ in range(3)} == {409}
    again = ask(DOCUMENT[zarr_format])
    assert again.status == 200
    assert again.body != told.body
    assert ask(CHUNK[zarr_format]).status == 200


def test_a_frozen_object_is_not_made_anew():
    array = np.ma.masked_array([1, 2, 3], [False, False, False])
    registry = Registry()
    registry.put({"v": registry.make("v", array, Options(frozen=True))})
    first = registry.answer(Request(3, ("v", "zarr.json"))).body
    array[0] = np.ma.masked
    assert registry.answer(Request(3, ("v", "c", "0"))).status == 409
    assert registry.answer(Request(3, ("v", "zarr.json"))).body == first


def test_a_partition_that_changes_its_length_is_409_until_the_metadata_are_read_again(zarr_format):
    lengths = [3, 3]

    def part(number):
        return pd.DataFrame({"x": np.arange(lengths[number], dtype="f8")})

    registry = Registry()
    registry.put({"v": registry.make("v", dd.from_map(part, [0, 1], meta=part(0)), Options())})

    def ask(key):
        return registry.answer(Request(zarr_format, ("v", "x", *key.split("/"))))

    before = ask(DOCUMENT[zarr_format])
    assert json.loads(before.body)["shape"] == [6]
    lengths[1] = 5
    assert {ask(CHUNK[zarr_format]).status for _ in range(2)} <= {409}
    after = ask(DOCUMENT[zarr_format])
    assert json.loads(after.body)["shape"] == [8]
    assert ask(CHUNK[zarr_format]).status == 200


def test_a_netcdf_dataset_that_grows_or_is_read_otherwise_has_new_metadata(tmp_path):
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        file.createDimension("t", None)
        group = file.createGroup("g")
        group.createVariable("v", "i2", ("t",)).scale_factor = 0.5
        group["v"][:] = [1, 2]
        registry = Registry()
        registry.put({"v": registry.make("v", file, Options())})

        def told():
            document = json.loads(registry.answer(Request(3, ("v", "g", "v", "zarr.json"))).body)
            return document["shape"], document["data_type"]

        assert told() == ([2], "float64")
        group["v"][2:4] = [3, 4]
        assert told() == ([4], "float64")
        file.set_auto_scale(False)
        assert told() == ([4], "int16")


def test_attributes_are_those_of_now(zarr_format, tmp_path):
    """Also those that an object holds in a file."""
    array = xr.DataArray(np.arange(3), dims="t", attrs={"units": "m", "mark": np.nan, "list": np.arange(2)})
    frame = pd.DataFrame({"x": [1]})
    frame.attrs["units"] = "m"
    stored = zarr.create_array({}, data=np.arange(3), attributes={"units": "m"})
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as netcdf, h5py.File(tmp_path / "a.h5", "w") as file:
        netcdf.createDimension("t", 3)
        variable = netcdf.createVariable("x", "i2", ("t",))
        variable.units = "m"
        file["x"] = np.arange(3)
        file["x"].attrs["units"] = "m"
        registry = Registry()
        whole = {"array": array, "dataset": array.to_dataset(name="x"), "frame": frame, "zarr": stored}
        for name, obj in {**whole, "netcdf": variable, "hdf5": file["x"]}.items():
            registry.put({name: registry.make(name, obj, Options())})
        paths = {name: (name,) for name in ("array", "frame", "zarr", "netcdf", "hdf5")}
        paths["dataset"] = ("dataset", "x")
        key = {2: ".zattrs", 3: "zarr.json"}[zarr_format]

        def units() -> dict[str, str]:
            told = {
                name: registry.answer(Request(zarr_format, (*path, key))) for name, path in paths.items()
            }
            bodies = {name: json.loads(bytes(answer.body)) for name, answer in told.items()}
            return {name: body.get("attributes", body)["units"] for name, body in bodies.items()}

        assert set(units().values()) == {"m"}
        for attributes in (
            whole["dataset"]["x"].attrs,
            array.attrs,
            frame.attrs,
            stored.attrs,
            file["x"].attrs,
        ):
            attributes["units"] = "km"
        variable.units = "km"
        assert set(units().values()) == {"km"}
