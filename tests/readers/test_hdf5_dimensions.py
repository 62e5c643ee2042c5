import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr

from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.readers.hdf5 import read
from tests.nodes import child
from tests.store import CoreStore


def array(path, name) -> Array:
    found = child(read(path, Policy()), name)
    assert isinstance(found, Array)
    return found


def test_scales_name_dimensions(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.zeros((3, 4, 5))
        file["g/x"], file["old"] = np.arange(4), np.arange(4)
        file["old"].make_scale()
        file["g/x"].make_scale("a long name")
        file["a"].dims[1].attach_scale(file["old"])
        file["a"].dims[1].attach_scale(file["g/x"])
    assert array(path, "a").dimension_names == (None, "x", None)
    assert array(path, "g/x").dimension_names == ("x",)
    for name in ("a", "g/x"):
        assert array(path, name).attributes == {}


def test_other_attributes_of_these_names_are_kept(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.zeros(3)
        file["a"].attrs["CLASS"], file["a"].attrs["NAME"] = "IMAGE", "mine"
    assert array(path, "a").attributes == {"CLASS": "IMAGE", "NAME": "mine"}


def test_a_scale_of_another_length_names_nothing(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["x"] = np.zeros(3), np.zeros(4)
        file["x"].make_scale()
        file["a"].dims[0].attach_scale(file["x"])
    assert array(path, "a").dimension_names == (None,)


def test_a_deleted_scale_names_nothing(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["x"] = np.zeros(3), np.zeros(3)
        file["x"].make_scale()
        file["a"].dims[0].attach_scale(file["x"])
        del file["x"]
    assert array(path, "a").dimension_names == (None,)


@pytest.mark.parametrize(("length", "name"), [(3, "x"), (4, None)])
def test_labels_name_dimensions_unless_they_mean_several_lengths(tmp_path, length, name):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"], file["b"] = np.zeros((3, 2)), np.zeros(length)
        file["a"].dims[0].label = "x"
        file["a"].dims[1].label = "y"
        file["b"].dims[0].label = "x"
    assert array(path, "a").dimension_names == (name, "y")


def test_a_scalar_has_no_dimensions(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = 1.5
    assert array(path, "a").dimension_names == ()


def test_a_name_that_a_nearer_dimension_takes_over_is_not_that_of_the_farther_one(tmp_path, zarr_format):
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("x", 4)
        file.createVariable("x", "i4", ("x",))[:] = range(4)
        group = file.createGroup("g")
        group.createVariable("far", "i4", ("x",))[:] = range(4)
        group.createDimension("x", 3)
        group.createVariable("near", "i4", ("x",))[:] = range(3)
        group.createGroup("below").createVariable("near", "i4", ("x",))[:] = range(3)
    store = CoreStore(read(tmp_path / "a.nc", Policy()), zarr_format)
    opened = xr.open_zarr(store, group="g", zarr_format=zarr_format, chunks=None)
    assert dict(opened.sizes) == {"x": 3, "phony_dim_4": 4}
    assert opened["near"].dims == ("x",)
    below = xr.open_zarr(store, group="g/below", zarr_format=zarr_format, chunks=None)
    assert below["near"].dims == ("x",)
