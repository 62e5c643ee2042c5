"""What scientists have, with values that are known: NeXus, NetCDF, records, text, numbers of all kinds."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import xarray as xr

ENERGY = np.linspace(5, 9, 101)
COUNTS = np.round(100 * np.exp(-((ENERGY - 6.4) ** 2) / 0.1) + 5)
LAT, LON = np.arange(-89.0, 91, 2), np.arange(0.0, 180, 2)
DEPTH = np.array([0.0, 10, 20, 30, 50, 100, 200, 500])
FIRST_DAY = np.datetime64("2001-03-01", "D")
LARGE = np.arange(4, dtype="i8") + 2**62
WAVE = np.exp(1j * np.array([[0.5, 1.0, 1.5], [2.0, 2.5, 3.0]]))
RECORDS = np.array(
    [(1, 2.5, b"ab", 2**62 + 1), (2, -1.5, b"c", 7)],
    [("id", "<i4"), ("x", "<f8"), ("code", "S2"), ("large", "<i8")],
)
CALENDARS = {  # the day that is counted from, and how many follow it
    "360_day": ("days since 2000-02-25", 10),
    "noleap": ("days since 2000-02-25", 10),
    "julian": ("hours since 1900-02-25", 240),
    "standard": ("days since 1582-10-01", 10),
}
HOSTILE = {  # names of members, and those by which they are served
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "50%": "50_",
    "a#b?c": "a_b_c",
    "it's 'quoted\"": "it's 'quoted\"",
    "&amp;": "&amp;",
}


def sea() -> np.ndarray:
    """Temperatures by time, lat and lon, each other than its neighbours; a part is missing."""
    time, y, x = np.mgrid[:3, :90, :90]
    values = (time * 100 + y + x / 100).astype("f8")
    values[:, 40:50, 40:60] = np.nan
    return values


def write_explored(folder: Path) -> None:
    """All of it."""
    write_nexus(folder / "scan.nxs")
    write_map(folder / "map.nxs")
    write_ocean(folder / "ocean.nc")
    write_ensemble(folder / "ensemble.nc")
    write_unsigned(folder / "unsigned.nc")
    for calendar in CALENDARS:
        write_model(folder / f"{calendar}.nc", calendar)
    np.save(folder / "large.npy", LARGE)
    np.save(folder / "wave.npy", WAVE)
    np.save(folder / "records.npy", RECORDS)
    np.save(folder / "half.npy", np.array([0.5, -2, 65504], "f2"))
    np.save(folder / "flags.npy", np.array([True, False]))
    np.save(folder / "text.npy", np.array([["a", "<img src=x>"], ["ü", "d"]]))
    np.save(folder / "dates.npy", np.array(["2020-02-29", "NaT"], "M8[D]"))
    np.save(folder / "instants.npy", np.array(["2020-02-29T01:02:03.000000004"], "M8[ns]"))
    table = pd.DataFrame({"area": [1.5, 2.5], "note": ["ok", None]})
    table.to_parquet(folder / "table.parquet")
    with h5py.File(folder / "hostile.h5", "w") as file:
        for number, name in enumerate(HOSTILE):
            file[name] = np.full(3, number)
        for number in range(250):
            file[f"many/member-{number:03}"] = number


def write_model(path: Path, calendar: str) -> None:
    """A variable along the days of a calendar, as climate models have them."""
    units, last = CALENDARS[calendar]
    time = xr.Variable("time", np.linspace(0.0, last, 11), {"units": units, "calendar": calendar})
    xr.Dataset({"tas": ("time", np.arange(11.0))}, {"time": time}).to_netcdf(path)


def write_nexus(path: Path) -> None:
    """A spectrum with errors, along energies in keV; the file says where it is."""
    with h5py.File(path, "w") as file:
        file.attrs["default"] = "entry"
        entry = file.create_group("entry")
        entry.attrs.update({"NX_class": "NXentry", "default": "/entry/data"})
        data = entry.create_group("data")
        data.attrs.update({"NX_class": "NXdata", "signal": "counts", "axes": ["energy"]})
        data.attrs["auxiliary_signals"] = ["background"]
        data["energy"], data["counts"], data["background"] = ENERGY, COUNTS, np.full(101, 2.0)
        data["energy"].attrs["units"] = "keV"
        data["counts"].attrs.update({"units": "counts", "long_name": "Fluorescence (counts)"})
        data["counts_errors"] = np.sqrt(COUNTS)
        data["title"] = "Iron K-alpha"
        entry["name"], entry["temperature"], entry["large"] = "sample <b>7</b>", 4.25, np.int64(2**62 + 1)


def write_map(path: Path) -> None:
    """Planes at temperatures, one of whose axes has no values."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs.update({"NX_class": "NXdata", "signal": "i", "axes": ["temperature", ".", "q"]})
        data["i"] = np.arange(24.0).reshape(2, 3, 4)
        data["temperature"], data["q"] = [4.2, 300.0], np.arange(4.0)


def write_ocean(path: Path) -> None:
    """Variables as xarray writes them: packed numbers, coordinates with units, times, uneven depths."""
    dataset = xr.Dataset(
        {
            "sst": (
                ("time", "lat", "lon"),
                sea(),
                {"units": "degC", "long_name": "Sea surface temperature"},
            ),
            "series": ("day", np.arange(200.0) * 2, {"units": "K"}),
            "profile": (("depth", "lon"), np.repeat(np.arange(8.0), 90).reshape(8, 90)),
        },
        {
            "time": pd.date_range("2000-01-01", periods=3, freq="MS"),
            "day": pd.date_range("2001-03-01", periods=200),
            "lat": ("lat", LAT[::-1], {"units": "degrees_north"}),
            "lon": ("lon", LON, {"units": "degrees_east"}),
            "depth": ("depth", DEPTH, {"units": "m"}),
        },
    )
    packed = {"dtype": "i4", "scale_factor": 0.01, "add_offset": 5.0, "_FillValue": -999}
    dataset.to_netcdf(path, encoding={"sst": packed})


def write_ensemble(path: Path) -> None:
    """Months have coordinates, members have none."""
    spread = (("member", "time"), np.arange(15.0).reshape(5, 3))
    xr.Dataset({"spread": spread}, {"time": pd.date_range("2000-01-01", periods=3, freq="MS")}).to_netcdf(
        path
    )


def write_unsigned(path: Path) -> None:
    """Integers of another sign than their dtype's, as satellites' files have them; the last is missing."""
    counts = np.tile([0, 63.5, 64, 127, np.nan], (40, 8))
    packed = {"dtype": "i1", "_Unsigned": "true", "scale_factor": 0.5, "_FillValue": -1}
    xr.Dataset({"counts": (("y", "x"), counts)}).to_netcdf(path, encoding={"counts": packed})
