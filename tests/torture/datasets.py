"""xarray's datasets and trees of them; on disk they are NetCDF files."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .theme import Leaves, Theme

TIMES = {"units": "days since 2000-01-01", "calendar": "proleptic_gregorian"}


def dataset() -> xr.Dataset:
    """As a file holds it: times are numbers with units, packed values are integers."""
    t, y, x = np.arange(4, dtype="<i4"), np.linspace(50, 51, 3), np.linspace(4, 5, 5)
    packed = np.arange(60, dtype="<i2").reshape(4, 3, 5)
    packed[1, 1, 1] = -999
    counts = np.arange(4, dtype="<i4") - 1
    wind = np.where(np.arange(15).reshape(3, 5) % 7 == 3, np.nan, np.arange(15.0).reshape(3, 5))
    names = np.array(["a", "", "日本語"], object)
    marks = {"scale_factor": 0.5, "add_offset": 10.0, "_FillValue": np.int16(-999)}
    return xr.Dataset(
        {
            "temperature": (("time", "y", "x"), packed, {**marks, "units": "degC"}),
            "counts": (("time",), counts, {"long_name": "zeros are no gaps"}),
            "wind": (("y", "x"), wind.astype("<f4"), {"standard_name": "wind_speed"}),
            "station": (("y",), names),
            "scalar": ((), np.float64(6.5)),
        },
        {"time": ("time", t, TIMES), "y": ("y", y), "x": ("x", x, {"axis": "X"})},
        {"title": "tortured", "history": "none"},
    )


def tree() -> xr.DataTree:
    """A tree of datasets that share a dimension."""
    fine = xr.Dataset({"v": (("a", "b"), np.arange(12, dtype="<f4").reshape(3, 4))}, {"a": [1, 2, 3]})
    coarse = xr.Dataset({"v": (("a",), np.array([1.5, np.nan, -0.0]))})
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs={"level": 0}), "/fine": fine, "/fine/coarse": coarse}
    )


def _leaves() -> Leaves:
    return {str(name): np.asarray(variable.values) for name, variable in dataset().variables.items()}


def _tree_leaves() -> Leaves:
    found = {}
    for group in tree().subtree:
        for name, variable in group.to_dataset(inherit=False).variables.items():
            found[f"{group.path}/{name}".lstrip("/")] = np.asarray(variable.values)
    return found


def unmarked(made: xr.Dataset) -> dict[str, Any]:
    """The encoding that adds no fill values of xarray's own."""
    return {
        str(name): {"_FillValue": None} for name in made.variables if name not in ("temperature", "station")
    }


def _write(path: Path) -> None:
    made = dataset()
    made.to_netcdf(path, engine="h5netcdf", encoding=unmarked(made))


def _write_tree(path: Path) -> None:
    made = tree()
    encoding = {group.path: unmarked(group.to_dataset(inherit=False)) for group in made.subtree}
    made.to_netcdf(path, engine="h5netcdf", encoding=encoding)


THEMES: dict[str, Theme] = {
    "dataset.nc": Theme(_leaves, dataset, _write),
    "datatree.nc": Theme(_tree_leaves, tree, _write_tree),
}
