"""Integers that have no sign, or have one, unlike their dtype: the attribute ``_Unsigned`` says so.

NetCDF's classic format has no unsigned integers, so that programs store theirs as signed ones. Other
attributes may hold elements, in either of the two signs.

References
----------
https://docs.unidata.ucar.edu/nug/current/best_practices.html#bp_Unsigned-Data
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .dtypes import DType

UNSIGNED = "_Unsigned"
OF_ELEMENTS = (
    "_FillValue", "missing_value", "valid_min", "valid_max", "valid_range", "flag_values", "flag_masks",
)  # fmt: skip
_KINDS = {"true": "u", "false": "i"}


def meant_dtype(dtype: DType, attributes: Mapping[str, Any]) -> DType:
    """The dtype of what elements mean; that of the elements where nothing says otherwise."""
    kind = _KINDS.get(str(attributes.get(UNSIGNED)).lower(), dtype.kind)
    is_other = dtype.kind in "iu" and kind != dtype.kind
    return np.dtype(f"{dtype.str[0]}{kind}{dtype.itemsize}") if is_other else dtype


def in_sign(value: Any, dtype: DType) -> Any:
    """Integers as elements of an integer dtype, whichever of the two signs they are in.

    Anything else stays as it is.

    Examples
    --------
    >>> in_sign(-1, np.dtype("u1")), in_sign([0, 255], np.dtype("i1")), in_sign(0.5, np.dtype("i1"))
    (np.uint8(255), array([ 0, -1], dtype=int8), 0.5)
    """
    numbers = np.asarray(value)
    for kind in (dtype.kind, "iu".replace(dtype.kind, "")):
        given = np.dtype(f"{dtype.str[0]}{kind}{dtype.itemsize}")
        limits = np.iinfo(given)
        if numbers.dtype.kind in "iu" and ((numbers >= limits.min) & (numbers <= limits.max)).all():
            return numbers.astype(given).view(dtype)[()]
    return value
