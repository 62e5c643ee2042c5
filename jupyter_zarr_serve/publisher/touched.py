"""The part of an array that the user reports as changed."""

from operator import index
from typing import Any

Part = tuple[tuple[int, int], ...]  # for each axis its start and stop


def part_of_index(given: Any, shape: tuple[int, ...]) -> Part:
    """The part of an array that an index selects, as bounds for each axis.

    Parameters
    ----------
    given
        Integers, slices and ``...``, as in ``array[given]``.

    Raises
    ------
    TypeError
        If the index is of another kind.
    IndexError
        If the index is out of bounds, or has more axes than the array.

    Examples
    --------
    >>> part_of_index((3, ...), (10, 4)), part_of_index(slice(2, 4), (10, 4))
    (((3, 4), (0, 4)), ((2, 4), (0, 4)))
    """
    parts = given if isinstance(given, tuple) else (given,)
    dots = [at for at, part in enumerate(parts) if part is Ellipsis]
    if len(dots) > 1 or len(parts) - len(dots) > len(shape):
        raise IndexError(f"the region {given!r} has more axes than the array, which has {len(shape)}")
    missing = (slice(None),) * (len(shape) - len(parts) + len(dots))
    at = dots[0] if dots else len(parts)
    whole = (*parts[:at], *missing, *parts[at + 1 :])
    return tuple(_bounds(part, length) for part, length in zip(whole, shape, strict=True))


def spanned(parts: list[Part]) -> Part:
    """The smallest part that contains all of the given parts, of which there must be at least one.

    Examples
    --------
    >>> spanned([((0, 2),), ((5, 6),)])
    ((0, 6),)
    """
    return tuple((min(a for a, _ in axis), max(b for _, b in axis)) for axis in zip(*parts, strict=True))


def _bounds(part: Any, length: int) -> tuple[int, int]:
    if isinstance(part, slice):
        steps = range(*part.indices(length))
        return (min(steps[0], steps[-1]), max(steps[0], steps[-1]) + 1) if steps else (0, 0)
    try:
        at = index(part)
    except TypeError:
        raise TypeError(f"a region consists of integers, slices and ..., not of {part!r}") from None
    if not -length <= at < length:
        raise IndexError(f"the region is out of bounds: {at} on an axis of length {length}")
    return at % length, at % length + 1
