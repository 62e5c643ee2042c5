"""Datasets and images that say where their values lie."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr

LAT = np.arange(-89.0, 91, 2)
LON = np.arange(0.0, 180, 2)
UNEVEN = np.cumsum(np.arange(1, 91)) / 4


def grid() -> np.ndarray:
    """A plane whose every value names its place: 1000 y + x."""
    y, x = np.mgrid[:90, :90]
    return (1000 * y + x).astype("f8")


def write_places(folder: Path) -> None:
    """All of them."""
    write_ocean(folder / "ocean.nc")
    ((tall, wide), values) = (("lat", "lon"), grid())
    named = {"units": "degrees_north"}
    falling = xr.Dataset({"t2m": ((tall, wide), values)}, {tall: (tall, LAT[::-1], named), wide: LON})
    falling.to_netcdf(folder / "falling.nc")
    uneven = xr.Dataset({"u": (("depth", "x"), values)}, {"depth": ("depth", UNEVEN, {"units": "m"})})
    uneven.to_netcdf(folder / "uneven.nc")
    rising = {"lat": ("lat", UNEVEN, named)}
    xr.Dataset({"u": (("lat", "x"), values)}, rising).to_netcdf(folder / "gaussian.nc")
    apart = {"down": ("y", LAT / 2000, {"units": "mm"}), "across": ("x", LON, {"units": "microns"})}
    xr.Dataset({"u": (("y", "x"), values)}, apart).to_netcdf(folder / "apart.nc")
    packed = {"lat": {"dtype": "i2", "scale_factor": 0.5, "add_offset": 10.0, "_FillValue": -999}}
    packed |= {"sst": {"dtype": "i4", "scale_factor": 0.01, "add_offset": 5.0, "_FillValue": -1}}
    xr.Dataset(
        {"sst": (("lat", "lon"), values / 100, {"units": "degC"})}, {"lat": LAT, "lon": LON}
    ).to_netcdf(folder / "packed.nc", encoding=packed)
    write_series(folder / "series.nc")
    write_image(folder / "ordered.zarr", [scaled(2, 2), moved(10, 100)], [scaled(3, 3), moved(-1, 1000)])
    write_image(folder / "turned.zarr", [moved(10, 100), scaled(2, 2)], [])
    write_image(folder / "backwards.zarr", [scaled(-2, 2), moved(50, 0)], [])
    write_image(folder / "unknown.zarr", [{"type": "scale", "path": "somewhere"}], [])
    write_stack(folder / "stack.zarr")


LONG_NAME = "A long name of what was measured here"


def write_ocean(path: Path) -> None:
    """Planes of sea surface temperatures by time, and what else such files have."""
    times = xr.Variable("time", [0, 31, 59], {"units": "days since 2000-01-01", "calendar": "noleap"})
    ocean = xr.Dataset(
        {"sst": (("time", "lat", "lon"), np.stack([grid() + 100_000 * i for i in range(3)]))},
        {
            "time": times,
            "lat": ("lat", LAT, {"units": "degrees_north"}),
            "lon": ("lon", LON, {"units": "degrees_east"}),
        },
    )
    ocean["lat_bnds"] = (("lat", "bounds"), np.stack([LAT - 1, LAT + 1], -1))
    ocean["lat"].attrs["bounds"] = "lat_bnds"
    ocean["named"] = ocean["sst"][0].assign_attrs(long_name=LONG_NAME, units="degC")
    ocean["mask"] = (("lat", "lon"), (grid() % 2).astype("i1"))
    ocean.to_netcdf(path)


def write_series(path: Path) -> None:
    """Values by dates that fall, and by a calendar that has no such dates."""
    days = {"units": "days since 2000-01-01", "calendar": "standard"}
    months = {"units": "days since 2000-01-01", "calendar": "360_day"}
    series = xr.Dataset(
        {
            "level": ("time", np.arange(40_000.0), {"units": "m"}),
            "model": ("month", np.arange(24.0)),
        },
        {
            "time": ("time", np.arange(40_000)[::-1], days),
            "month": ("month", np.arange(24) * 30, months),
        },
    )
    series.to_netcdf(path)
    minutes = ("time", np.arange(2_000_000)[::-1], {"units": "minutes since 2000-01-01"})
    long = xr.Dataset({"level": ("time", np.arange(2e6), {"units": "m"})}, {"time": minutes})
    long.to_netcdf(path.with_name("long.nc"))


def scaled(*scale: float) -> dict[str, Any]:
    return {"type": "scale", "scale": list(scale)}


def moved(*translation: float) -> dict[str, Any]:
    return {"type": "translation", "translation": list(translation)}


def write_image(path: Path, own: list[dict[str, Any]], common: list[dict[str, Any]]) -> None:
    """An image of one level, which is placed by its own transformations and then by those of all levels."""
    group = zarr.open_group(path, mode="w", zarr_format=3)
    group.create_array("0", data=grid(), dimension_names=("y", "x"))
    axes = [{"name": name, "type": "space", "unit": "meter"} for name in "yx"]
    multiscale = {"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": own}]}
    if common:
        multiscale["coordinateTransformations"] = common
    group.attrs["ome"] = {"version": "0.5", "multiscales": [multiscale]}


def write_stack(path: Path) -> None:
    """Planes whose value is their number, a coarser level has every fourth, and two levels lie.

    Level 2 is of another place, level 3 is as wide as the first but not as high.
    """
    group = zarr.open_group(path, mode="w", zarr_format=3)
    planes = np.broadcast_to(np.arange(16, dtype="u1")[:, None, None], (16, 1024, 1024))
    coarse = np.repeat(np.arange(4, dtype="u1") * 4 + 1, 256 * 256).reshape(4, 256, 256)
    for name, image in {
        "0": planes,
        "1": coarse,
        "2": coarse * 0 + 99,
        "3": planes[:, ::8] * 0 + 77,
    }.items():
        group.create_array(name, data=image, chunks=(1, 256, 256), dimension_names=("z", "y", "x"))
    steps = {
        "0": [scaled(1, 1, 1)],
        "1": [scaled(4, 4, 4), moved(1.5, 1.5, 1.5)],
        "2": [scaled(4, 4, 4), moved(0, 5000, 0)],
        "3": [scaled(1, 8, 1)],
    }
    datasets = [{"path": name, "coordinateTransformations": list_} for name, list_ in steps.items()]
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": datasets}]}
