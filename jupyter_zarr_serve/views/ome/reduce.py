"""Halving images: each pixel of the smaller one stands for two by two of the larger one.

The mean is that of the pixels that are there: at odd edges of fewer than four, and without those that
are NaN or marked as missing. Means of integers are rounded to the nearest, halves to the even one, and
never overflow.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...core.dtypes import Block, DType

Halve = Callable[[Block], Block]
_WIDER = {1: 2, 2: 4, 4: 8}  # bytes of the integers in which four can be added


def nearest(block: Block) -> Block:
    """Every other pixel along the last two axes: of labels nobody can take the mean."""
    return block[..., ::2, ::2]


def mean_of(dtype: DType, missing: Any = None) -> Halve:
    """What takes means of elements of a dtype along the last two axes.

    Parameters
    ----------
    missing
        The value of elements that are none; None where there is no such value. NaN always is one.

    Examples
    --------
    >>> mean_of(np.dtype("u1"))(np.array([[1, 2, 9], [2, 2, 4]], "u1"))
    array([[2, 6]], dtype=uint8)
    """
    if dtype.kind == "f":
        return partial(_mean_of_floats, None if missing is None or np.isnan(missing) else missing)
    exact = _mean_of_wide if dtype.itemsize == 8 else _mean_of_integers
    return exact if missing is None else partial(_mean_of_present, missing, exact)


def _mean_of_floats(missing: Any, block: Block) -> Block:
    with np.errstate(invalid="ignore", over="ignore"):
        mean = _sum(block, block.dtype)
        mean *= mean.dtype.type(0.25)
    is_absent = np.isnan(mean).any() or (missing is not None and (block == missing).any())
    return _mean_where_present(block, missing) if is_absent else mean


def _mean_where_present(block: Block, missing: Any) -> Block:
    """The mean of the floats that are neither NaN nor `missing`; of none, what they are."""
    absent = np.isnan(block)
    if missing is not None:
        absent |= block == missing
    with np.errstate(invalid="ignore", over="ignore"):
        total = _sum(np.where(absent, block.dtype.type(0), block), block.dtype)
        count = _sum(~absent, np.dtype("u1"))
        mean: Block = total / count.astype(block.dtype)
    if missing is not None:
        mean[count == 0] = missing
    return mean


def _mean_of_integers(block: Block) -> Block:
    total = _sum(block, np.dtype(f"{block.dtype.kind}{_WIDER[block.dtype.itemsize]}"))
    is_odd = total >> 2
    is_odd &= 1
    total += is_odd
    total += 1
    total >>= 2
    return total.astype(block.dtype)


def _mean_of_wide(block: Block) -> Block:
    """The mean of integers that nothing wider can hold: of quotients and remainders apart."""
    quotient = _sum(block >> 2, block.dtype)
    rest = _sum(block & 3, block.dtype)
    quotient += rest >> 2
    rest &= 3
    mean: Block = quotient + ((rest + 1 + (quotient & 1)) >> 2)
    return mean


def _mean_of_present(missing: Any, exact: Halve, block: Block) -> Block:
    absent = block == missing
    if not absent.any():
        return exact(block)
    # long doubles hold every integer of 64 bits where the machine has them
    total = _sum(np.where(absent, 0, block), np.dtype(np.longdouble))
    count = _sum(~absent, np.dtype("u1"))
    mean = np.rint(total / np.maximum(count, 1)).astype(block.dtype)
    mean[count == 0] = missing
    return mean


def _sum(block: Block, dtype: DType) -> Block:
    """The sums of two by two; rows first, as they lie in memory.

    An edge without a neighbour is its own: that leaves means as they are.
    """
    y, x = block.shape[-2:]
    if y % 2:
        block = np.concatenate([block, block[..., -1:, :]], axis=-2)
    if x % 2:
        block = np.concatenate([block, block[..., -1:]], axis=-1)
    rows = np.add(block[..., ::2, :], block[..., 1::2, :], dtype=dtype)
    total: Block = np.add(rows[..., ::2], rows[..., 1::2])
    return total
