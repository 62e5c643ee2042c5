"""Regular chunk grids: their arithmetic, and the policy that chooses a chunk shape.

Chunks have about `target_bytes` raw bytes, tiles of images up to twice as many. A chunk never spans
a part of the source's own chunks: it is one of them, several whole ones, or an even part of one (a
nearly even one where a length has no fitting divisor). Images get square tiles whose sides are
powers of two, tables blocks of rows, everything else boxes that are near to cubes.
"""

import math
from collections.abc import Sequence
from typing import Literal

from . import limits
from .errors import Unreadable

Layout = Literal["box", "tile", "rows"]
Region = tuple[slice, ...]

_SMALL_PLANE = 16  # planes of less than this part of the target are joined
_SLACK = 8  # a source's own chunk is kept when its size is within this factor of the target


def check_shape(shape: Sequence[int]) -> None:
    """Refuse a shape that no array can have, whatever the source claims.

    Raises
    ------
    Unreadable
        If there are too many axes, or a length is negative or no 64-bit integer.
    """
    if len(shape) > limits.AXES:
        raise Unreadable(
            f"{len(shape):,} axes are more than the {limits.AXES} of NumPy; store it with fewer"
        )
    if not all(0 <= length <= limits.LENGTH for length in shape):
        raise Unreadable("it claims a length that is no 64-bit integer; repair its metadata")


def check_chunk(chunk_shape: Sequence[int], itemsize: int, limit_bytes: int) -> None:
    """Refuse a chunk of more than `limit_bytes` bytes; raises `Unreadable`."""
    raw = math.prod(chunk_shape) * itemsize
    if raw > limit_bytes:
        raise Unreadable(
            f"one chunk of shape {tuple(chunk_shape)} takes {raw:,} bytes, more than the "
            f"{limit_bytes:,} allowed; store the data in smaller chunks or raise "
            "c.ZarrServeApp.chunk_limit_bytes"
        )


