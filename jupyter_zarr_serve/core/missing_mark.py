"""The attribute ``_FillValue``, xarray's mark of missing data, as Zarr stores spell it.

In version 3 xarray writes floats, complex numbers and bytes in base64; others write plain JSON.

References
----------
https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html
"""

import base64
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from .dtypes import DType
from .errors import Unreadable
from .fills import scalar

MARK = "_FillValue"
_DOUBLE = struct.Struct("<d")


def with_typed_mark(attributes: Mapping[str, Any], dtype: DType) -> Mapping[str, Any]:
    """The attributes, their mark of missing data as an element of `dtype`.

    A mark that is none is left out: xarray could not open an array that has it.
    """
    if MARK not in attributes:
        return attributes
    rest = {name: value for name, value in attributes.items() if name != MARK}
    try:
        return {**rest, MARK: scalar(_decoded(attributes[MARK], dtype.kind), dtype)}
    except (TypeError, ValueError, OverflowError, Unreadable):
        return rest


def _decoded(mark: Any, kind: str) -> Any:
    if mark is None or isinstance(mark, dict):
        raise TypeError("not a value")
    if kind == "f":
        return _float(mark)
    if kind == "c":
        real, imaginary = mark if isinstance(mark, list) else (mark, 0)
        return complex(_float(real), _float(imaginary))
    if kind == "S" and isinstance(mark, str):
        return base64.b64decode(mark, validate=True)
    return np.asarray(mark).reshape(-1)[0] if isinstance(mark, list) and mark else mark


def _float(mark: Any) -> float:
    """A number, its name, or its eight bytes in base64."""
    if isinstance(mark, str) and len(mark) == 12:
        return float(_DOUBLE.unpack(base64.b64decode(mark, validate=True))[0])
    return float(mark[0] if isinstance(mark, list) and len(mark) == 1 else mark)
