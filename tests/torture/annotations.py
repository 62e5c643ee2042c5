"""Attributes of every kind, and the JSON they are promised to become."""

import datetime as dt
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr
import zarr
from zarr.storage import MemoryStore

from .theme import Leaves, Theme

VALUES = np.arange(3, dtype="<i4")

# name -> (the attribute, its JSON): what HDF5 can hold too
PLAIN: dict[str, tuple[Any, Any]] = {
    "text": ("näive 🦀", "näive 🦀"),
    "empty": ("", ""),
    "float32": (np.float32(0.1), float(np.float32(0.1))),
    "int64": (np.int64(2**62), 2**62),
    "uint64": (np.uint64(2**64 - 1), 2**64 - 1),
    "bool": (np.bool_(True), True),
    "nan": (np.nan, "NaN"),
    "infinity": (np.float32(np.inf), "Infinity"),
    "negative-infinity": (-np.inf, "-Infinity"),
    "floats": (np.array([1.5, np.nan, -np.inf]), [1.5, "NaN", "-Infinity"]),
    "matrix": (np.arange(4, dtype="i2").reshape(2, 2), [[0, 1], [2, 3]]),
    "bytes": (np.bytes_(b"abc"), "abc"),
    "complex": (np.complex128(1 - 2j), [1.0, -2.0]),
    "name with space / and ünïcode": ("x", "x"),
}
# what only objects in memory can have
RICH: dict[Any, tuple[Any, Any]] = {
    **PLAIN,
    "raw": (b"\xff\xfe", "//4="),
    "none": (None, None),
    "moment": (dt.datetime(2020, 1, 2, 3, 4, 5), "2020-01-02T03:04:05"),
    "day": (dt.date(2020, 1, 2), "2020-01-02"),
    "datetime64": (np.datetime64("2020-01-02T03", "h"), "2020-01-02T03"),
    "datetimes": (np.array(["2020-01-02", "NaT"], "M8[D]"), ["2020-01-02", "NaT"]),
    "nested": (
        {"a": [1, {"b": np.float32(0.5)}], 3: (np.nan, b"x")},
        {"a": [1, {"b": 0.5}], "3": ["NaN", "x"]},
    ),
    "zero-d": (np.array(7), 7),
    "empty-array": (np.zeros(0), []),
    5: ("integer key", "integer key"),
    (1, 2): ("tuple key", "tuple key"),
    "integer too large for a float": (2**70, 2**70),
}
# what the JSON of a Zarr store can hold, NaN as a literal among it
STORED: dict[str, tuple[Any, Any]] = {
    "text": ("näive 🦀", "näive 🦀"),
    "nan": (float("nan"), "NaN"),
    "infinities": ([float("inf"), -float("inf"), 1.5], ["Infinity", "-Infinity", 1.5]),
    "nested": ({"a": {"b": [None, True, {"c": 2**63}]}}, {"a": {"b": [None, True, {"c": 2**63}]}}),
    "": ("empty name", "empty name"),
}


def _given(table: dict[Any, tuple[Any, Any]]) -> dict[Any, Any]:
    return {name: given for name, (given, _) in table.items()}


def _expected(table: dict[Any, tuple[Any, Any]]) -> dict[str, Any]:
    return {str(name): json for name, (_, json) in table.items()}


def _fill_hdf5(file: Any) -> Any:
    file.attrs.update(_given(PLAIN))
    file.create_dataset("array", data=VALUES).attrs.update(_given(PLAIN))
    return file


def _write_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        _fill_hdf5(file)


def _hdf5_in_memory() -> Any:
    return _fill_hdf5(h5py.File("annotations", "w", driver="core", backing_store=False))


def _fill_store(store: Any, zarr_format: int) -> Any:
    root = zarr.create_group(store, zarr_format=zarr_format, attributes=_given(STORED))
    array = root.create_array("array", shape=3, dtype="<i4", attributes=_given(STORED))
    array[:] = VALUES
    return root


def _store_theme(zarr_format: int) -> Theme:
    def write(path: Path) -> None:
        _fill_store(str(path), zarr_format)

    return Theme(_leaves, lambda: _fill_store(MemoryStore(), zarr_format), write, _both(STORED))


def _dataset() -> Any:
    return xr.Dataset({"array": ("x", VALUES, _given(RICH))}, attrs=_given(RICH))


def _leaves() -> Leaves:
    return {"array": VALUES}


def _both(table: dict[Any, tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    """The same of the group and of its array."""
    return {"": _expected(table), "array": _expected(table)}


THEMES: dict[str, Theme] = {
    "annotations.h5": Theme(_leaves, _hdf5_in_memory, _write_hdf5, _both(PLAIN)),
    "annotations-v2.zarr": _store_theme(2),
    "annotations-v3.zarr": _store_theme(3),
    "annotations": Theme(_leaves, _dataset, None, _both(RICH)),
}
