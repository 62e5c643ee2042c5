"""Reading a region of a raw, contiguous array inside a file by few reads.

A gap between two wanted runs of bytes is read over when that costs less than another read would. A
disk delivers whole pages, so a read is taken to cost as much as one page of further bytes.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from .errors import Unreadable
from .grid import Region, region_shape

ReadAt = Callable[[int, int], bytes]  # offset and length, in bytes

_PAGE = 4096  # bytes that one more read is worth
_MAX_SLAB = 1 << 24  # bytes read at once when not all of them are wanted


def read_strided(
    read_at: ReadAt,
    offset: int,
    shape: Sequence[int],
    dtype: np.dtype[Any],
    region: Region,
    *,
    order: Literal["C", "F"] = "C",
) -> np.ndarray[Any, Any]:
    """Read a region of an array whose elements lie one after another in a file.

    A region that is one run of bytes takes one read and is not copied. Any other takes memory for
    itself and at most 16 MiB more.

    Parameters
    ----------
    read_at
        Gives the bytes at an offset; see `readers.files.open_at`.
    offset
        Where the array's first element lies, in bytes.
    dtype
        The dtype in the file, in any byte order; it may be structured.
    region
        One slice per axis, both ends set and in bounds; it may have a step.
    order
        "F" when the first axis varies fastest.

    Raises
    ------
    Unreadable
        If elements are not stored in place (object, StringDType), or the file is too short (`read_at`).

    Examples
    --------
    >>> data = bytes(range(12))
    >>> read_strided(lambda at, n: data[at:at + n], 0, (3, 4), np.dtype("u1"), (slice(1, 3), slice(0, 2)))
    array([[4, 5],
           [8, 9]], dtype=uint8)
    """
    if dtype.hasobject:  # NumPy would take the file's bytes for pointers
        raise Unreadable(f"dtype {dtype}: its elements lie outside the array; save them as text or numbers")
    if order == "F":
        return read_strided(read_at, offset, shape[::-1], dtype, region[::-1]).T
    counts = region_shape(region)
    if 0 in counts or dtype.itemsize == 0:
        return np.zeros(counts, dtype)
    strides = _strides(shape, dtype.itemsize)
    start = offset + sum(s.start * stride for s, stride in zip(region, strides, strict=True))
    block = _gathered(read_at, start, *_steps(counts, strides, dtype.itemsize, region), dtype)
    return block if block.ndim == len(counts) else block[..., 0]


def strided_bytes(
    shape: Sequence[int], itemsize: int, region: Region, *, order: Literal["C", "F"] = "C"
) -> int:
    """How many bytes `read_strided` reads, where no read counts for less than a page."""
    if order == "F":
        return strided_bytes(shape[::-1], itemsize, region[::-1])
    counts = region_shape(region)
    if 0 in counts or itemsize == 0:
        return 0
    counts, strides = _steps(counts, _strides(shape, itemsize), itemsize, region)
    axis = _slab_axis(counts, strides, itemsize)
    return math.prod(counts[:axis]) * max(_PAGE, _span(counts[axis:], strides[axis:], itemsize))


def _steps(
    counts: tuple[int, ...], strides: tuple[int, ...], itemsize: int, region: Region
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How often to go how far along each axis; elements that lie apart are an axis of their own."""
    far = tuple(stride * (s.step or 1) for s, stride in zip(region, strides, strict=True))
    return (counts, far) if far == () or far[-1] == itemsize else ((*counts, 1), (*far, itemsize))


def _gathered(
    read_at: ReadAt, start: int, counts: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    span = _span(counts, strides, dtype.itemsize)
    axis = _slab_axis(counts, strides, dtype.itemsize)
    if span == math.prod(counts) * dtype.itemsize or (axis == 0 and span <= _MAX_SLAB):
        return np.ndarray(counts, dtype, read_at(start, span), 0, strides)
    block = np.empty(counts, dtype)
    for index in np.ndindex(counts[:axis]):
        at = start + sum(i * stride for i, stride in zip(index, strides, strict=False))
        _read_rows(read_at, at, block[index], strides[axis:])
    return block


def _strides(shape: Sequence[int], itemsize: int) -> tuple[int, ...]:
    """Bytes between neighbours along each axis, in C order."""
    strides = [itemsize]
    for length in reversed(shape[1:]):
        strides.insert(0, strides[0] * int(length))
    return tuple(strides[: len(shape)])


def _span(counts: Sequence[int], strides: Sequence[int], itemsize: int) -> int:
    """Bytes from the first wanted element to the end of the last."""
    return itemsize + sum((n - 1) * stride for n, stride in zip(counts, strides, strict=True))


def _slab_axis(counts: Sequence[int], strides: Sequence[int], itemsize: int) -> int:
    """The axis from which on everything between the wanted elements is read too."""
    cheapest, best = math.inf, 0
    for axis in range(len(counts)):
        row = _span(counts[axis + 1 :], strides[axis + 1 :], itemsize)
        slab = _span(counts[axis:], strides[axis:], itemsize)
        cost = math.prod(counts[:axis]) * (slab + _PAGE)
        fits = row <= _MAX_SLAB or axis == len(counts) - 1
        if fits and cost < cheapest:
            cheapest, best = cost, axis
    return best


def _read_rows(read_at: ReadAt, start: int, block: np.ndarray[Any, Any], strides: tuple[int, ...]) -> None:
    """Fill a block from one slab, or from several where it is large."""
    row = _span(block.shape[1:], strides[1:], block.itemsize)
    rows = max(1, (_MAX_SLAB - row) // strides[0] + 1)
    for first in range(0, len(block), rows):
        part = block[first : first + rows]
        data = read_at(start + first * strides[0], _span(part.shape, strides, block.itemsize))
        part[:] = np.ndarray(part.shape, block.dtype, data, 0, strides)
