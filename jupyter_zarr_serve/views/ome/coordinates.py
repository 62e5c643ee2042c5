"""Coordinates that lie beside an image: arrays along one of its axes, in its group or in one above.

References
----------
https://cfconventions.org/cf-conventions/cf-conventions.html#coordinate-system (coordinates, groups)
https://manual.nexusformat.org/classes/base_classes/NXdata.html (axes)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.chunks import read_region
from ...core.dtypes import Block
from ...core.errors import ServeError, Unavailable, failures_named
from ...core.meant import as_meant
from ...core.nodes import Array, Group, Node

NO_UNITS = ("", "1")
_NOT_ALONG = "."  # of NXdata: an axis without a coordinate


class Around(Mapping[str, Node]):
    """The members of a group, and after them those of the groups above it in the same file.

    Attributes
    ----------
    attributes
        Of the group itself.
    """

    def __init__(self, group: Group, above: "Around | None" = None) -> None:
        self.attributes = group.attributes
        self._own = group.children
        self._above: Mapping[str, Node] = above or {}
        # what lies beside a file or a variable of a kernel tells nothing of what is in it
        are_unrelated = getattr(group.children, "are_unrelated", False)
        self._is_one = group.consolidate and not are_unrelated

    def below(self, group: Group) -> "Around":
        """What is around the members of a group in this one."""
        return Around(group, self if self._is_one else None)

    def is_inherited(self, name: str) -> bool:
        """Whether a name is that of a member of a group above alone."""
        return name not in self._own

    def __getitem__(self, name: str) -> Node:
        try:
            return self._own[name]
        except KeyError as error:
            if error.args != (name,):
                raise
            return self._above[name]

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._own, *self._above))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def coordinate(
    beside: Mapping[str, Node], name: str, length: int, kinds: str, array: Array | None = None
) -> tuple[str, Array, Block] | None:
    """The coordinate of a dimension: its name, it and its elements; None where there is none to be read.

    It bears the name of the dimension, or is one of those that the attribute ``coordinates`` names.
    A damaged coordinate tells nothing; the image is read without it.

    Parameters
    ----------
    beside
        The members of the group that the image is in.
    name, length
        Of the dimension.
    kinds
        The kinds of dtype that are wanted.
    array
        The image, which may name its coordinates.

    Raises
    ------
    Unavailable
        If it cannot be had just now.
    """
    for candidate in (name, *_named(beside, array)):
        try:
            with failures_named(candidate):
                found = beside.get(candidate)
                is_above = isinstance(beside, Around) and beside.is_inherited(candidate)
                is_own = candidate == name and not is_above
                if isinstance(found, Array) and _is_along(found, name, length, kinds, is_own=is_own):
                    meant = as_meant(found)
                    return candidate, meant, read_region(meant, (slice(0, length),))
        except Unavailable:
            raise
        except ServeError:
            continue
    return None


def told_axes(beside: Mapping[str, Node], count: int) -> list[str | None]:
    """What the group of an image calls its axes, as NXdata does; each None where it does not."""
    told: Any = getattr(beside, "attributes", {}).get("axes")
    names = [told] if isinstance(told, str) else list(told) if isinstance(told, list | tuple) else []
    if len(names) != count:
        return [None] * count
    return [name if isinstance(name, str) and name != _NOT_ALONG else None for name in names]


def _named(beside: Mapping[str, Node], array: Array | None) -> list[str]:
    told = [] if array is None else [array.attributes, getattr(beside, "attributes", {})]
    texts = [text for one in told if isinstance(text := one.get("coordinates"), str)]
    return [name for text in texts for name in text.split()]


def _is_along(found: Array, name: str, length: int, kinds: str, *, is_own: bool) -> bool:
    """Whether an array lies along a dimension; one beside that bears its name may say nothing of it."""
    if found.shape != (length,) or found.dtype.kind not in kinds:
        return False
    own = found.dimension_names[0] if found.dimension_names else None
    return own == name or (own is None and is_own)
