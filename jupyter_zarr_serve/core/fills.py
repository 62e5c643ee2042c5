"""Fill values: what pads chunks, what absent chunks hold, and what marks missing data."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .dtypes import NAT, VLEN, Block, DType, row_of
from .errors import Unreadable
from .signs import in_sign, meant_dtype


def scalar(value: Any, dtype: DType) -> Any:
    """`value` as an element of `dtype`.

    Raises
    ------
    Unreadable
        If the value does not fit.
    """
    if dtype.kind in VLEN:
        return _of_any_length(value, dtype)
    try:
        return np.asarray(value).astype(dtype, casting="unsafe").reshape(())[()]
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"fill value {value!r} is no {dtype}: {error}") from error


def _of_any_length(value: Any, dtype: DType) -> Any:
    """Text or bytes, as the dtype wants them."""
    kind: type[Any] = str if dtype.kind == "T" else bytes
    if isinstance(value, kind):
        return value
    if isinstance(value, str | bytes):
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value.encode()
    raise Unreadable(f"fill value {value!r} is no {kind.__name__}")


def spelled_fill(value: Any, dtype: DType) -> Any:
    """A fill value as JSON can spell it: it has one NaN; a chunk of any other NaN has to be sent."""
    fill = scalar(value, dtype)
    if has_no_unit(dtype):
        return neutral_fill(dtype)
    if dtype.kind == "f" and np.isnan(fill):
        return dtype.type(np.nan)
    if dtype.kind == "c":
        return dtype.type(complex(*(np.nan if np.isnan(part) else part for part in (fill.real, fill.imag))))
    return fill


def has_no_unit(dtype: DType) -> bool:
    """Whether elements are times that count nothing; zarr-python takes no fill value but NaT of these."""
    return dtype.kind in "Mm" and np.datetime_data(dtype)[0] == "generic"


def neutral_fill(dtype: DType) -> Any:
    """The fill value of an array that names none: zero, False, "", NaT."""
    if dtype.names is not None or dtype.kind == "V":
        return np.zeros((), dtype)[()]
    if dtype.kind in "Mm":
        return np.array(NAT, "i8").view(dtype)[()]
    return scalar(row_of(dtype).neutral, dtype)


def missing_fill(dtype: DType) -> Any:
    """What version 2 declares as fill value when the source has none: NaN for floats, else None.

    xarray takes version 2's ``fill_value`` for a mark of missing data, so it must be no real value.
    """
    return row_of(dtype).v2_missing


def fill_json(value: Any, dtype: DType) -> Any:
    """A fill value in JSON, in either format; None stays null."""
    return None if value is None else row_of(dtype).fill_json(scalar(value, dtype))


def fill_of(value: Any, dtype: DType) -> Any:
    """A fill value as an element of a dtype; the neutral one for None, and for what no element can hold."""
    try:
        return neutral_fill(dtype) if value is None else spelled_fill(value, dtype)
    except Unreadable:
        return neutral_fill(dtype)


def elements_in(value: Any) -> Block:
    """The elements that an attribute holds: one, or those of a list; none of anything else."""
    if value is None or isinstance(value, Mapping):
        return np.empty(0)
    try:
        found: Block = np.asarray(value)
    except ValueError:  # lists of different lengths
        found = np.empty(0)
    return found.reshape(-1)


def mark_of(attributes: Mapping[str, Any], dtype: DType) -> Any:
    """The attribute ``_FillValue`` as an element of a dtype; None where there is none that fits."""
    marks = elements_in(attributes.get("_FillValue"))
    if len(marks) != 1 or dtype.names is not None:
        return None
    value = marks[0]
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            cast = scalar(value, dtype)
    except Unreadable:
        return None
    if dtype.kind in "iu" and cast != value and meant_dtype(dtype, attributes) != dtype:
        cast = in_sign(value, dtype)  # it may be what is meant, and elements are what is stored
        return cast if isinstance(cast, dtype.type) else None
    return None if dtype.kind in "biu" and cast != value else cast
