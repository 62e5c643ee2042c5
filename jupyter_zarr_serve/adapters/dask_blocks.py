"""Blocks of dask collections, computed when a chunk needs them and remembered for its neighbours.

They are computed by whatever scheduler the process has at that time, also from other threads than the
main one.
"""

import asyncio
import concurrent.futures
import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import dask.array as da
import numpy as np

from ..core.dtypes import Block, DType, canonical, sealed
from ..core.elements import converted
from ..core.errors import Unavailable, Unreadable
from ..core.grid import Region, region_shape
from ..core.memory import MEMORY, Share
from .dask_progress import computed, counting
from .tensors import as_numpy

_OBJECT = 8  # an object takes about this many times the pointer to it

Compute = Callable[[list[Any]], Sequence[Any]]


class Computed:
    """What is computed of one collection; forgotten with it.

    Parameters
    ----------
    compute
        Gives the blocks at some places, computed together.
    """

    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._blocks: Share[Any] = Share(MEMORY, "dask", _size, is_costly=True)

    def get(self, places: Sequence[Any]) -> list[Any]:
        """The blocks at some places; each computed by one thread while others that want it wait."""

        def make(missing: list[Any]) -> Sequence[Any]:
            made: Sequence[Any] = computing(lambda: self._compute(missing))
            return made

        return self._blocks.all_made(places, make)


def _size(block: Any) -> int:
    return int(block.nbytes) * (_OBJECT if block.dtype == object else 1)


class DaskReader:
    """Reads regions of a dask array, by blocks of it.

    Raises
    ------
    Unreadable
        If the lengths of its blocks are not known.
    """

    def __init__(self, array: Any) -> None:
        if any(math.isnan(length) for lengths in array.chunks for length in lengths):
            raise Unreadable("a dask array of unknown shape; call its .compute_chunk_sizes() first")
        self._array = array
        self._ends = [np.cumsum(lengths) for lengths in array.chunks]
        self._computed = Computed(partial(_blocks, array))

    def __call__(self, region: Region) -> Block:
        """The elements of a region."""
        parts = list(self._parts(region))
        if sum(self._size(coords) for coords, _, _ in parts) > MEMORY.limit_bytes:
            # too large to be remembered: dask may know how to compute less than a block
            whole: Block = computing(lambda: as_numpy(self._array[region].compute(**counting())))
            return whole
        blocks = self._computed.get([coords for coords, _, _ in parts])
        if len(parts) == 1:
            return np.asarray(blocks[0][(*parts[0][1], ...)])
        result = np.empty(region_shape(region), _held(self._array.dtype))
        for block, (_, inside, target) in zip(blocks, parts, strict=True):
            result[target] = block[inside]
        return result

    def _parts(self, region: Region) -> Iterator[tuple[tuple[int, ...], Region, Region]]:
        """The blocks a region touches: coordinates, what is wanted of them, and where it belongs."""
        axes = [list(_cuts(ends, s)) for ends, s in zip(self._ends, region, strict=True)]
        for cuts in itertools.product(*axes):
            coords, inside, target = zip(*cuts, strict=True) if cuts else ((), (), ())
            yield coords, inside, target

    def _size(self, coords: tuple[int, ...]) -> int:
        return math.prod(_shape(self._array, coords)) * int(self._array.dtype.itemsize)


def _blocks(array: Any, places: list[tuple[int, ...]]) -> list[Block]:
    keys = [(array.name, *place) for place in places]
    blocks = computed(da.Array, array.__dask_graph__(), keys)
    return [sealed(_announced(array, place, block)) for place, block in zip(places, blocks, strict=True)]


def _announced(array: Any, coords: tuple[int, ...], given: Any) -> Block:
    """A block as dask announced it.

    Raises
    ------
    Unreadable
        If it is of another shape or dtype.
    """
    block, shape = as_numpy(given), _shape(array, coords)
    if block.shape != shape:
        raise Unreadable(
            f"block {coords} has shape {block.shape} where dask announced {shape}; "
            "give map_blocks the right chunks="
        )
    held = _held(array.dtype)
    if held.kind == "O":
        return block.astype(object, copy=False)
    try:
        return converted(block, held)
    except Unreadable:
        raise Unreadable(
            f"block {coords} is of dtype {block.dtype} where dask announced {array.dtype}; "
            "give map_blocks the right dtype= or meta=, or convert the blocks with .astype(...)"
        ) from None


def _shape(array: Any, coords: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(lengths[i] for lengths, i in zip(array.chunks, coords, strict=True))


def _held(dtype: Any) -> DType:
    """The dtype in which blocks are kept."""
    plain = np.dtype(dtype)
    return plain if plain.kind == "O" else canonical(plain)


def chunk_shape_of(array: Any) -> tuple[int, ...] | None:
    """The shape of a dask array's blocks, if it is regular."""
    if all(_is_regular(lengths) for lengths in array.chunks):
        return tuple(lengths[0] for lengths in array.chunks)
    return None


def computing(compute: Callable[[], Any]) -> Any:
    """What dask computes.

    Raises
    ------
    Unavailable
        If the scheduler or its workers were lost meanwhile.
    """
    try:
        return compute()
    except _lost() as error:
        raise Unavailable(
            f"dask could not compute it ({type(error).__name__}: {error}); look at the cluster and retry"
        ) from error


def _lost() -> tuple[type[BaseException], ...]:
    """What schedulers raise when a cluster fails rather than a task."""
    lost = (asyncio.CancelledError, concurrent.futures.CancelledError, TimeoutError)
    if "distributed" not in sys.modules:
        return lost
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    return (*lost, KilledWorker, CommClosedError)


def _cuts(ends: Block, wanted: slice) -> Iterator[tuple[int, slice, slice]]:
    """The blocks along an axis that a slice touches: number, what is wanted of it, where it belongs."""
    first = int(np.searchsorted(ends, wanted.start, side="right"))
    at = wanted.start
    for number in range(first, len(ends)):
        start, end = int(ends[number - 1]) if number else 0, min(int(ends[number]), wanted.stop)
        if end > at:
            yield number, slice(at - start, end - start), slice(at - wanted.start, end - wanted.start)
        at = max(at, end)
        if at >= wanted.stop:
            return


def _is_regular(lengths: tuple[int, ...]) -> bool:
    return len(set(lengths[:-1])) <= 1 and lengths[-1] <= lengths[0]
