"""Elements that lie apart, of arrays in memory and of arrays that are mapped from a file."""

from functools import partial
from mmap import mmap
from typing import Any, Literal

import numpy as np

from ..core.dtypes import Block
from ..core.nodes import Read


def sampling(array: Block, read: Read) -> dict[str, Any]:
    """The members `sample` and `sample_bytes` of the node of an array, whose regions `read` gives.

    Of a mapped file whole pages are read, so its cost has to be known; where it is not, there are none.
    """
    if not _is_mapped(array):
        return {"sample": read}
    if not array.flags.forc:
        return {}
    from ..core.strided import strided_bytes  # which kernels hardly ever need

    order: Literal["C", "F"] = "C" if array.flags.c_contiguous else "F"
    return {
        "sample": read,
        "sample_bytes": partial(strided_bytes, array.shape, array.itemsize, order=order),
    }


def _is_mapped(array: Block) -> bool:
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return isinstance(base, mmap)
