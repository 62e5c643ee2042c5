"""Where the pixels of an image are: by sizes in its attributes, or by coordinates beside it.

OME-Zarr knows a size and a start for each axis. What it cannot say of a coordinate (that it falls, that it
is uneven, what date its numbers count from) stands in `Scale.coordinate`, which the viewer reads.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import numpy as np

from ...core.dtypes import Block
from ...core.nodes import Array, Node
from .axes import axis_names_of
from .coordinates import NO_UNITS, coordinate, told_axes
from .metadata import Scale

_UNITS = {  # as files spell them: as OME-Zarr does
    "pm": "picometer", "nm": "nanometer", "µm": "micrometer", "μm": "micrometer", "um": "micrometer",
    "mm": "millimeter", "cm": "centimeter", "m": "meter", "km": "kilometer",
    "in": "inch", "Å": "angstrom", "ns": "nanosecond", "µs": "microsecond", "us": "microsecond",
    "ms": "millisecond", "s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day",
    "hr": "hour",
}  # fmt: skip
_WORDS = {
    "micron": "micrometer", "angstrom": "angstrom", "inch": "inch", "inches": "inch", "foot": "foot",
    "feet": "foot", "yard": "yard", "mile": "mile", "msec": "millisecond", "usec": "microsecond",
    "sec": "second", "minute": "minute", "hour": "hour", "day": "day",
}  # fmt: skip
_METRIC = re.compile("(pico|nano|micro|milli|centi|deci|deca|hecto|kilo)?(meter|metre|second)s?")
_LONGEST_SYMBOL = 3  # letters, whose case means something
_LONGEST = 1 << 20  # coordinates that are read
_EVEN = 1e-3  # part of a step that a place may be off
_MOST_LISTED = 4096  # uneven coordinates that are told one by one


def scales_of(array: Array, letters: str, beside: Mapping[str, Node]) -> list[Scale | None]:
    """The scale of each axis of an array; None where it is not known.

    Parameters
    ----------
    letters
        Those by which the attributes of the array may call its axes.
    beside
        The members of the group that the array is in, coordinates of its dimensions among them.
    """
    sizes, units = _told(array, "physical_size"), _told(array, "physical_size_unit")
    found: list[Scale | None] = []
    names = axis_names_of(array)
    if not any(names):
        names = told_axes(beside, len(array.shape))
    for axis, (letter, name) in enumerate(zip_longest(letters, names)):
        key = next((key for key in (letter, name) if key in sizes), None)
        size = sizes.get(key) if key else None
        if isinstance(size, int | float) and np.isfinite(size) and size > 0:
            unit = units.get(key) if key else None
            found.append(Scale(float(size), 0.0, _unit(unit)))
        else:
            found.append(_of_coordinate(beside, array, axis, name) if name else None)
    return found


def _told(array: Array, name: str) -> Mapping[str, Any]:
    told = array.attributes.get(name)
    return told if isinstance(told, Mapping) else {}


def _unit(unit: Any) -> str | None:
    """The unit as OME-Zarr spells it; of a date that numbers count from, the unit they count in."""
    if not isinstance(unit, str) or unit.strip() in NO_UNITS:
        return None
    since = re.match(r"\s*(\w+)\s+since\b", unit)
    spelled: str = since[1].lower() if since else unit.strip()
    if known := _UNITS.get(spelled):
        return known
    word = spelled.lower() if len(spelled) > _LONGEST_SYMBOL else spelled
    metric = _METRIC.fullmatch(word)
    if metric:
        return f"{metric[1] or ''}{'meter' if metric[2].startswith('met') else 'second'}"
    return _WORDS.get(word, _WORDS.get(word.removesuffix("s"), spelled))


def _of_coordinate(beside: Mapping[str, Node], image: Array, axis: int, name: str) -> Scale | None:
    """The scale that a coordinate of an axis gives; None where there is none."""
    length = image.shape[axis]
    found = coordinate(beside, name, length, "iufMm", image) if length <= _LONGEST else None
    if found is None:
        return None
    called, array, stored = found
    values, told = _counted(array, stored)
    if not np.isfinite(values).all():
        return None
    unit = _unit(told.get("units"))
    start, step = values[0].item(), ((values[-1] - values[0]) / max(1, length - 1)).item()
    off = np.abs(values - (start + step * np.arange(length))).max()
    named = {"dimension": called, **told}
    if length == 1:
        return Scale(1.0, start, unit, {**named, "values": [start]})
    if step != 0 and off <= _EVEN * abs(step):
        # viewers know no axis that runs backwards
        first = start if step > 0 and stored.dtype.kind != "M" else 0.0
        return Scale(abs(step), first, unit, {**named, "start": start, "step": step})
    if length <= _MOST_LISTED:
        return Scale(coordinate={**named, "values": values.tolist()})
    return None


def _counted(array: Array, values: Block) -> tuple[Block, dict[str, Any]]:
    """A coordinate as float64, and what its numbers count; NaN where one is missing."""
    if values.dtype.kind == "M":
        seconds = (values - values[0]) / np.timedelta64(1, "s")
        told = {"units": f"seconds since {values[0].astype('M8[ms]')}Z", "calendar": "proleptic_gregorian"}
        return seconds, told
    if values.dtype.kind == "m":
        return _lasting(values), {"units": "seconds"}
    attributes = array.attributes
    told = {
        key: text.strip() for key in ("units", "calendar") if isinstance(text := attributes.get(key), str)
    }
    if told.get("units") in NO_UNITS:
        del told["units"]
    mark = array.missing_mark
    is_missing = np.zeros(values.shape, "?") if mark is None else values == mark
    # the shortest text of a float32 is what its author meant: 0.1, not 0.10000000149
    counted: Block = (
        values.astype("U").astype("f8") if values.dtype.str[1:] in ("f2", "f4") else values.astype("f8")
    )
    factor, offset = attributes.get("scale_factor", 1.0), attributes.get("add_offset", 0.0)
    if isinstance(factor, int | float | np.number) and isinstance(offset, int | float | np.number):
        counted = counted * float(factor) + float(offset)
    return np.where(is_missing, np.nan, counted), told


def _lasting(values: Block) -> Block:
    """Durations in seconds; NaN where one is missing, or lasts as long as its month does."""
    if np.datetime_data(values.dtype)[0] in {"Y", "M", "generic"}:
        return np.full(values.shape, np.nan)
    seconds: Block = values / np.timedelta64(1, "s")
    return seconds
