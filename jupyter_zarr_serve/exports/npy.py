"""Export to NumPy's format ``.npy``: little-endian, in C order.

References
----------
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import io
import struct
from collections.abc import Sequence

import numpy as np

from ..core.dtypes import DType
from ..core.errors import BadRequest, Unreadable
from ..core.nodes import Array, Node
from .asked import Asked
from .pieces import Export, flat, joined, known
from .selection import selected

_ALIGNMENT = 64  # bytes


def npy(node: Node, asked: Asked) -> Export:
    """The file of a region of an array.

    Raises
    ------
    BadRequest
        If it is no array, or the region is none of it.
    Unreadable
        If its elements vary in length.
    """
    if not isinstance(node, Array) or asked.is_of_rows:
        raise BadRequest("npy: holds one array; name one, or export this as csv or parquet")
    if node.dtype.kind in "TO":
        raise Unreadable("npy: holds no elements that vary in length; export them as json or csv")
    selection = selected(node.shape, asked.region)
    pieces = [known(header(node.dtype, selection.shape)), *flat(node, selection.region)]
    return Export(joined(pieces), (node,), (selection,))


def header(dtype: DType, shape: Sequence[int]) -> bytes:
    """What a file begins with, in the oldest version of the format that can say it."""
    told = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": tuple(shape)}
    for write in (np.lib.format.write_array_header_1_0, np.lib.format.write_array_header_2_0):
        file = io.BytesIO()
        try:
            write(file, told)
        except (UnicodeEncodeError, ValueError):  # names that are not of Latin letters, or very many
            continue
        return file.getvalue()
    text = repr(told).encode()
    begin = np.lib.format.magic(3, 0)
    padding = -(len(begin) + 4 + len(text) + 1) % _ALIGNMENT
    return begin + struct.pack("<I", len(text) + padding + 1) + text + b" " * padding + b"\n"
