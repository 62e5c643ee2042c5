"""Reading nodes in tests, without any encoding."""

import itertools
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from jupyter_zarr_serve.core.grid import Region, grid_shape, region_of, region_shape
from jupyter_zarr_serve.core.nodes import Array, Group, Node
from jupyter_zarr_serve.core.walk import child_of

# What libraries of file formats raise over damaged files.
FILE_FAILURES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def child(node: Node, path: str) -> Node:
    """The node at a path below another."""
    for name in path.split("/"):
        assert isinstance(node, Group)
        node = child_of(node, name, "")
    return node


def chunks_of(array: Array) -> Iterator[Region]:
    """The region of every chunk of the grid."""
    for coords in itertools.product(*map(range, grid_shape(array.shape, array.chunk_shape))):
        yield region_of(coords, array.shape, array.chunk_shape)


def read_all(array: Array) -> np.ndarray:
    """The whole array, read chunk by chunk as a server would."""
    whole = np.empty(array.shape, array.dtype)
    for region in chunks_of(array):
        block = np.asarray(array.read(region))
        assert block.shape == region_shape(region)
        whole[(*region, ...)] = block.astype(array.dtype)
    return whole
