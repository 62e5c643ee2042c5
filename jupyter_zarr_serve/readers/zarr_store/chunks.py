"""Reading a region of an array in a Zarr store: find its chunks, decode them, put them together."""

import itertools
import math

import numpy as np

from ...core import limits
from ...core.dtypes import Block, element_size
from ...core.errors import Unreadable
from ...core.grid import Region, covering, overlap, region_shape
from ...core.nodes import Policy
from ...core.stored import Coords
from .metadata import Metadata
from .pipeline import Pipeline, check_size, pipeline_of
from .shards import ChunkAt, Grid, without_shards


def read_region(metadata: Metadata, grid: Grid, policy: Policy, region: Region) -> Block:
    """The elements of a region, in the dtype in which they are stored.

    Parameters
    ----------
    grid
        The array's stored chunks.

    Raises
    ------
    Unreadable
        If they cannot be decoded, or would take more than the policy allows.
    ValueError, RuntimeError, zlib.error, ...
        If a chunk is damaged.
    """
    limit = policy.limit_bytes
    shape = region_shape(region)
    check_size(math.prod(shape) * element_size(metadata.dtype), limit)
    inner = without_shards(grid, limit) if metadata.zarr_format == 3 else grid
    pipeline = pipeline_of(metadata, inner.codecs)
    ranges = covering(region, inner.chunk_shape)
    pieces = math.prod(map(len, ranges))
    if pieces > limits.PIECES:
        raise Unreadable(
            f"{pieces:,} stored chunks of shape {inner.chunk_shape} would have to be put together; read "
            "the array itself, or store it in larger chunks"
        )
    chunk_at = inner.open()
    block = _empty(metadata, shape)
    for coords in itertools.product(*ranges):
        whole = tuple(slice(i * n, (i + 1) * n) for i, n in zip(coords, inner.chunk_shape, strict=True))
        target, source = overlap(region, whole)
        chunk = _decoded(chunk_at, coords, pipeline, inner.chunk_shape, limit)
        if chunk is not None:
            block[target] = chunk[source]
    return block


def _empty(metadata: Metadata, shape: tuple[int, ...]) -> Block:
    """Filled with what absent chunks hold; where no fill value is declared, with zeros."""
    if metadata.fill_value is not None:
        return np.full(shape, metadata.fill_value, metadata.dtype)
    return np.full(shape, b"", object) if metadata.dtype.kind == "O" else np.zeros(shape, metadata.dtype)


def _decoded(
    chunk_at: ChunkAt, coords: Coords, pipeline: Pipeline, chunk_shape: tuple[int, ...], limit: int
) -> Block | None:
    blob = chunk_at(coords)
    if blob is None:
        return None
    check_size(blob.size, limit)
    return pipeline.decode(blob.read(0, blob.size), chunk_shape, limit)
