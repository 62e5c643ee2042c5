"""Sparse matrices in AnnData files (``.h5ad``), as dense arrays that are read by rows or columns.

References
----------
https://anndata.readthedocs.io/en/latest/fileformat-prose.html#sparse-arrays
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.chunks import read_region
from ...core.dtypes import Block
from ...core.errors import Unreadable
from ...core.grid import Region, chunk_shape_for
from ...core.nodes import Array, Node, Policy, make_array
from ..coordinates import SPARSE

_OF_GROUPS = {"encoding-type", "encoding-version", "shape", "h5sparse_format", "h5sparse_shape"}
_OF_ARRAYS = {"encoding-type": "array", "encoding-version": "0.2.0"}  # by which AnnData reads an array
_BY_ROWS, _BY_COLUMNS = ("csr_matrix", "csr"), ("csc_matrix", "csc")
_WIDEST = 16  # lines of up to this many times the size of a chunk are read whole


def is_sparse(attributes: Mapping[str, Any]) -> bool:
    """Whether a group with these attributes is a sparse matrix."""
    return _encoding(attributes) in _BY_ROWS + _BY_COLUMNS


def _encoding(attributes: Mapping[str, Any]) -> Any:
    """How a matrix is compressed; AnnData before 0.7 had other names for it."""
    return attributes.get("encoding-type", attributes.get("h5sparse_format"))


def sparse_array(parts: Mapping[str, Node], attributes: Mapping[str, Any], policy: Policy) -> Array:
    """The dense array of a sparse matrix.

    Parameters
    ----------
    parts
        The group's members `data`, `indices` and `indptr`.

    Raises
    ------
    Unreadable
        If they are missing or do not fit together.
    """
    given = attributes.get("shape", attributes.get("h5sparse_shape", ()))
    shape = tuple(int(n) for n in np.reshape(given, -1))
    if len(shape) != 2 or min(shape) < 0:
        raise Unreadable(f"a sparse matrix of shape {shape}; write it with anndata again")
    by_rows = _encoding(attributes) in _BY_ROWS
    lines = shape if by_rows else shape[::-1]
    data, indices, indptr = (_part(parts, name) for name in ("data", "indices", "indptr"))
    if indptr.shape[0] != lines[0] + 1 or data.shape != indices.shape:
        raise Unreadable("a sparse matrix whose parts do not fit together; write it with anndata again")
    matrix = _Matrix(data, indices, indptr, lines[1], policy.limit_bytes)
    size = data.dtype.itemsize
    layout = "rows" if lines[1] * size <= policy.target_bytes * _WIDEST else "box"
    chunks = chunk_shape_for(lines, size, policy.target_bytes, layout=layout)  # type: ignore[arg-type]

    kept = {name: value for name, value in attributes.items() if name not in _OF_GROUPS}

    def read(region: Region) -> Block:
        return matrix.dense(*region) if by_rows else matrix.dense(*region[::-1]).T

    return make_array(
        shape, data.dtype, read, policy, called=SPARSE,
        chunk_shape=chunks if by_rows else chunks[::-1], attributes={**kept, **_OF_ARRAYS},
    )  # fmt: skip


def _part(parts: Mapping[str, Node], name: str) -> Array:
    part = parts.get(name)
    if not isinstance(part, Array) or len(part.shape) != 1 or part.dtype.kind not in "biufc":
        raise Unreadable(f"a sparse matrix without a list of numbers {name!r}; write it with anndata again")
    return part


@dataclass(frozen=True)
class _Matrix:
    """Compressed lines (rows or columns); `width` is the length of a line."""

    data: Array
    indices: Array
    indptr: Array
    width: int
    limit_bytes: int

    def dense(self, lines: slice, across: slice) -> Block:
        """A block of the matrix; elements that are stored twice count twice, as in SciPy."""
        ends = read_region(self.indptr, (slice(lines.start, lines.stop + 1),)).astype(np.int64)
        counts = np.diff(ends)
        span = (slice(int(ends[0]), int(ends[-1])),)
        self._check(span[0], counts)
        at = read_region(self.indices, span).astype(np.int64)
        if at.size and not 0 <= np.min(at) <= np.max(at) < self.width:
            raise Unreadable(f"a sparse matrix with an index outside of its {self.width:,} places")
        wanted = (at >= across.start) & (at < across.stop)
        line = np.repeat(np.arange(len(counts)), counts)[wanted]
        block = np.zeros((len(counts), across.stop - across.start), self.data.dtype)
        values = read_region(self.data, span)[wanted]
        np.add.at(block, (line, at[wanted] - across.start), values)
        return block

    def _check(self, span: slice, counts: Block) -> None:
        if counts.min() < 0 or span.start < 0 or span.stop > self.data.shape[0]:
            raise Unreadable("a sparse matrix whose lines end before they start, or beyond its data")
        if (span.stop - span.start) * max(8, self.data.dtype.itemsize) > self.limit_bytes:
            raise Unreadable(
                f"{span.stop - span.start:,} elements of a sparse matrix in one chunk, more than "
                f"{self.limit_bytes:,} bytes; sum its duplicates"
            )
