"""The axes of an image as OME-Zarr has them: t, c, z, y, x, in this order and all but y and x optional.

Names say which axis is which; where they do not, its place does. Viewers know axes by these letters
alone, so "lat" becomes y and "band" becomes c.

References
----------
https://ngff.openmicroscopy.org/0.4/#axes-md
https://ngff.openmicroscopy.org/0.5/#axes-md
"""

from collections.abc import Sequence
from typing import Any

from ...core.errors import Unreadable
from ...core.nodes import Array
from ...preview.colours import BAND_AXES, has_bands_last

ORDER = "tczyx"
TYPES = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
_NAMES = {
    "t": ("t", "time", "times", "frame", "frames", "date"),
    "c": BAND_AXES,
    "z": ("z", "depth", "level", "lev", "plane", "altitude", "height", "elevation", "slice"),
    "y": ("y", "lat", "latitude", "row", "rows", "northing"),
    "x": ("x", "lon", "longitude", "col", "cols", "column", "columns", "easting"),
}
_LETTERS = {name: letter for letter, names in _NAMES.items() for name in names}


def letters_of(array: Array) -> str:
    """The letter of each axis of an array.

    Raises
    ------
    Unreadable
        If it has fewer than two axes or more than five.

    Examples
    --------
    >>> from jupyter_zarr_serve.core.reading import Reading
    >>> read = Reading(lambda region: None)
    >>> letters_of(Array((5, 8, 9), np.dtype("u2"), (5, 8, 9), read))
    'zyx'
    >>> letters_of(Array((8, 9, 3), np.dtype("u1"), (8, 9, 3), read))
    'yxc'
    """
    count = len(array.shape)
    if not 2 <= count <= len(ORDER):
        raise Unreadable(f"{count} axes; an OME-Zarr image has two to five: read the array itself")
    names = axis_names_of(array)
    known = [_LETTERS.get(name.lower()) if name else None for name in names]
    known = [letter if letter not in known[:axis] else None for axis, letter in enumerate(known)]
    if names[-1] is None and known[-3:-1] in ([None, None], ["y", "x"]) and has_bands_last(array):
        known[-3:] = ["y", "x", "c"]
    placed = _placed(known)
    if {"y", "x"} <= set(placed):
        return "".join(placed)
    return "".join(_placed([None] * count))


def axis_names_of(array: Array) -> Sequence[str | None]:
    """What the source calls its axes: by the attribute ``axes`` or its dimensions."""
    count = len(array.shape)
    given: Any = array.attributes.get("axes")
    if isinstance(given, str | list | tuple) and len(given) == count:
        told = [name if isinstance(name, str) else None for name in given]
        if any(_LETTERS.get(name.lower()) for name in told if name):
            return told
    return array.dimension_names or (None,) * count


def _placed(known: Sequence[str | None]) -> list[str]:
    """The letters, unknown ones filled in: the last ones are x, y and z, those before c and t."""
    left = [letter for letter in "xyz" if letter not in known]
    others = [letter for letter in "ct" if letter not in known]
    unknown = [axis for axis, letter in enumerate(known) if letter is None]
    if len(unknown) - len(left) == 1:
        others.reverse()  # a single further axis is rather time
    places = dict(zip(reversed(unknown), [*left, *others], strict=False))
    return [letter or places.get(axis, "") for axis, letter in enumerate(known)]
