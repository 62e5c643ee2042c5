"""Where the pixels of an image are: by sizes in its attributes, or by coordinates beside it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.nodes import Array, Node
from .axes import letters_of, names_of
from .coordinates import coordinate
from .metadata import Scale

_UNITS = {  # as files spell them: as OME-Zarr does
    "pm": "picometer", "nm": "nanometer", "µm": "micrometer", "μm": "micrometer", "um": "micrometer",
    "micron": "micrometer", "mm": "millimeter", "cm": "centimeter", "m": "meter", "km": "kilometer",
    "in": "inch", "Å": "angstrom", "ns": "nanosecond", "µs": "microsecond", "us": "microsecond",
    "ms": "millisecond", "s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day",
    "metre": "meter", "metres": "meter", "meters": "meter", "seconds": "second",
    "hours": "hour", "days": "day",
}  # fmt: skip
_LONGEST = 1 << 20  # coordinates that are read
_EVEN = 1e-3  # part of a step that steps may differ by


def scales_of(array: Array, beside: Mapping[str, Node]) -> dict[str, Scale]:
    """The scale of each axis that is known, by its letter.

    Parameters
    ----------
    beside
        The members of the group that the array is in, coordinates of its dimensions among them.
    """
    sizes, units = _told(array, "physical_size"), _told(array, "physical_size_unit")
    found: dict[str, Scale] = {}
    for axis, (letter, name) in enumerate(zip(letters_of(array), names_of(array), strict=True)):
        key = next((key for key in (letter, name) if key in sizes), None)
        size = sizes.get(key) if key else None
        if isinstance(size, int | float) and np.isfinite(size) and size > 0:
            unit = units.get(key) if key else None
            found[letter] = Scale(float(size), 0.0, _unit(unit))
        elif name:
            scale = _of_coordinate(beside, name, array.shape[axis])
            if scale is not None:
                found[letter] = scale
    return found


def _told(array: Array, name: str) -> Mapping[str, Any]:
    told = array.attributes.get(name)
    return told if isinstance(told, Mapping) else {}


def _unit(unit: Any) -> str | None:
    return _UNITS.get(unit, unit) if isinstance(unit, str) and unit else None


def _of_coordinate(beside: Mapping[str, Node], name: str, length: int) -> Scale | None:
    """The scale that evenly spaced coordinates have; None where there are none."""
    found = coordinate(beside, name, length, "iufM") if 1 < length <= _LONGEST else None
    if found is None:
        return None
    array, values = found
    unit = _unit(array.attributes.get("units"))
    if values.dtype.kind == "M":
        values, unit = (values - values[0]) / np.timedelta64(1, "s"), "second"
    values = values.astype("f8")
    steps = np.diff(values)
    step = float(steps.mean())
    if not np.isfinite(values).all() or step == 0 or np.abs(steps - step).max() > _EVEN * abs(step):
        return None
    # viewers know no axis that runs backwards
    return Scale(abs(step), float(values[0]) if step > 0 else 0.0, unit)
