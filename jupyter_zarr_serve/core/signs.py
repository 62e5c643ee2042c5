"""Integers that have no sign, or have one, unlike their dtype: the attribute ``_Unsigned`` says so.

NetCDF's classic format has no unsigned integers, so that programs store theirs as signed ones.

References
----------
https://docs.unidata.ucar.edu/nug/current/best_practices.html#bp_Unsigned-Data
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .chunks import read_through
from .dtypes import Block, DType
from .grid import Region
from .nodes import Array

UNSIGNED = "_Unsigned"
_KINDS = {"true": "u", "false": "i"}


def meant_dtype(dtype: DType, attributes: Mapping[str, Any]) -> DType:
    """The dtype of what elements mean; that of the elements where nothing says otherwise."""
    kind = _KINDS.get(str(attributes.get(UNSIGNED)).lower(), dtype.kind)
    is_other = dtype.kind in "iu" and kind != dtype.kind
    return np.dtype(f"{dtype.str[0]}{kind}{dtype.itemsize}") if is_other else dtype


def as_meant(array: Array) -> Array:
    """An array of what the elements of another one mean, its fill value and ``_FillValue`` included."""
    dtype = meant_dtype(array.dtype, array.attributes)
    if dtype == array.dtype:
        return array

    def view(block: Block, _: Region) -> Block:
        return block.view(dtype)

    attributes = {name: value for name, value in array.attributes.items() if name != UNSIGNED}
    if array.missing_mark is not None:
        attributes["_FillValue"] = np.asarray(array.missing_mark, array.dtype).view(dtype)[()]
    return replace(
        array,
        dtype=dtype,
        reading=read_through(array, view),
        fill_value=np.asarray(array.fill, array.dtype).view(dtype)[()],
        attributes=attributes,
        stored={},
        parts=None,
    )
