"""Reading a sample of an array: few bytes, but from all over it, and as plain numbers.

A small array is read whole. Of a large one, elements that lie evenly apart are read, if the source can do
that; else whole chunks that lie evenly apart, as part of a chunk often costs as much as all of it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..core.chunks import read_as, read_region
from ..core.dtypes import Block, DType, element_size
from ..core.grid import Region, grid_shape, region_of, region_shape
from ..core.nodes import Array
from ..core.progress import steps

LIMIT_BYTES = 16 << 20
_MOST_READS = 256
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Numbers:
    """Values as real numbers that can be compared.

    Attributes
    ----------
    values
        Integers, or floats in which NaN stands for whatever is missing; of complex numbers, the
        magnitude; of times, the count since the epoch.
    nan_count
        How many are missing.
    """

    values: Block
    nan_count: int


def is_numeric(dtype: DType) -> bool:
    """Whether values are numbers, or can be shown as numbers."""
    return dtype.names is None and dtype.kind in "biufcMm"


def whole(array: Array) -> Region:
    """The region that is all of an array."""
    return tuple(slice(0, n) for n in array.shape)


def fits(array: Array, region: Region) -> bool:
    """Whether a region is small enough to be read at once."""
    return math.prod(region_shape(region)) * element_size(array.dtype) <= LIMIT_BYTES


def is_cheap(array: Array, region: Region, most: int = LIMIT_BYTES) -> bool:
    """Whether reading a region, maybe with steps, by the array's `sample` takes few bytes."""
    cost = array.reading.cost
    fitting = math.prod(region_shape(region)) * element_size(array.dtype) <= most
    return fitting and (cost is None or cost(region) <= most)


def picked(array: Array, region: Region) -> Block:
    """The elements of a region whose slices have steps, of an array that has a `sample`.

    Raises
    ------
    Exception
        Whatever the array's `sample` raises.
    """
    return read_as(array.dtype, array.reading.sample or array.read, region)


def sample(array: Array) -> tuple[list[Block], bool]:
    """Blocks of an array, and whether they are not all of it.

    Raises
    ------
    Exception
        Whatever the array's `read` raises.
    """
    everything = whole(array)
    if fits(array, everything):
        return [read_region(array, everything)], False
    cell = cell_shape(array)
    grid = grid_shape(array.shape, cell)
    most = min(_MOST_READS, reads_of(array, cell))
    cells = list(evenly_apart(math.prod(grid), most))
    blocks = [
        read_region(array, region_of(_coords(at, grid), array.shape, cell)) for at in steps(cells, "parts")
    ]
    return blocks, math.prod(grid) > most


def reads_of(array: Array, cell: tuple[int, ...]) -> int:
    """How many cells may be read."""
    return max(1, min(_MOST_READS, LIMIT_BYTES // (math.prod(cell) * element_size(array.dtype))))


def cell_shape(array: Array) -> tuple[int, ...]:
    """The shape of what is read at once: a chunk, or a part of one that is too large."""
    cell = list(array.chunk_shape)
    while math.prod(cell) * element_size(array.dtype) > LIMIT_BYTES:
        longest = cell.index(max(cell))
        cell[longest] = -(-cell[longest] // 2)
    return tuple(cell)


def evenly_apart(total: int, most: int) -> Iterator[int]:
    """At most `most` of the first `total` numbers, evenly apart but for a shift that never repeats.

    Without the shift they could all lie in one column of a grid.

    Examples
    --------
    >>> list(evenly_apart(3, 5)), list(evenly_apart(100, 5))
    ([0, 1, 2], [0, 32, 44, 77, 89])
    """
    if total <= most:
        yield from range(total)
        return
    for at in range(most):
        start, stop = at * total // most, (at + 1) * total // most
        yield start + int((stop - start) * (at * _GOLDEN % 1))


def _coords(index: int, grid: tuple[int, ...]) -> tuple[int, ...]:
    coords = []
    for length in reversed(grid):
        index, coord = divmod(index, length)
        coords.append(coord)
    return tuple(reversed(coords))


def numbers(array: Array, block: Block) -> Numbers:
    """The values of a block of an array, for which `is_numeric` holds, as numbers."""
    missing = _is_missing(array, block)
    if block.dtype.kind == "c":
        with np.errstate(over="ignore", invalid="ignore"):
            block = np.abs(block)
    elif block.dtype.kind in "Mm":
        block = block.view("i8")
    elif block.dtype.kind == "b":
        block = block.view("u1")
    count = int(np.count_nonzero(missing))
    if count and block.dtype.kind != "f":
        block = block.astype("f8")
    if count:
        block = np.where(missing, np.nan, block)
    return Numbers(block, count)


def _is_missing(array: Array, block: Block) -> Block:
    missing = np.isnat(block) if block.dtype.kind in "Mm" else np.isnan(block)
    mark = array.missing_mark
    return missing if mark is None or mark != mark else missing | (block == mark)  # noqa: PLR0124 (NaN)
