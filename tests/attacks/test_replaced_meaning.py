"""Data replaced by others of the same shape and type whose numbers mean something else.

A client that decodes the new numbers by the attributes that it read before gets wrong values.
"""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr

from tests.kernels.jupyter import running_kernel
from tests.server import Server

_number = itertools.count()
TIMES = np.array(["2020-01-01", "2020-01-05"], "M8[ns]")
VALUES = np.array([[1.0, 2.0], [3.0, 4.5]])
DATA = xr.Dataset({"a": (("y", "x"), VALUES), "when": (("y",), TIMES)})
PACKED = {"dtype": "i2", "scale_factor": 0.5, "add_offset": 0.0, "_FillValue": -1}
SINCE = {"dtype": "i4", "units": "days since 2020-01-01"}
MEANINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "scale": ("a", PACKED, {**PACKED, "scale_factor": 0.25}),
    "offset": ("a", PACKED, {**PACKED, "add_offset": 10.0}),
    "mark": ("a", {**PACKED, "_FillValue": 4}, PACKED),
    "epoch": ("when", SINCE, {**SINCE, "units": "days since 1990-01-01"}),
    "step": ("when", SINCE, {**SINCE, "units": "hours since 2020-01-01"}),
}
WRITERS: dict[str, Callable[[Path, Any], Any]] = {
    "a.nc": lambda path, encoding: DATA.to_netcdf(path, encoding=encoding, engine="netcdf4"),
    "classic.nc": lambda path, encoding: DATA.to_netcdf(path, encoding=encoding, engine="scipy"),
    "2.zarr": lambda path, encoding: store(path, encoding, 2),
    "3.zarr": lambda path, encoding: store(path, encoding, 3),
}


def store(path: Path, encoding: Any, zarr_format: Any) -> None:
    DATA.to_zarr(path, encoding=encoding, zarr_format=zarr_format, consolidated=zarr_format == 2)


@pytest.fixture
def folder(served_dir: Path) -> Path:
    made = served_dir / f"meaning{next(_number)}"
    made.mkdir()
    return made


@pytest.fixture
def place(server: Server, folder: Path) -> tuple[Server, Path]:
    return server, folder


def opened(server: Server, zarr_format: int, path: str) -> Any:
    """A dataset that reads nothing but what it needs to decode its values later."""
    url = server.store_url(zarr_format, path)
    return xr.open_zarr(url, storage_options=server.storage_options, chunks=None)


@pytest.mark.parametrize("meaning", MEANINGS)
@pytest.mark.parametrize(
    ("view", "name"), [*(("", name) for name in WRITERS), ("portable/", "a.nc"), ("portable/", "3.zarr")]
)
def test_new_numbers_are_decoded_by_no_old_attributes(place, zarr_format, view, name, meaning):
    server, folder = place
    variable, first, second = MEANINGS[meaning]
    path = f"{view}files/{folder.name}/{name}"
    WRITERS[name](folder / name, {variable: first})
    old = opened(server, zarr_format, path)
    shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
    WRITERS[name](folder / name, {variable: second})
    with pytest.raises(Exception, match="409"):
        old[variable].load()
    new = opened(server, zarr_format, path)
    np.testing.assert_array_equal(new[variable], DATA[variable])


def test_axes_that_trade_places_are_read_by_no_old_names(server, folder, zarr_format):
    square = xr.Dataset({"a": (("y", "x"), VALUES)})
    path = f"files/{folder.name}/a.nc"
    square.to_netcdf(folder / "a.nc")
    old = opened(server, zarr_format, path)
    square.transpose("x", "y").to_netcdf(folder / "a.nc")
    with pytest.raises(Exception, match="409"):
        old["a"].load()
    np.testing.assert_array_equal(opened(server, zarr_format, path)["a"].transpose("y", "x"), VALUES)


def test_other_attributes_disturb_nobody(server, folder, zarr_format):
    """Those that tell of data, and decode nothing."""
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("a", data=np.arange(4)).attrs["title"] = "before"
    array = server.open(zarr_format, f"files/{folder.name}/a.h5")["a"]
    with h5py.File(folder / "a.h5", "r+") as file:
        file["a"].attrs["title"] = "after"
    np.testing.assert_array_equal(array[...], np.arange(4))


def test_codes_are_read_by_no_old_categories(server, folder, zarr_format):
    def write(*categories: str) -> None:
        column = pd.Categorical.from_codes([0, 1, 0], categories=[*categories])
        pd.DataFrame({"x": column}).to_parquet(folder / "a.parquet")

    write("left", "right")
    old = server.open(zarr_format, f"portable/files/{folder.name}/a.parquet")
    native = server.open(zarr_format, f"files/{folder.name}/a.parquet/x")
    assert old["x_categories"][...].tolist() == ["left", "right"]
    write("right", "left")
    with pytest.raises(Exception, match="409"):
        old["x"][...]
    assert native[...].tolist() == ["right", "left", "right"], "there the values themselves are served"


def test_huge_attributes_before_a_scale_are_no_obstacle(server, folder, zarr_format):
    """Those that do not fit are left out; not the one that decodes values."""
    group = zarr.open_group(folder / "a.zarr", mode="w")
    attributes = {**{f"a{n}": "x" * 900_000 for n in range(20)}, "scale_factor": 0.5}
    group.create_array("x", data=np.arange(3), attributes=attributes)
    found = server.open(zarr_format, f"files/{folder.name}/a.zarr")["x"]
    assert found.attrs["scale_factor"] == 0.5
    np.testing.assert_array_equal(found[...], np.arange(3))


def test_a_variable_that_gets_another_scale_is_read_anew(server, zarr_format):
    """In place, without being published anew."""
    with running_kernel(server) as kernel:
        kernel.run(
            "import numpy as np, xarray as xr, jupyter_zarr_serve as jz\n"
            "x = xr.DataArray(np.arange(4, dtype='i2'), dims='t', attrs={'scale_factor': 0.5})\n"
            "jz.publish(x=x)"
        )
        array = server.open(zarr_format, f"{kernel.path}/x")
        np.testing.assert_array_equal(array[...], np.arange(4))
        kernel.run("x.attrs['long_name'] = 'steps'")
        np.testing.assert_array_equal(array[...], np.arange(4))
        kernel.run("x.attrs['scale_factor'] = 0.25; x[:] = x * 2")
        with pytest.raises(Exception, match="409"):
            array[...]
        again = server.open(zarr_format, f"{kernel.path}/x")
        assert again.attrs["scale_factor"] == 0.25
        np.testing.assert_array_equal(again[...], np.arange(4) * 2)
