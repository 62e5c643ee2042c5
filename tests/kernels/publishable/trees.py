"""Trees and mappings: xarray, Zarr, HDF5, Python's own."""

from pathlib import Path
from typing import Any

import numpy as np

from .cases import DAYS, GRID, GROUPS, Expected, Leaf, case, objects


def _dataset() -> Any:
    import xarray as xr

    variables = {"grid": (("y", "x"), GRID, {"units": "K"}), "n": ((), np.int16(3))}
    coordinates = {"x": [1.0, 2.0, 3.0, 4.0], "day": ("y", DAYS)}
    return xr.Dataset(variables, coordinates, {"title": "a test", "levels": [1, 2]})


_DATASET = {
    "grid": Leaf(GRID, {"units": "K", "coordinates": "day"}),
    "n": np.asarray(np.int16(3)),
    "x": np.array([1.0, 2.0, 3.0, 4.0]),
    "day": DAYS,
}


@case
def xarray_array(_: Path) -> tuple[Any, Expected]:
    expected = {path: _DATASET[path] for path in ("grid", "x", "day")}
    return _dataset()["grid"], expected


@case
def xarray_dataset(_: Path) -> tuple[Any, Expected]:
    return _dataset(), _DATASET


GROUPS["xarray_dataset"] = {"title": "a test", "levels": [1, 2]}


@case
def xarray_tree(_: Path) -> tuple[Any, Expected]:
    import xarray as xr

    tree = xr.DataTree.from_dict({"/": xr.Dataset({"top": ("z", [1, 2])}), "/a/b": _dataset()})
    return tree, {"top": np.array([1, 2]), **{f"a/b/{path}": leaf for path, leaf in _DATASET.items()}}


@case
def zarr_nodes(folder: Path) -> tuple[Any, Expected]:
    import zarr

    root = zarr.create_group(folder / "nodes.zarr", attributes={"a": [1, None]})
    array = root.create_array("grid", shape=(3, 4), chunks=(2, 3), dtype="f8", attributes={"units": "m"})
    array[:] = GRID
    grid = Leaf(GRID, {"units": "m"})
    return {"array": array, "group": root}, {"array": grid, "group/grid": grid}


GROUPS["zarr_nodes/group"] = {"a": [1, None]}


@case
def hdf5_nodes(folder: Path) -> tuple[Any, Expected]:
    import h5py

    file = h5py.File(folder / "nodes.h5", "w")
    file.attrs["made by"] = "a test"
    grid = file.create_dataset("a/grid", data=GRID, chunks=(2, 3), compression="gzip")
    grid.attrs["units"] = "m"
    leaf = Leaf(GRID, {"units": "m"})
    return {"file": file, "dataset": grid}, {"dataset": leaf, "file/a/grid": leaf}


GROUPS["hdf5_nodes/file"] = {"made by": "a test"}


@case
def netcdf4_nodes(folder: Path) -> tuple[Any, Expected]:
    import netCDF4

    file = netCDF4.Dataset(folder / "nodes.nc", "w")
    file.createDimension("x", 4)
    variable = file.createGroup("a").createVariable("v", "i2", ("x",), fill_value=-1)
    variable[:] = np.ma.array([1, 2, 3, 4], mask=[0, 1, 0, 0])
    leaf = Leaf(np.array([1, -1, 3, 4], "i2"), {"_FillValue": -1})
    return {"file": file, "variable": variable}, {"variable": leaf, "file/a/v": leaf}


@case
def mapping(_: Path) -> tuple[Any, Expected]:
    import datetime as dt

    made = {
        "flag": True, "n": -5, "x": 1.5, "z": 2j, "text": "ü", "raw": b"\0a", 3: np.arange(2),
        "when": dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), "deep": {"er": {"list": [[1, 2], [3, 4]]}},
    }  # fmt: skip
    return made, {
        "flag": np.asarray(True), "n": np.asarray(-5), "x": np.asarray(1.5), "z": np.asarray(2j),
        "text": np.asarray("ü"), "raw": np.asarray(b"\0a"), "3": Leaf(np.arange(2), {"original_name": 3}),
        "when": np.asarray("2024-02-29T12", "M8[us]"), "deep/er/list": np.array([[1, 2], [3, 4]]),
    }  # fmt: skip


@case
def lists(_: Path) -> tuple[Any, Expected]:
    made = [[1, 2.5, float("nan")], ["a", "bc"], (True, False), [np.arange(3), {"in": 7}]]
    return made, {
        "0": np.array([1, 2.5, np.nan]),
        "1": objects("a", "bc"),
        "2": np.array([True, False]),
        "3/0": np.arange(3),
        "3/1/in": np.asarray(7),
    }
