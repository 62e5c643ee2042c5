"""Reading all of an array, chunk by chunk, with a bar of progress where that takes long."""

import itertools
import math
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from warnings import catch_warnings

import numpy as np

from ...serve.rows import KINDS, array_told
from ..opening import node_of
from ..reader import Near, Reader

_AT_ONCE = 32 << 20  # bytes that are read between two steps of the bar
_LONG = 2.0  # seconds

Region = tuple[slice, ...]


def array_of(reader: Reader, kind: str, wanted: str) -> Any:
    """The zarr array that a reader reads.

    Raises
    ------
    ValueError
        If it is a group.
    """
    if kind != "array":
        members = ", ".join(itertools.islice(reader.members(), 10))
        raise ValueError(
            f"{reader} is a group, of which no {wanted} is made; open one of its members: {members}"
        )
    return node_of(reader, kind)


def whole(array: Any, title: str = "") -> Any:
    """All values of a zarr array."""
    is_near = _is_near(array)
    if not array.shape or (array.nbytes <= _AT_ONCE and not is_near):
        return array[...]
    values = np.empty(array.shape, array.dtype)
    with progress(math.prod(array.shape) * array.dtype.itemsize, title) as bar:
        for region in slabs(array.shape, array.chunks, array.dtype.itemsize):
            is_near = is_near and _filled(values[region], array, region[0])
            if not is_near:
                values[region] = array[region]
            if bar is not None:
                bar.update(values[region].nbytes)
    return values


def _is_near(array: Any) -> bool:
    reader = getattr(array.store, "reader", None)
    is_plain = array.dtype.kind in KINDS and 0 not in array.shape
    return is_plain and reader is not None and isinstance(reader.way, Near)


def _filled(values: Any, array: Any, rows: slice) -> bool:
    """Whether rows of an array came as they are, past the server, without chunks."""
    shape, dtype = array_told(array.shape, array.dtype)
    room = memoryview(values.reshape(-1).view(np.uint8))
    reader: Reader = array.store.reader.below(*filter(None, array.path.split("/")))
    return reader.fill(room, start=rows.start, stop=rows.stop, shape=shape, dtype=dtype)


def slabs(shape: tuple[int, ...], chunks: tuple[int, ...], size: int) -> Iterator[Region]:
    """Regions of whole chunks along the first axis that have a length, each of about `_AT_ONCE` bytes."""
    row = max(1, math.prod(shape[1:]) * size * chunks[0])
    step = max(1, _AT_ONCE // row) * chunks[0]
    rest = tuple(slice(0, length) for length in shape[1:])
    for start in range(0, shape[0], step):
        yield (slice(start, min(start + step, shape[0])), *rest)


def progress(total: int, title: str) -> Any:
    """A bar of ``tqdm`` that shows up once it takes long, where that is installed; else nothing.

    Parameters
    ----------
    total
        In bytes; few of them have no bar.
    """
    if total <= _AT_ONCE:
        return nullcontext()
    try:
        with catch_warnings(action="ignore"):  # a notebook without ipywidgets gets a bar of text
            from tqdm.auto import tqdm
    except ImportError:
        return nullcontext()
    return tqdm(total=total, desc=title, unit="B", unit_scale=True, delay=_LONG, leave=False)