def chunk_shape_for(
    shape: Sequence[int],
    itemsize: int,
    target_bytes: int,
    *,
    source_chunks: Sequence[int] | None = None,
    layout: Layout = "box",
    spatial: tuple[int, ...] | None = None,
) -> tuple[int, ...]:
    """Choose the chunk shape for an array.

    Parameters
    ----------
    shape
        Shape of the array.
    itemsize
        Bytes per element; an estimate for variable-length ones.
    target_bytes
        Raw size of a chunk to aim at, in bytes.
    source_chunks
        The source's own chunk shape, to be aligned with.
    layout
        "box" for anything, "tile" for images, "rows" for tables.
    spatial
        With "tile": the two axes (y, x) of the image plane; the last two when None.

    Examples
    --------
    >>> chunk_shape_for((10_000, 10_000), 8, 1 << 20)
    (256, 512)
    >>> chunk_shape_for((5, 4, 3000, 2000), 4, 1 << 20, layout="tile")
    (1, 1, 512, 512)
    >>> chunk_shape_for((10_000, 32, 32), 2, 1 << 20, layout="tile")
    (512, 32, 32)
    >>> chunk_shape_for((), 8, 1 << 20)
    ()
    """
    lengths = [max(1, n) for n in shape]
    budget = max(1, target_bytes // max(1, itemsize))
    if source_chunks is not None:
        return _aligned(lengths, [max(1, c) for c in source_chunks], budget)
    if layout == "rows" and lengths:
        return (_rows(lengths, budget), *lengths[1:])
    if layout == "tile" and len(lengths) >= 2:
        return _tiles(lengths, budget, spatial or (len(lengths) - 2, len(lengths) - 1))
    return _box(lengths, budget)


def _rows(lengths: list[int], budget: int) -> int:
    width = math.prod(lengths[1:])
    return min(lengths[0], _floor_power_of_two(max(1, budget // width)))


def _box(lengths: list[int], budget: int) -> tuple[int, ...]:
    """The whole array if it fits, else powers of two, as equal as the shape allows."""
    if math.prod(lengths) <= budget:
        return tuple(lengths)
    side = 1
    while math.prod(min(n, side * 2) for n in lengths) <= budget:
        side *= 2
    box = [min(n, side) for n in lengths]
    for axis in reversed(range(len(box))):
        longer = min(lengths[axis], box[axis] * 2)
        if math.prod(box) // box[axis] * longer <= budget:
            box[axis] = longer
    return tuple(box)


def _tiles(lengths: list[int], budget: int, spatial: tuple[int, ...]) -> tuple[int, ...]:
    """Square tiles of 256 to 1024 pixels; viewers want the same power of two on both sides.

    They have between half the budget and twice as much, rather more than less: fewer requests.
    """
    side = min(1024, max(256, _floor_power_of_two(math.isqrt(2 * budget))))
    tile = [min(n, side) if axis in spatial else 1 for axis, n in enumerate(lengths)]
    for axis in reversed(range(len(tile))):  # many small planes share a chunk
        if axis not in spatial and math.prod(tile) * _SMALL_PLANE <= budget:
            tile[axis] = min(lengths[axis], budget // math.prod(tile))
    return tuple(tile)


def _aligned(lengths: list[int], chunks: list[int], budget: int) -> tuple[int, ...]:
    """The source's chunks as they are, or several whole ones, or an even part of one."""
    size = math.prod(chunks)
    whole = [math.ceil(n / c) * c for n, c in zip(lengths, chunks, strict=True)]
    shape = list(chunks)
    if size * _SLACK < budget:
        for axis in reversed(range(len(shape))):
            room = budget // math.prod(shape)
            times = max(1, min(room, math.ceil(lengths[axis] / shape[axis])))
            shape[axis] = min(shape[axis] * times, whole[axis])
    elif size > budget * _SLACK:
        for axis in range(len(shape)):
            excess = math.ceil(math.prod(shape) / budget)
            shape[axis] = -(-shape[axis] // _divisor_near(shape[axis], excess))
    return tuple(shape)


def _divisor_near(length: int, wanted: int) -> int:
    """The smallest divisor of `length` from `wanted` on; `wanted` itself if it is far away."""
    if wanted >= length:
        return length
    pairs = [(d, length // d) for d in range(1, math.isqrt(length) + 1) if length % d == 0]
    nearest = min(d for pair in pairs for d in pair if d >= wanted)
    return nearest if nearest <= wanted * _SLACK else wanted


def _floor_power_of_two(n: int) -> int:
    return 1 << (n.bit_length() - 1)


def grid_shape(shape: Sequence[int], chunk_shape: Sequence[int]) -> tuple[int, ...]:
    """The number of chunks along each axis; 0 where the array is empty."""
    return tuple(-(-n // c) for n, c in zip(shape, chunk_shape, strict=True))


def in_grid(coords: Sequence[int], shape: Sequence[int], chunk_shape: Sequence[int]) -> bool:
    """Whether the chunk grid of an array has a chunk at `coords`."""
    return len(coords) == len(shape) and all(
        0 <= i < n for i, n in zip(coords, grid_shape(shape, chunk_shape), strict=True)
    )


def spelled_coords(parts: Sequence[str], ndim: int) -> tuple[int, ...] | None:
    """The coordinates that texts of digits spell, one per axis; None where they are none.

    No coordinate has more than 19 digits, and Python would refuse to read thousands.
    """
    if len(parts) != ndim or not all(p.isdecimal() and p.isascii() and len(p) <= 19 for p in parts):
        return None
    return tuple(map(int, parts))


def region_of(coords: Sequence[int], shape: Sequence[int], chunk_shape: Sequence[int]) -> Region:
    """The part of the array a chunk covers, clipped to its shape.

    Examples
    --------
    >>> region_of((1, 0), (5, 4), (3, 4))
    (slice(3, 5, None), slice(0, 4, None))
    """
    return tuple(
        slice(i * c, min((i + 1) * c, n)) for i, c, n in zip(coords, chunk_shape, shape, strict=True)
    )


def region_shape(region: Region) -> tuple[int, ...]:
    """The shape of a region whose slices have both ends, and maybe a step."""
    return tuple(-((s.start - s.stop) // (s.step or 1)) for s in region)


def covering(region: Region, chunk_shape: Sequence[int]) -> tuple[range, ...]:
    """The chunks that a region touches: along each axis, their coordinates.

    Examples
    --------
    >>> covering((slice(2, 7), slice(4, 4)), (3, 4))
    (range(0, 3), range(0, 0))
    """
    return tuple(
        range(s.start // n, -(-s.stop // n)) if s.stop > s.start else range(0)
        for s, n in zip(region, chunk_shape, strict=True)
    )


def within(part: Region, whole: Region) -> Region:
    """The region that a part of another region is, counted from where that begins.

    Examples
    --------
    >>> within((slice(5, 6),), (slice(3, 9),))
    (slice(2, 3, None),)
    """
    return tuple(slice(p.start - w.start, p.stop - w.start) for p, w in zip(part, whole, strict=True))


def overlap(one: Region, other: Region) -> tuple[Region, Region]:
    """Where the common part of two regions lies in the one and in the other.

    Examples
    --------
    >>> overlap((slice(2, 7),), (slice(6, 9),))
    ((slice(4, 5, None),), (slice(0, 1, None),))
    """
    starts = [max(a.start, b.start) for a, b in zip(one, other, strict=True)]
    stops = [min(a.stop, b.stop) for a, b in zip(one, other, strict=True)]
    common = tuple(slice(start, max(start, stop)) for start, stop in zip(starts, stops, strict=True))
    return within(common, one), within(common, other)
