"""What values, attributes and names become in a NetCDF file, by the CF conventions and those of xarray.

References
----------
https://cfconventions.org/
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..core.attributes import to_json
from ..core.dtypes import Block
from ..core.errors import Unreadable
from ..core.nodes import Array

_UNITS = {
    "D": "days", "h": "hours", "m": "minutes", "s": "seconds",
    "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
}  # fmt: skip
_COARSE = {"Y": "D", "M": "D", "W": "D"}  # units of times that have no fixed length, or no name in CF
_NAT = -(1 << 63)
_RESERVED = {
    "_FillValue",
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
}


def as_cf(array: Array) -> tuple[np.dtype[Any], dict[str, Any], Any]:
    """The dtype in the file, what attributes tell of it, and what stands for a missing value."""
    kind, dtype = array.dtype.kind, array.dtype
    if kind in "mM":
        unit = np.datetime_data(dtype)[0]
        name = _UNITS.get(_COARSE.get(unit, unit))
        if name is None or np.datetime_data(dtype)[1] != 1:
            raise Unreadable(f"netcdf: holds no times of {dtype}; export npy")
        if kind == "m":
            return np.dtype("<i8"), {"units": name}, np.int64(_NAT)
        told = {"units": f"{name} since 1970-01-01", "calendar": "proleptic_gregorian"}
        return np.dtype("<i8"), told, np.int64(_NAT)
    if kind == "b":
        return np.dtype("i1"), {"dtype": "bool"}, None
    wide = np.dtype("<f4") if dtype.str == "<f2" else dtype  # NetCDF has no half precision
    mark = array.missing_mark
    return wide, {}, None if mark is None else wide.type(mark)


def converting(array: Array, dtype: np.dtype[Any]) -> Callable[[Block], Block]:
    """What makes the file's elements of the array's."""
    if array.dtype.kind in "mM":
        unit = np.datetime_data(array.dtype)[0]
        fine = f"{array.dtype.kind}8[{_COARSE.get(unit, unit)}]"
        return lambda block: block.astype(fine).view("<i8")

    def convert(block: Block) -> Block:
        return block.astype(dtype, copy=False)

    return convert


def attributes_of(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Attributes that NetCDF can hold; others as JSON."""
    for name, value in attributes.items():
        spelled = safe_name(str(name))
        if name in _RESERVED or value is None:
            continue
        told = to_json(value)
        if isinstance(told, bool):
            told = int(told)
        if isinstance(told, int) and not -(1 << 63) <= told < 1 << 64:
            told = str(told)
        if isinstance(told, str):
            yield spelled, told.replace("\0", "\ufffd")
        elif isinstance(told, int | float):
            yield spelled, told
        elif isinstance(told, list) and told and all(type(one) in {int, float} for one in told):
            yield spelled, np.array(told, float if any(type(one) is float for one in told) else None)
        elif isinstance(told, list) and told and all(type(one) is str for one in told):
            yield spelled, [one.replace("\0", "\ufffd") for one in told]
        elif told not in ([], {}):
            yield spelled, json.dumps(told)


def safe_name(name: str) -> str:
    """A name that NetCDF can have."""
    return to_json(name).replace("/", "_").replace("\0", "_").strip() or "_"
