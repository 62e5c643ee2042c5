"""How elements that few clients know are spelled in the portable view; a row for each kind of dtype.

| elements | become |
|---|---|
| datetime64 | int64 with `units` and `calendar`; NaT is the `_FillValue` |
| timedelta64 | int64 with `units` and `dtype`; NaT is the `_FillValue` |
| text of fixed length; bytes of fixed length, in UTF-8 or in ``_Encoding`` | text of any length |
| characters along a last axis with a name, as in NetCDF | text of any length, without that axis |
| float16 | float32 |
| complex | a last axis ``complex`` of real and imaginary part |
| raw bytes | a last axis of uint8 |

References
----------
https://cfconventions.org/cf-conventions/cf-conventions.html#time-coordinate
https://nc-complex.readthedocs.io/en/latest/
"""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..core.dtypes import STRING, Block, DType
from ..core.errors import Unreadable
from ..core.nodes import Array

_NAT = np.int64(np.iinfo(np.int64).min)
_INT64: DType = np.dtype("<i8")
_UNITS = {  # NumPy's units, and those of CF that spell them
    "D": "days", "h": "hours", "m": "minutes", "s": "seconds",
    "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
}  # fmt: skip
_COARSER = {"Y": "D", "M": "D", "W": "D"}
_ENCODING = "_Encoding"  # by which NetCDF and xarray tell that bytes are text
_LONGEST = 1 << 16  # characters of a text
_XARRAY_UNITS = ("s", "ms", "us", "ns")  # in which xarray can hold times


@dataclass(frozen=True)
class Spelling:
    """What the elements of an array become.

    Attributes
    ----------
    convert
        Makes elements of `dtype` of those of the array, with one more axis where `axis` has one.
    attributes
        All attributes of the respelled array.
    axis
        Name and length of the axis that is added at the end.
    is_joined
        Whether `convert` takes away the last axis, of which it needs all.
    """

    dtype: DType
    convert: Callable[[Block], Block]
    attributes: Mapping[str, Any]
    axis: tuple[str, int] | None = None
    fill_value: Any = None
    is_joined: bool = False


def spelling_of(array: Array) -> Spelling | None:
    """The portable spelling of an array's elements; None where they have it already."""
    make = _TABLE.get(array.dtype.kind)
    return None if make is None else make(array)


def _datetimes(array: Array) -> Spelling:
    unit, told = _time_unit(array.dtype)
    if told:
        told = {"units": f"{told['units']} since 1970-01-01", "calendar": "proleptic_gregorian"}
    return _integers(array, np.dtype(f"M8[{unit}]"), told)


def _timedeltas(array: Array) -> Spelling:
    unit, told = _time_unit(array.dtype)
    if np.datetime_data(array.dtype)[0] in {"Y", "M"}:  # their lengths vary, so that nothing converts them
        unit, told = np.datetime_data(array.dtype)[0], {}
    if told:
        told["dtype"] = f"timedelta64[{unit if unit in _XARRAY_UNITS else 's'}]"
    return _integers(array, np.dtype(f"m8[{unit}]"), told)


def _time_unit(dtype: DType) -> tuple[str, dict[str, str]]:
    """The unit to count in, and the attribute that says so, where CF has the unit."""
    unit = np.datetime_data(dtype)[0]
    unit = _COARSER.get(unit, unit)
    return unit, {"units": _UNITS[unit]} if unit in _UNITS else {}


def _integers(array: Array, counted: DType, told: Mapping[str, str]) -> Spelling:
    told = told or {"numpy_dtype": counted.name}
    attributes = {**array.attributes, **told, "_FillValue": _NAT}
    return Spelling(_INT64, partial(_count, counted), attributes, fill_value=_NAT)


def _count(counted: DType, block: Block) -> Block:
    try:
        counts = block.astype(counted)
        is_exact = counted == block.dtype or ((counts.astype(block.dtype) == block) | np.isnat(block)).all()
    except OverflowError:  # of NumPy from 2.5 on; older ones count wrongly
        is_exact = False
    if not is_exact:
        raise Unreadable(
            f"times in {block.dtype} that int64 cannot count in {counted}; read the native ones"
        )
    return counts.astype(_INT64)


def _text(array: Array) -> Spelling:
    attributes, mark = {**array.attributes}, array.missing_mark
    encoding = _encoding(attributes.pop(_ENCODING, None)) if array.dtype.kind == "S" else "utf-8"
    if mark is not None:
        attributes["_FillValue"] = _decoded(mark)
    if not _is_of_characters(array):
        return Spelling(STRING, partial(_texts, encoding), attributes)
    attributes.pop("_FillValue", None)  # it marks single characters

    def join(block: Block) -> Block:
        joined = np.ascontiguousarray(block).view(f"S{block.shape[-1]}")
        return _texts(encoding, joined.reshape(block.shape[:-1]))

    return Spelling(STRING, join, attributes, is_joined=True)


def _is_of_characters(array: Array) -> bool:
    """Whether a last axis has the characters of texts, as in NetCDF and as xarray takes them."""
    names = array.dimension_names
    is_named = names is not None and len(names) > 0 and names[-1] is not None
    return is_named and array.dtype == "S1" and 0 < array.shape[-1] <= _LONGEST


def _encoding(told: Any) -> str:
    """The encoding that an attribute tells; UTF-8 where it tells none that there is."""
    try:
        return codecs.lookup(told).name if isinstance(told, str) else "utf-8"
    except LookupError:
        return "utf-8"


def _texts(encoding: str, block: Block) -> Block:
    if block.dtype.kind == "S":
        try:
            block = np.strings.decode(block, encoding)
        except UnicodeDecodeError as error:
            raise Unreadable(f"bytes that are no text ({error}); read the native ones") from error
    return block.astype(STRING)


def _decoded(mark: Any) -> str:
    return mark.decode("utf-8", "backslashreplace") if isinstance(mark, bytes) else str(mark)


def _floats(array: Array) -> Spelling | None:
    if array.dtype.itemsize > 2:
        return None
    wide: DType = np.dtype("<f4")
    return Spelling(wide, lambda block: block.astype(wide), array.attributes, fill_value=array.fill_value)


def _complex(array: Array) -> Spelling:
    part: DType = np.dtype(f"<f{array.dtype.itemsize // 2}")
    attributes = dict(array.attributes)
    mark = array.missing_mark
    if mark is not None:
        same = mark.real == mark.imag or (np.isnan(mark.real) and np.isnan(mark.imag))
        del attributes["_FillValue"]
        attributes["_FillValue" if same else "missing_mark"] = mark.real if same else str(mark)
    return Spelling(part, partial(_elements, part), attributes, axis=("complex", 2))


def _bytes(array: Array) -> Spelling:
    size = array.dtype.itemsize
    part: DType = np.dtype("u1")
    return Spelling(part, partial(_elements, part), array.attributes, axis=(f"byte_{size}", size))


def _elements(part: DType, block: Block) -> Block:
    """The parts of each element along a new last axis."""
    return np.ascontiguousarray(block).reshape(-1).view(part).reshape(*block.shape, -1)


_TABLE: Mapping[str, Callable[[Array], Spelling | None]] = {
    "M": _datetimes,
    "m": _timedeltas,
    "U": _text,
    "S": _text,
    "f": _floats,
    "c": _complex,
    "V": _bytes,
}
