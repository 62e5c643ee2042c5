"""NumPy's ``.npy`` files: an array read in place, by offsets.

Nothing is unpickled: a file of Python objects is refused. The header is a Python literal; it is
parsed without evaluating anything, and only when it is as short as NumPy itself demands.

References
----------
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import ast
import math
import operator
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numpy.lib import format as npy_format

from ..core import limits
from ..core.dtypes import Block, DType
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.nodes import Array, Policy, make_array
from ..core.reading import Reading
from ..core.strided import ReadAt, read_strided, strided_bytes
from .files import open_at, size_of

_MAX_TEXT = 10_000  # longer literals can exhaust the parser
MAX_HEAD = 12 + _MAX_TEXT  # bytes in which a header ends

# version: struct format of the header's length, encoding of the header
_VERSIONS = {b"\1\0": ("<H", "latin1"), b"\2\0": ("<I", "latin1"), b"\3\0": ("<I", "utf8")}


@dataclass(frozen=True)
class Header:
    """What the header of an ``.npy`` file says; the data start at `offset`, in bytes."""

    shape: tuple[int, ...]
    dtype: DType
    order: Literal["C", "F"]
    offset: int

    @property
    def end(self) -> int:
        """Where the data end, in bytes."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize

    def read(self, read_at: ReadAt, region: Region) -> Block:
        """A region of the array, maybe with steps; `read_at` reads the file that the header begins."""
        return read_strided(read_at, self.offset, self.shape, self.dtype, region, order=self.order)

    def cost(self, region: Region) -> int:
        """How many bytes are read for a region."""
        return strided_bytes(self.shape, self.dtype.itemsize, region, order=self.order)


def read(path: Path, policy: Policy) -> Array:
    """The array in an ``.npy`` file.

    Raises
    ------
    Unreadable
        If the file is damaged, shorter than its header says or holds Python objects.
    """
    size = size_of(path)
    with open_at(path) as read_at:
        header = parse_header(read_at(0, min(size, MAX_HEAD)), path.name)
    if header.end > size:
        raise Unreadable(
            f"{path.name}: is truncated: its header promises {header.end:,} bytes, the file has "
            f"{size:,}; copy or save it again"
        )

    def read_region(region: Region) -> Block:
        with open_at(path) as read_at:
            return header.read(read_at, region)

    reading = Reading(read_region, sample=read_region, cost=header.cost)
    return make_array(header.shape, header.dtype, reading, policy)


def parse_header(head: bytes, name: str) -> Header:
    """The header in the first `MAX_HEAD` bytes of an ``.npy`` file.

    Raises
    ------
    Unreadable
        If it is damaged, too long, or names a dtype whose elements are Python objects.
    """
    try:
        header = _parse(head)
    except (KeyError, MemoryError, RecursionError, SyntaxError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Unreadable(
            f"{name}: no intact .npy header ({reason}); save it again with numpy.save"
        ) from error
    if header.dtype.hasobject:
        raise Unreadable(
            f"{name}: holds pickled Python objects (dtype {header.dtype}), which are never loaded; save "
            "it as numbers, text or bytes: numpy.save(..., allow_pickle=False)"
        )
    return header


def _parse(head: bytes) -> Header:
    if head[:6] != npy_format.MAGIC_PREFIX:
        raise ValueError("the magic bytes are missing")
    pattern, encoding = _VERSIONS.get(head[6:8], ("", ""))
    if not pattern:
        raise ValueError(f"unknown version {list(head[6:8])}")
    start = 8 + struct.calcsize(pattern)
    length = int.from_bytes(head[8:start], "little")
    if length > _MAX_TEXT:
        raise ValueError(f"{length:,} bytes, more than the {_MAX_TEXT:,} that are safe to parse")
    if len(head) < start + length:
        raise ValueError("the file ends within it")
    fields = _literal(head[start : start + length].decode(encoding))
    dtype = npy_format.descr_to_dtype(fields["descr"])
    if dtype.subdtype is not None:
        raise ValueError(f"the elements of {dtype} are arrays")
    order: Literal["C", "F"] = "F" if fields["fortran_order"] else "C"
    return Header(_shape(fields["shape"]), dtype, order, start + length)


def _literal(text: str) -> dict[str, Any]:
    """A literal dictionary; Python 2 wrote its long integers as 3L."""
    try:
        fields = ast.literal_eval(text)
    except SyntaxError:
        fields = ast.literal_eval(re.sub(r"(?<=\d)L(?=[,)])", "", text))
    if not isinstance(fields, dict):
        raise TypeError("it is no dictionary")
    return fields


def _shape(shape: Any) -> tuple[int, ...]:
    lengths = tuple(operator.index(n) for n in shape)
    if len(lengths) > limits.AXES or not all(0 <= n <= limits.LENGTH for n in lengths):
        raise ValueError(f"the shape {str(shape)[:80]} is impossible")
    return lengths
