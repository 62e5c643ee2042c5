"""Attributes of HDF5 objects as NetCDF programs and xarray see them.

An array of one element is a scalar, text is text however it is stored, and the attributes by which
NetCDF-4 and the dimension scales API keep their books are left out.

References
----------
https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html#netcdf_4_spec
"""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from ...core.errors import Unreadable, library_message

_BOOKKEEPING = frozenset(
    {
        "DIMENSION_LIST",
        "REFERENCE_LIST",
        "_NCProperties",
        "_Netcdf4Coordinates",
        "_Netcdf4Dimid",
        "_nc3_strict",
    }
)
_OF_SCALES = frozenset({"CLASS", "NAME"})


def attributes_of(thing: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    """The attributes of a group or dataset; references are left out."""
    hidden = _BOOKKEEPING | _OF_SCALES if is_scale(thing) else _BOOKKEEPING
    values = {name: _value(thing, name) for name in thing.attrs if name not in hidden}
    return {name: value for name, value in values.items() if value is not None}


def is_scale(thing: h5py.Group | h5py.Dataset) -> bool:
    """Whether an object is a dimension scale."""
    return "CLASS" in thing.attrs and thing.attrs["CLASS"] in (b"DIMENSION_SCALE", "DIMENSION_SCALE")


def declared_fill(dataset: h5py.Dataset, attributes: Mapping[str, Any], kind: str) -> Any:
    """The true fill value of a dataset: its ``_FillValue``, or what HDF5 puts where nothing is stored.

    `kind` is the kind of the dtype that the dataset is served in.
    """
    mark = attributes.get("_FillValue")
    if mark is not None and np.ndim(mark) == 0:
        return mark
    is_given = dataset.id.get_create_plist().fill_value_defined() == h5py.h5d.FILL_VALUE_USER_DEFINED
    return (dataset.fillvalue or None) if is_given and kind in "biufcS" else None


def _value(thing: h5py.Group | h5py.Dataset, name: str) -> Any:
    """An attribute; None for a reference, a text for what h5py cannot read."""
    try:
        dtype = thing.attrs.get_id(name).dtype
        value = thing.attrs[name]
    except (OSError, RuntimeError, TypeError, ValueError, Unreadable) as error:
        return f"unreadable: {library_message(error)}"
    if h5py.check_ref_dtype(h5py.check_vlen_dtype(dtype) or dtype) is not None:
        return None
    string = h5py.check_string_dtype(dtype)
    if isinstance(value, h5py.Empty):
        return "" if string is not None else np.array([], value.dtype)
    if string is not None and not _marks_bytes(thing, name):
        value = _text(value)
    if _keeps_lists(thing):
        return value
    if isinstance(value, np.ndarray) and value.size == 1:
        return value.reshape(-1)[0]
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _keeps_lists(thing: h5py.Group | h5py.Dataset) -> bool:
    """Whether a list of one element is none for NetCDF but for AnnData, such as the order of columns."""
    return "encoding-type" in thing.attrs


def _marks_bytes(thing: h5py.Group | h5py.Dataset, name: str) -> bool:
    """Whether this is the fill value of a dataset of bytes, and so bytes itself."""
    return name == "_FillValue" and isinstance(thing, h5py.Dataset) and thing.dtype.kind == "S"


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return [_text(item) for item in value]
