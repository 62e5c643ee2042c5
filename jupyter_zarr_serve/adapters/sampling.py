"""Elements that lie apart, of arrays in memory and of arrays that are mapped from a file."""

from functools import partial
from mmap import mmap
from typing import Any, Literal

import numpy as np

from ..core.dtypes import Block
from ..core.reading import Read, Reading


def reading_of(array: Block, read: Read) -> Reading:
    """How to read an array whose regions `read` gives.

    Of a mapped file whole pages are read; where that cost is not known, there are no samples.
    """
    if not _is_mapped(array):
        return Reading(read, sample=read)
    if not array.flags.forc:
        return Reading(read)
    from ..core.strided import strided_bytes  # which kernels hardly ever need

    order: Literal["C", "F"] = "C" if array.flags.c_contiguous else "F"
    cost = partial(strided_bytes, array.shape, array.itemsize, order=order)
    return Reading(read, sample=read, cost=cost)


def _is_mapped(array: Block) -> bool:
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return isinstance(base, mmap)
