"""The part of an array that is exported, as a text such as ``0:10,3,:`` says it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import BadRequest
from ..core.grid import Region

_ENTRY = re.compile(r"(?P<index>\d{1,19})|(?P<start>\d{0,19}):(?P<stop>\d{0,19})", re.ASCII)
_SHOWN = 40  # characters of an entry in a message


@dataclass(frozen=True)
class Selection:
    """A part of an array.

    Attributes
    ----------
    region
        One slice per axis of the array, both ends set.
    axes
        The axes that the result has; the others are dropped, as an integer chose their only element.
    """

    region: Region
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return tuple(self.region[axis].stop - self.region[axis].start for axis in self.axes)


def selected(shape: Sequence[int], text: str) -> Selection:
    """The part that a text chooses: an entry for each axis, separated by commas.

    Parameters
    ----------
    text
        An entry is ``:``, ``a:b``, ``a:``, ``:b`` or an index; those that are missing are ``:``.

    Raises
    ------
    BadRequest
        If the text says something else, or chooses what the array has not.

    Examples
    --------
    >>> selected((5, 4, 3), "1:3,2")
    Selection(region=(slice(1, 3, None), slice(2, 3, None), slice(0, 3, None)), axes=(0, 2))
    """
    entries = text.split(",") if text else []
    if len(entries) > len(shape):
        raise BadRequest(f"region: has {len(entries):,} entries, and the array {len(shape)} axes")
    slices, axes = [], []
    for axis, length in enumerate(shape):
        part, is_kept = _chosen(entries[axis] if axis < len(entries) else ":", axis, length)
        slices.append(part)
        if is_kept:
            axes.append(axis)
    return Selection(tuple(slices), tuple(axes))


def _chosen(entry: str, axis: int, length: int) -> tuple[slice, bool]:
    """The slice of an axis, and whether the result has that axis."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise BadRequest(
            f"region: {entry[:_SHOWN]!r} of axis {axis} must be an index or a slice without a step, such "
            "as 3, 2:5, 2:, :5 or :"
        )
    if found["index"] is not None:
        index = int(found["index"])
        if index >= length:
            raise BadRequest(f"region: axis {axis} has {length:,} elements, and none at {index}")
        return slice(index, index + 1), False
    start, stop = int(found["start"] or 0), int(found["stop"] or length)
    if not start <= stop <= length:
        raise BadRequest(f"region: {entry} of axis {axis} is no part of its {length:,} elements")
    return slice(start, stop), True
