"""Attributes as JSON that every Zarr client can parse.

JSON has no NaN, no infinities, no bytes and no dates, and zarrita, tensorstore and zarrs refuse a
document with NaN literals. What JSON lacks is spelled as text, as the table in docs/mapping.md says.
"""

import base64
import datetime
import json
import math
from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np

from . import limits
from .errors import Unreadable
from .public_text import named, text_of, type_of

Json = Any

# NaN as a mark of missing floats says nothing new, and as text it would mislead xarray.
_PRINTED_BITS = 1 << 13  # Python refuses to write more than 4300 digits
_PLAIN = 4  # bytes; what a number takes does not matter
_LARGEST = 10**limits.DIGITS
_WIDEST = {"f": 8, "c": 16}  # bytes; wider floats are no Python numbers
MISSING_MARKS = ("_FillValue", "missing_value")
# By these, clients decode the numbers of an array: those of CF and NetCDF, of xarray, and our own.
DECODING = (
    *MISSING_MARKS, "missing_mark", "scale_factor", "add_offset", "_Unsigned", "_Encoding", "dtype",
    "units", "calendar", "numpy_dtype", "timezone", "flag_values", "flag_masks", "flag_meanings",
    "categories_checksum",
)  # fmt: skip


def to_json(value: Any, depth: int = limits.DEPTH) -> Json:
    """`value` in JSON: numbers stay numbers, arrays become lists, everything else text.

    Parameters
    ----------
    depth
        How many lists and mappings may lie in each other.

    Raises
    ------
    Unreadable
        If they are nested deeper.

    Examples
    --------
    >>> to_json({"t": np.float32(0.5), 3: [math.inf, b"x", None]})
    {'t': 0.5, '3': ['Infinity', 'x', None]}
    """
    if value is None or isinstance(value, bool | str):
        return _text(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, float):
        return _number(value)
    if depth < 0:
        raise Unreadable(f"it is nested more than {limits.DEPTH} deep")
    if isinstance(value, Mapping):
        names = _names(value)
        return {names[key]: to_json(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | Set):
        return [to_json(item, depth - 1) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _numpy(value)
    if isinstance(value, bytes | bytearray):
        return _bytes(bytes(value))
    if isinstance(value, complex):
        return [_number(value.real), _number(value.imag)]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    text = text_of(value)
    return _text(
        f"(left out: JSON has no form for an object of the type {type_of(value)})" if text is None else text
    )


def _names(members: Mapping[Any, Any]) -> dict[Any, str]:
    """The keys of a mapping as text; with a number behind where another key has the same text."""
    bases = {key: _text(named(key)) for key in members}
    taken = {base for key, base in bases.items() if isinstance(key, str)}
    names: dict[Any, str] = {}
    for key, base in bases.items():
        name, copies = base, 0
        while not isinstance(key, str) and name in taken:
            copies += 1
            name = f"{base}_{copies}"
        taken.add(name)
        names[key] = name
    return names


def attributes_json(attributes: Mapping[str, Any]) -> dict[str, Json]:
    """All attributes as one JSON object, without NaN marks of missing data.

    A value that no client should have to parse is replaced by a text that says why: one attribute never
    costs the array, nor the rest of a group. Together they take no more bytes than one may; those that
    decode values come first, wherever they stand.
    """
    told = {
        name: value for name, value in attributes.items() if not (name in MISSING_MARKS and _is_nan(value))
    }
    found, left = {}, limits.ATTRIBUTES
    for name in sorted(told, key=lambda name: name not in DECODING):
        found[name], size = _spelled(told[name], left)
        left -= size
    names = _names(told)
    return {names[name]: found[name] for name in told}


def bounded(documents: Iterable[tuple[str, Json]]) -> dict[str, Json] | None:
    """Documents by key; None where they are too long to be sent at once."""
    found, left = {}, limits.CONSOLIDATED
    for key, body in documents:
        left -= len(key) + len(json.dumps(body))
        if left < 0:
            return None
        found[key] = body
    return found


def _spelled(value: Any, left: int) -> tuple[Json, int]:
    """An attribute, or why it is left out; and its size as JSON, which may be `left` bytes."""
    if _least(value) <= left:
        try:
            spelled = to_json(value)
        except Unreadable as error:
            return f"(left out: {error})", 0
        size = _PLAIN if isinstance(spelled, int | float | None) else len(json.dumps(spelled))
        if size <= left:
            return spelled, size
    return f"(left out: as JSON the attributes up to it take more than {limits.ATTRIBUTES:,} bytes)", 0


def _least(value: Any) -> int:
    """Bytes that a value takes at least, judged without spelling it."""
    if isinstance(value, str | bytes):
        return len(value)
    return int(value.size) * 2 if isinstance(value, np.ndarray) else 0


def _whole(value: int) -> int | str:
    """An integer; as its digits where clients, whose numbers may be float64, have none so large."""
    if -_LARGEST < value < _LARGEST:
        return value
    return str(value) if value.bit_length() < _PRINTED_BITS else hex(value)


def with_hashable_marks(attributes: dict[str, Json]) -> dict[str, Json]:
    """The same, marks of missing data that are no elements renamed: xarray opens no dataset with them.

    Examples
    --------
    >>> with_hashable_marks({"_FillValue": {"a": 1}, "missing_value": 0})
    {'_FillValue_object': {'a': 1}, 'missing_value': 0}
    """
    return {
        f"{name}_object" if name in MISSING_MARKS and _is_nested(value) else name: value
        for name, value in attributes.items()
    }


def _is_nested(value: Json) -> bool:
    """Whether it is an object, or a list that has others in it."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict | list) for item in items)


def _is_nan(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.size == 1 and _is_nan(value.reshape(-1)[0])
    if isinstance(value, list | tuple):
        return len(value) == 1 and _is_nan(value[0])
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _text(value: str) -> str:
    """Lone surrogates (undecodable file names) have no UTF-8 form."""
    return value.encode("utf-8", "backslashreplace").decode()


def _bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.standard_b64encode(value).decode()


def _numpy(value: Any) -> Json:
    if value.dtype.kind in "fc" and value.dtype.itemsize > _WIDEST[value.dtype.kind]:
        return _numpy(value.astype(f"{value.dtype.kind}{_WIDEST[value.dtype.kind]}"))
    if value.dtype.kind in "Mm":
        return (
            np.datetime_as_string(value).tolist() if value.dtype.kind == "M" else value.astype(str).tolist()
        )
    if value.dtype.names is not None:
        return to_json(dict(zip(value.dtype.names, value.tolist(), strict=True))) if value.ndim == 0 else [
            _numpy(item) for item in value
        ]  # fmt: skip
    if value.dtype.kind == "V":
        return [_bytes(bytes(item)) for item in value.reshape(-1)] if value.ndim else _bytes(bytes(value))
    return to_json(value.tolist())
