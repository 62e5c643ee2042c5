"""The role of each axis of an array in an image, as an address says it: a letter, an index or a projection.

``t,max,y,x`` is one word for each axis of the array: along the first is time, of the second there is the
greatest value, rows and columns are the others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...core.errors import BadRequest
from ...core.limits import AXES
from .axes import ORDER

PROJECTIONS = ("max", "mean", "sum")
_INDEX = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)


@dataclass(frozen=True)
class Roles:
    """The role of each axis.

    Attributes
    ----------
    words
        One for each axis: a letter of `ORDER`, an index, or one of `PROJECTIONS`.
    """

    words: tuple[str, ...]

    @property
    def letters(self) -> str:
        """The letters of the axes that are left, in the order of the array."""
        return "".join(word for word in self.words if word in ORDER)

    @property
    def projection(self) -> str:
        """What is made of the elements along all axes that are projected; "" where none is."""
        return next((word for word in self.words if word in PROJECTIONS), "")

    def axes(self, kind: str) -> list[int]:
        """The axes whose word is `kind`; "" stands for a letter."""
        return [
            axis for axis, word in enumerate(self.words) if (word in ORDER if kind == "" else word == kind)
        ]

    def fitted(self, shape: Sequence[int]) -> list[slice]:
        """The part of an array, along each axis, that the roles choose.

        Raises
        ------
        BadRequest
            If there are other axes, or no such element.
        """
        if len(self.words) != len(shape):
            raise BadRequest(f"{len(self.words)} roles for {len(shape)} axes: name one for each")
        return [
            _part(word, axis, length)
            for axis, (word, length) in enumerate(zip(self.words, shape, strict=True))
        ]


def _part(word: str, axis: int, length: int) -> slice:
    if word in ORDER or word in PROJECTIONS:
        return slice(0, length)
    index = int(word)
    if index >= length:
        raise BadRequest(f"axis {axis} has no element {index}: it has {length}")
    return slice(index, index + 1)


def roles_of(text: str) -> Roles:
    """The roles that an address says.

    Raises
    ------
    BadRequest
        If a word is unknown, a letter is there twice, y or x is missing, or projections differ.

    Examples
    --------
    >>> roles_of("y,3,max,x").letters
    'yx'
    """
    words = tuple(text.split(","))
    letters = [word for word in words if len(word) == 1 and word in ORDER]
    known = [word for word in words if word in letters or word in PROJECTIONS or _INDEX.fullmatch(word)]
    if len(words) > AXES or len(known) < len(words):
        raise BadRequest(
            f"roles of axes are {', '.join(ORDER)}, an index, or one of {', '.join(PROJECTIONS)}"
        )
    if len(set(letters)) < len(letters) or not {"y", "x"} <= set(letters):
        raise BadRequest("one axis is y and another one is x, and no two have the same letter")
    if len({word for word in words if word in PROJECTIONS}) > 1:
        raise BadRequest("several axes are projected in one way: to the max, the mean or the sum")
    return Roles(words)
