"""The options of `publish` for images, as attributes of the array that views read."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import Unreadable
from ..core.nodes import Array
from ..views.ome.axes import TYPES, letters_of


def image_fields(array: Array, axes: Any, scale: Any, unit: Any) -> dict[str, Any]:
    """The fields of an `Array` that hold the options of an image; None is an option that was not given.

    Raises
    ------
    ValueError
        If an option does not fit the array; the message says what would.
    """
    fields: dict[str, Any] = {}
    attributes = dict(array.attributes)
    if axes is not None:
        names = _names(array, axes)
        attributes["axes"] = "".join(names) if max(map(len, names)) == 1 else names
        if array.dimension_names is None:
            fields["dimension_names"] = tuple(names)
    if scale is not None or unit is not None:
        letters = _letters(replace(array, attributes=attributes, **fields))
        attributes["physical_size"] = dict(zip(letters, _steps(array, scale), strict=True))
        attributes["physical_size_unit"] = _units(letters, unit)
    return {**fields, "attributes": attributes}


def _letters(array: Array) -> str:
    try:
        return letters_of(array)
    except Unreadable as error:
        raise ValueError(f"scale and unit are for images: {error}") from error


def _names(array: Array, axes: Any) -> list[str]:
    names = list(axes) if isinstance(axes, Iterable) else []
    is_text = all(isinstance(name, str) and name for name in names)
    if not is_text or len(names) != len(array.shape) or len(set(names)) != len(names) or not names:
        raise ValueError(
            f"axes={axes!r} does not fit the shape {array.shape}; give one letter or name for each axis, "
            "such as 'tczyx'"
        )
    return names


def _steps(array: Array, scale: Any) -> list[float]:
    """The size of a pixel along each axis; a single number holds for all axes."""
    count = len(array.shape)
    given = [1.0] * count if scale is None else scale if isinstance(scale, Iterable) else [scale] * count
    try:
        steps = [float(step) for step in given]
    except (TypeError, ValueError):
        steps = []
    if len(steps) != count or not all(0 < step < float("inf") for step in steps):
        raise ValueError(
            f"scale={scale!r} does not fit the shape {array.shape}; give one positive number for each axis"
        )
    return steps


def _units(letters: str, unit: Any) -> dict[str, str]:
    """The unit of each axis that has one; a single unit holds for the axes of space."""
    if unit is None:
        return {}
    if isinstance(unit, str):
        return {letter: unit for letter in letters if TYPES[letter] == "space"}
    is_fitting = isinstance(unit, Sequence) and len(unit) == len(letters)
    if not is_fitting or not all(one is None or isinstance(one, str) for one in unit):
        raise ValueError(
            f"unit={unit!r} does not fit the axes {letters!r}; give one, such as 'micrometer', or one or "
            "None for each axis"
        )
    return {letter: one for letter, one in zip(letters, unit, strict=True) if one}
