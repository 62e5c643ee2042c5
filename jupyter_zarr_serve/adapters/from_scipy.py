"""SciPy's sparse matrices and arrays, as dense arrays that are made chunk by chunk.

All formats but COO are read as they are at the time of each read, without an index of our own.

References
----------
https://docs.scipy.org/doc/scipy/reference/sparse.html
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from scipy import sparse

from ..core.dtypes import Block, DType
from ..core.errors import Unreadable
from ..core.grid import Region, region_shape
from ..core.nodes import Array, Node, Policy, make_array
from .coordinates import SPARSE, array_of_elements, place, spread


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The dense view of a sparse matrix or array of any format.

    Raises
    ------
    Unreadable
        If the object is neither, or Zarr cannot spell its dtype.
    """
    raise Unreadable(f"scipy {type(obj).__qualname__}: not a sparse array; convert with numpy.asarray(...)")


@adapt.register(sparse.spmatrix)
@adapt.register(sparse.sparray)
def _(obj: Any, policy: Policy) -> Node:
    return dense_view(obj.format, obj.shape, obj.dtype, lambda: obj, policy)


def dense_view(
    kind: str, shape: Sequence[int], dtype: DType, load: Callable[[], Any], policy: Policy
) -> Array:
    """The dense view of a sparse matrix that need not be in memory yet.

    Parameters
    ----------
    kind
        SciPy's name of its format: "csr", "coo", ...
    load
        Gives the matrix; called for every read, but only once for COO.

    Raises
    ------
    Unreadable
        If the format is unknown or Zarr cannot spell the dtype.
    """
    if kind == "coo":
        return array_of_elements(shape, dtype, lambda: _elements(load()), policy, summed=True)
    if kind not in _READERS:
        raise Unreadable(f"sparse format {kind!r} is unknown; convert with .tocsr()")
    return make_array(shape, dtype, lambda region: _READERS[kind](load(), region), policy, called=SPARSE)


def _elements(matrix: Any) -> tuple[Sequence[Block], Block]:
    return getattr(matrix, "coords", None) or (matrix.row, matrix.col), matrix.data


def _read_csr(matrix: Any, region: Region) -> Block:
    *first, columns = region
    rows = first[0] if first else slice(0, 1)  # a vector is a matrix of one row
    return _read_compressed(matrix, matrix.data, rows, columns).reshape(region_shape(region))


def _read_csc(matrix: Any, region: Region) -> Block:
    rows, columns = region
    return _read_compressed(matrix, matrix.data, columns, rows).T


def _read_bsr(matrix: Any, region: Region) -> Block:
    sizes = matrix.blocksize
    outer = [slice(s.start // n, -(-s.stop // n)) for s, n in zip(region, sizes, strict=True)]
    grid = _read_compressed(matrix, matrix.data, *outer)
    whole = grid.transpose(0, 2, 1, 3).reshape([n * m for n, m in zip(grid.shape, sizes, strict=False)])
    starts = [s.start - o.start * n for s, o, n in zip(region, outer, sizes, strict=True)]
    return whole[tuple(slice(at, at + n) for at, n in zip(starts, region_shape(region), strict=True))]


def _read_compressed(matrix: Any, data: Block, rows: slice, columns: slice) -> Block:
    """Rows and columns of a compressed matrix, by the entries of `indptr` for these rows alone."""
    indptr, indices = matrix.indptr[rows.start : rows.stop + 1].astype(np.int64), matrix.indices
    starts, stops = indptr[:-1], indptr[1:]
    if matrix.has_sorted_indices:
        starts, stops = (_bisect(indices, starts, stops, end) for end in (columns.start, columns.stop))
    at, counts = spread(starts, stops)
    row = np.repeat(np.arange(len(counts)), counts)
    column = indices[at] - columns.start
    width = columns.stop - columns.start
    kept = (column >= 0) & (column < width)
    block = np.zeros((len(counts), width, *data.shape[1:]), data.dtype)
    np.add.at(block, (row[kept], column[kept]), data[at[kept]])
    return block


def _bisect(values: Block, starts: Block, stops: Block, wanted: int) -> Block:
    """Per range of `values`, each in order: where the first value that is not below `wanted` is."""
    low, high = starts, stops
    while (unsure := low < high).any():
        middle = (low + high) // 2
        below = unsure & (values[np.where(unsure, middle, 0)] < wanted)
        low, high = np.where(below, middle + 1, low), np.where(unsure & ~below, middle, high)
    return low


def _read_dia(matrix: Any, region: Region) -> Block:
    rows, columns = region
    block = np.zeros(region_shape(region), matrix.dtype)
    for offset, diagonal in zip(matrix.offsets.tolist(), matrix.data, strict=True):
        start = max(columns.start, rows.start + offset)
        stop = min(columns.stop, rows.stop + offset, len(diagonal))
        if start < stop:
            at = np.arange(start, stop)
            block[at - offset - rows.start, at - columns.start] = diagonal[start:stop]
    return block


def _read_lil(matrix: Any, region: Region) -> Block:
    rows, columns = region
    block = np.zeros(region_shape(region), matrix.dtype)
    for row, indices, values in zip(block, matrix.rows[rows], matrix.data[rows], strict=True):
        start, stop = bisect_left(indices, columns.start), bisect_left(indices, columns.stop)
        if start < stop:
            row[np.subtract(indices[start:stop], columns.start)] = values[start:stop]
    return block


def _read_dok(matrix: Any, region: Region) -> Block:
    block = np.zeros(region_shape(region), matrix.dtype)
    elements = {(key,): value for key, value in matrix.items()} if matrix.ndim == 1 else matrix
    place(block, elements, region)
    return block


_READERS: dict[str, Callable[[Any, Region], Block]] = {
    "bsr": _read_bsr,
    "csc": _read_csc,
    "csr": _read_csr,
    "dia": _read_dia,
    "dok": _read_dok,
    "lil": _read_lil,
}
