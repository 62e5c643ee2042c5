"""Dense views of elements given by coordinates: a chunk costs what its own elements cost.

The elements are sorted by the chunk they lie in, once, when the first chunk is read. Nothing here
depends on a sparse library, and indices that lie outside the array are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np

from ..core.dtypes import Block, DType, canonical, element_size
from ..core.errors import Unreadable
from ..core.grid import Region, chunk_shape_for, region_shape
from ..core.nodes import Array, Policy, make_array

Elements = tuple[Sequence[Block], Block]  # one array of indices per axis, and the values there
SPARSE = "sparse"  # what people call such arrays


def array_of_elements(
    shape: Sequence[int],
    dtype: DType,
    load: Callable[[], Elements],
    policy: Policy,
    *,
    fill_value: Any = None,
    summed: bool = False,
) -> Array:
    """The dense view of elements.

    Parameters
    ----------
    load
        Gives the elements; called once, when the first chunk is read.
    fill_value
        What all other elements are; None for zero.
    summed
        Whether values at the same place are added up; otherwise no place may occur twice.

    Raises
    ------
    Unreadable
        If Zarr cannot spell the dtype.
    """
    chunks = chunk_shape_for(shape, element_size(canonical(dtype)), policy.target_bytes)
    index = _Index(load, shape, chunks)

    def read(region: Region) -> Block:
        coords, values = index.inside(region)
        block = np.full((1, *region_shape(region)), 0 if fill_value is None else fill_value, dtype)
        # one more axis, as an index of no axes means something else
        at = (np.zeros(len(values), np.intp), *coords)
        if summed:
            np.add.at(block, at, values)
        else:
            block[at] = values
        return block[0, ...]

    return make_array(shape, dtype, read, policy, chunk_shape=chunks, fill_value=fill_value, called=SPARSE)


class _Index:
    """Elements in the order of the chunks they lie in; of chunks, only those with elements."""

    def __init__(self, load: Callable[[], Elements], shape: Sequence[int], chunks: Sequence[int]) -> None:
        self._load, self._shape, self._chunks = load, shape, chunks
        self._sorting = Lock()
        self._is_sorted = False

    def inside(self, region: Region) -> Elements:
        """The elements of a region, their coordinates relative to it."""
        with self._sorting:
            if not self._is_sorted:
                self._sort()
                self._is_sorted = True
        at, _ = spread(*self._runs(region))
        chosen = self._order[at]
        coords = [indices[chosen] for indices in self._coords]
        kept = np.ones(len(chosen), bool)
        for indices, s in zip(coords, region, strict=True):
            kept &= (s.start <= indices) & (indices < s.stop)
        relative = [indices[kept] - s.start for indices, s in zip(coords, region, strict=True)]
        return relative, self._values[chosen[kept]]

    def _sort(self) -> None:
        coords, values = self._load()
        _check(coords, len(values), self._shape)
        # a small type of indices could not hold the bounds they are compared with
        self._coords = [indices.astype(np.int64, copy=False) for indices in coords]
        self._values = values
        blocks = [indices // c for indices, c in zip(self._coords, self._chunks, strict=True)]
        blocks = blocks or [np.zeros(len(self._values), np.intp)]  # no axes: one chunk
        self._order = np.lexsort(blocks[::-1])
        blocks = [numbers[self._order] for numbers in blocks]
        is_first = np.zeros(len(self._values), bool)
        is_first[:1] = True
        for numbers in blocks:
            is_first[1:] |= numbers[1:] != numbers[:-1]
        starts = np.flatnonzero(is_first)
        self._ends = np.append(starts, len(self._values))
        self._blocks = [numbers[starts] for numbers in blocks]

    def _runs(self, region: Region) -> tuple[Block, Block]:
        """Where, in sorted order, elements of the chunks that a region touches start and stop."""
        bounds = [(s.start // c, -(-s.stop // c)) for s, c in zip(region, self._chunks, strict=True)]
        bounds = bounds or [(0, 1)]
        low, high = np.searchsorted(self._blocks[0], bounds[0])
        touched = np.ones(high - low, bool)
        for numbers, (start, stop) in zip(self._blocks, bounds, strict=True):
            touched &= (start <= numbers[low:high]) & (numbers[low:high] < stop)
        chosen = low + np.flatnonzero(touched)
        return self._ends[chosen], self._ends[chosen + 1]


def spread(starts: Block, stops: Block) -> tuple[Block, Block]:
    """All integers of the ranges between `starts` and `stops`, and the length of each range.

    Examples
    --------
    >>> spread(np.array([3, 8, 8]), np.array([5, 8, 9]))
    (array([3, 4, 8]), array([2, 0, 1]))
    """
    counts = np.maximum(stops - starts, 0)
    shifts = starts - (np.cumsum(counts) - counts)
    return np.repeat(shifts, counts) + np.arange(counts.sum()), counts


def expand(indices: Block, indptr: Block, shape: Sequence[int], compressed: Sequence[int]) -> list[Block]:
    """Coordinates from compressed ones: `compressed` axes, raveled, are the rows of `indptr`.

    Raises
    ------
    Unreadable
        If the two arrays contradict each other or the shape.
    """
    others = [axis for axis in range(len(shape)) if axis not in compressed]
    counts = np.diff(indptr)
    rows = np.repeat(np.arange(len(counts)), counts) if len(compressed) else np.zeros(len(indices), np.intp)
    if len(rows) != len(indices):
        raise Unreadable("indptr and indices of the sparse array contradict each other; save it again")
    # the leading 1 lets NumPy unravel indices of no axes, too
    coords = [
        *np.unravel_index(rows, [1, *(shape[axis] for axis in compressed)])[1:],
        *np.unravel_index(indices, [1, *(shape[axis] for axis in others)])[1:],
    ]
    return [coords[i] for i in np.argsort([*compressed, *others])]


def place(block: Block, elements: Mapping[tuple[int, ...], Any], region: Region) -> None:
    """Put those elements of a dictionary of keys that lie in a region into a block of its shape.

    The dictionary may change between two reads, so no index of it is kept; whichever are fewer are
    looked at, its elements or the places in the block.
    """
    starts = [s.start for s in region]
    if block.size < len(elements):
        for index in np.ndindex(block.shape):
            value = elements.get(tuple(i + start for i, start in zip(index, starts, strict=True)))
            if value is not None:
                block[index] = value
        return
    for key, value in list(elements.items()):
        if all(s.start <= i < s.stop for i, s in zip(key, region, strict=True)):
            block[tuple(i - start for i, start in zip(key, starts, strict=True))] = value


def _check(coords: Sequence[Block], count: int, shape: Sequence[int]) -> None:
    consistent = len(coords) == len(shape) and all(
        indices.shape == (count,)
        and indices.dtype.kind in "iu"
        and (count == 0 or (indices.min() >= 0 and indices.max() < length))
        for indices, length in zip(coords, shape, strict=True)
    )
    if not consistent:
        raise Unreadable("coordinates of the sparse array lie outside its shape; save it again")
