"""Data types and fill values as the documents of both Zarr formats spell them.

The inverse of the table in `core.dtypes`, and more lenient: it takes what other writers write.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/data-types/index.html
https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.dtypes import BYTES, STRING, DType, conversion_of
from ...core.errors import Unreadable

_V2_NAME = re.compile(r"[<>|=]?[biufcmMSUV]\d*(\[\d*\w+\])?")
_V3_PLAIN = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|complex(64|128)")
_V3_TEXT = {"string": STRING, "bytes": BYTES, "variable_length_bytes": BYTES}
_V3_TIME = {"numpy.datetime64": "M8", "numpy.timedelta64": "m8"}
_VLEN = {"vlen-utf8": STRING, "vlen-bytes": BYTES}


def from_v2(spelling: Any, codec_names: list[str]) -> DType:
    """The dtype of a ``dtype`` member; `codec_names` tell what an object is.

    Raises
    ------
    Unreadable
        If an object array names no codec for its elements.
    ValueError
        If the spelling is no dtype.
    """
    if spelling == "|O":
        if not codec_names:
            raise Unreadable("an array of objects without a codec for them; store it with one")
        return next((dtype for name, dtype in _VLEN.items() if name in codec_names), STRING)
    dtype: DType = np.dtype(_v2_member(spelling))
    return dtype


def _v2_member(spelling: Any) -> Any:
    if isinstance(spelling, list):
        return [(name, _v2_member(field), *map(tuple, shape)) for name, field, *shape in spelling]
    if isinstance(spelling, str) and spelling.isalnum() and not hasattr(np, spelling):
        raise _unknown(spelling)  # of a library, such as bfloat16
    if not _V2_NAME.fullmatch(spelling):
        raise ValueError(f"dtype {spelling!r} is none of Zarr version 2")
    return spelling


def from_v3(spelling: Any) -> DType:
    """The dtype of a ``data_type`` member, little-endian.

    Raises
    ------
    Unreadable
        If NumPy has no such data type.
    """
    name, configuration = name_and_configuration(spelling)
    if _V3_PLAIN.fullmatch(name):
        return np.dtype(name).newbyteorder("<")
    if name in _V3_TEXT:
        return _V3_TEXT[name]
    if name in _V3_TIME:
        step = f"{configuration['scale_factor']}{configuration['unit']}"
        generic = configuration["unit"] == "generic"
        return np.dtype(f"<{_V3_TIME[name]}" if generic else f"<{_V3_TIME[name]}[{step}]")
    if bits := re.fullmatch(r"r(\d+)", name):
        return np.dtype(f"V{int(bits[1]) // 8}")
    return _v3_sized(name, configuration)


def _v3_sized(name: str, configuration: Mapping[str, Any]) -> DType:
    if name == "fixed_length_utf32":
        return np.dtype(f"<U{int(configuration['length_bytes']) // 4}")
    if name in {"null_terminated_bytes", "raw_bytes"}:
        return np.dtype(f"{'S' if name[0] == 'n' else 'V'}{int(configuration['length_bytes'])}")
    if name in {"structured", "struct"}:
        fields = (_v3_field(field) for field in configuration["fields"])
        return np.dtype([(field, from_v3(spelling)) for field, spelling in fields])
    raise _unknown(name)


def _unknown(name: str) -> Unreadable:
    """Why a type that NumPy does not have is refused."""
    return Unreadable(
        f"data type {name[:80]!r} is none of NumPy's and cannot be served; {conversion_of(name)}"
    )


def _v3_field(field: Any) -> tuple[str, Any]:
    return (field["name"], field["data_type"]) if isinstance(field, dict) else (field[0], field[1])


def name_and_configuration(spelling: Any) -> tuple[str, Mapping[str, Any]]:
    """Name and configuration of an extension of version 3, in its long or short form."""
    if isinstance(spelling, str):
        return spelling, {}
    name, configuration = spelling["name"], spelling.get("configuration") or {}
    if not isinstance(name, str) or not isinstance(configuration, dict):
        raise TypeError(f"{spelling!r} has no name or no configuration")
    return name, configuration


def fill_value(spelling: Any, dtype: DType) -> Any:
    """The fill value that a document declares, as an element of `dtype`; None for null.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If it is no element of the dtype.
    """
    if spelling is None:
        return None
    if dtype.kind in "biufcmM":
        return _number(spelling, dtype)
    if type(spelling) is int and spelling == 0:
        return None  # Zarr 2's default, written for text and bytes as well
    if dtype.kind in "UT":
        return str(spelling)
    return _packed(spelling, dtype)


def _number(spelling: Any, dtype: DType) -> Any:
    if dtype.kind == "c" and isinstance(spelling, list):
        part = np.empty(0, dtype).real.dtype
        pair = np.array([_number(each, part) for each in spelling], part)
        return pair.view(dtype.newbyteorder("="))[0]
    if not isinstance(spelling, int | float | str):
        raise TypeError(f"fill_value {spelling!r} is no number")
    if isinstance(spelling, str) and spelling.startswith("0x"):
        bits = int(spelling, 16).to_bytes(dtype.itemsize, "little")
        return np.frombuffer(bits, dtype.newbyteorder("<"))[0]
    if dtype.kind in "mM":
        ticks = np.iinfo("i8").min if spelling == "NaT" else int(spelling)
        return np.array(ticks, "i8").view(dtype.newbyteorder("="))[()]
    if dtype.kind in "iu":
        return dtype.type(int(spelling))
    return dtype.type(float(spelling) if isinstance(spelling, str) else spelling)


def _packed(spelling: Any, dtype: DType) -> Any:
    """Bytes, given as base64 or as a list of numbers; fields in version 3 may come by name."""
    if isinstance(spelling, dict):
        return np.array(
            tuple(fill_value(spelling[name], dtype[name]) for name in dtype.names or ()), dtype
        )[()]
    data = base64.standard_b64decode(spelling) if isinstance(spelling, str) else bytes(spelling)
    if dtype.kind == "O":
        return data
    if dtype.kind == "S":
        return np.bytes_(data)
    if len(data) != dtype.itemsize:
        raise ValueError(
            f"fill_value {spelling!r} has {len(data)} bytes where {dtype} has {dtype.itemsize}"
        )
    return np.frombuffer(data, dtype)[0]
