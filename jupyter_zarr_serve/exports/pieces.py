"""A file that is exported, as pieces: each is made by itself, so that nobody ever holds the whole file."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core import limits
from ..core.chunks import read_region
from ..core.dtypes import Block, pack
from ..core.errors import Unreadable
from ..core.grid import Region, region_shape
from ..core.nodes import Array

TARGET = 1 << 24  # bytes of a piece to aim at
_FIXED = "?biufcmMSUV"  # kinds of dtypes whose elements have one length


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a file: its size in bytes, None where only making it tells that; and what makes it."""

    size: int | None
    make: Callable[[], bytes]


@dataclass(frozen=True, eq=False)
class Export:
    """A file to be exported.

    Attributes
    ----------
    pieces
        In the order of the file.
    arrays
        What the file is made of.
    identity
        Whatever else decides which bytes the file has.
    """

    pieces: Sequence[Piece]
    arrays: Sequence[Array] = field(default_factory=tuple)
    identity: tuple[Any, ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes of the file; None where a piece tells no size."""
        sizes = [piece.size for piece in self.pieces]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def known(data: bytes) -> Piece:
    """A piece that is there already."""
    return Piece(len(data), lambda: data)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, small neighbours as one.

    Raises
    ------
    Unreadable
        If the file would have more bytes than may be exported.
    """
    total = sum(piece.size or 0 for piece in pieces)
    if total > limits.EXPORT:
        raise Unreadable(
            f"a file of {total:,} bytes is more than the {limits.EXPORT:,} that are exported at once; "
            "choose a smaller region"
        )
    return [_one(group) for group in _neighbours(pieces)]


def _neighbours(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    size = 0
    for piece in pieces:
        more = TARGET if piece.size is None else piece.size
        if group and size + more > TARGET + (TARGET >> 2):
            yield group
            group, size = [], 0
        group.append(piece)
        size += more
    if group:
        yield group


def _one(group: list[Piece]) -> Piece:
    if len(group) == 1:
        return group[0]
    sizes = [piece.size for piece in group]
    size = None if None in sizes else sum(size for size in sizes if size is not None)
    return Piece(size, lambda: b"".join(piece.make() for piece in group))


def flat(
    array: Array, region: Region, convert: Callable[[Block], Block] = lambda block: block, itemsize: int = 0
) -> list[Piece]:
    """The bytes of a region, in C order and as little-endian as the array is served.

    Parameters
    ----------
    convert
        Makes, of a block, one of the same shape.
    itemsize
        Bytes of its elements; 0 for those of the array's own.

    Raises
    ------
    Unreadable
        If elements have no fixed length.
    """
    if array.dtype.kind not in _FIXED:
        raise Unreadable("its elements vary in length, and this form holds none such")
    itemsize = itemsize or array.dtype.itemsize

    def piece(part: Region) -> Piece:
        size = math.prod(region_shape(part)) * itemsize
        return Piece(size, lambda: pack(convert(read_region(array, part))).tobytes())

    # what can be read at any place at once need not be cut along chunks
    chunk_shape = array.chunk_shape if array.reading.sample is None else (1,) * len(array.shape)
    return [piece(part) for part in parts_of(region, chunk_shape, itemsize)]


def parts_of(region: Region, chunk_shape: Sequence[int], itemsize: int) -> list[Region]:
    """Cut a region into parts that follow each other in C order, along chunks where that is no loss.

    A part has about `TARGET` bytes; up to `limits.EXPORT_PART` where chunks are decoded less often for it.

    Examples
    --------
    >>> parts_of((slice(0, 3), slice(0, 1 << 25)), (1, 1 << 20), 1)[:2]
    [(slice(0, 1, None), slice(0, 16777216, None)), (slice(0, 1, None), slice(16777216, 33554432, None))]
    """
    shape = region_shape(region)
    if 0 in shape:
        return []
    inner = [math.prod(shape[axis + 1 :]) * itemsize for axis in range(len(shape))]
    if not shape:
        return [region]
    axis = next((axis for axis, size in enumerate(inner) if size <= TARGET), len(shape) - 1)
    count = math.prod(shape[:axis])
    cuts = _cuts(region[axis], chunk_shape[axis], max(1, inner[axis]))
    if count * len(cuts) > limits.EXPORT // TARGET * 2:
        raise Unreadable(
            f"more than the {limits.EXPORT:,} bytes that are exported; choose a smaller region"
        )
    starts = [part.start for part in region[:axis]]
    parts = []
    for outer in np.ndindex(shape[:axis]):
        fixed = tuple(slice(start + i, start + i + 1) for start, i in zip(starts, outer, strict=True))
        parts += [(*fixed, cut, *region[axis + 1 :]) for cut in cuts]
    return parts


def _cuts(along: slice, chunk: int, row: int) -> list[slice]:
    """Parts of an axis whose rows have `row` bytes each: whole rows of chunks where they have room."""
    length = max(1, TARGET // row)
    if length >= chunk:
        length -= length % chunk
    elif chunk * row <= limits.EXPORT_PART:
        length = chunk
    else:  # each chunk is decoded several times, as seldom as there is room
        length = max(1, limits.EXPORT_PART // row)
        length = -(-chunk // -(-chunk // length))
    step = chunk if length % chunk == 0 else length
    first = along.start - along.start % step  # so that parts end where chunks end
    edges = [*range(first + length, along.stop, length), along.stop]
    starts = [along.start, *edges[:-1]]
    return [slice(start, stop) for start, stop in zip(starts, edges, strict=True)]
