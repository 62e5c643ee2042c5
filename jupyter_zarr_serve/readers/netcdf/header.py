"""The header of a classic NetCDF file: dimensions, attributes, and where each variable lies.

All three versions are read: classic, 64-bit offset and 64-bit data (CDF-1, CDF-2, CDF-5).

References
----------
https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html
"""

import math
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from ...core.dtypes import DType
from ...core.errors import Unreadable

_TYPES = dict(enumerate(["i1", "S1", "i2", "i4", "f4", "f8", "u1", "u2", "u4", "i8", "u8"], start=1))
_CHAR = 2
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12
_MOST = 1 << 20  # members of a list


@dataclass(frozen=True)
class Variable:
    """A variable, and where its values lie.

    Attributes
    ----------
    begin
        Offset of the first value, in bytes.
    record_stride
        Bytes from one record to the next; 0 for a variable without records.
    """

    name: str
    dimension_names: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: DType
    attributes: dict[str, Any]
    begin: int
    record_stride: int = 0

    @property
    def record_bytes(self) -> int:
        """Bytes of one record, or of all values where there are no records."""
        return math.prod(self.shape[1:] if self.record_stride else self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Header:
    """What a header says."""

    variables: dict[str, Variable]
    attributes: dict[str, Any]


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of a file of `size` bytes.

    Raises
    ------
    Unreadable
        If it is cut off or damaged.
    """
    return _Parser(file, size).header()


class _Parser:
    """Reads a header from start to end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._version = self._take(4)[3]
        self._count_bytes = 8 if self._version == 5 else 4
        self._offset_bytes = 4 if self._version == 1 else 8

    def header(self) -> Header:
        records = self._count()
        dimensions = [(self._name(), self._count()) for _ in range(self._list(_DIMENSIONS))]
        attributes = self._attributes()
        variables = [self._variable(dimensions) for _ in range(self._list(_VARIABLES))]
        return Header(self._with_records(variables, dimensions, records), attributes)

    def _with_records(
        self, variables: list[Variable], dimensions: list[tuple[str, int]], records: int
    ) -> dict[str, Variable]:
        """The variables with the record dimension's length and stride put in."""
        unlimited = {name for name, length in dimensions if length == 0}
        varying = [v for v in variables if v.dimension_names and v.dimension_names[0] in unlimited]
        sizes = [math.prod(v.shape[1:]) * v.dtype.itemsize for v in varying]
        stride = sizes[0] if len(sizes) == 1 else sum(-(-size // 4) * 4 for size in sizes)
        if records == (1 << 8 * self._count_bytes) - 1:  # the writer left it to the size of the file
            begin = min((v.begin for v in varying), default=0)
            records = max(0, self._size - begin) // max(1, stride)
        known = {v.name: v for v in variables}
        for v in varying:
            known[v.name] = replace(v, shape=(records, *v.shape[1:]), record_stride=stride)
        return known

    def _variable(self, dimensions: list[tuple[str, int]]) -> Variable:
        name = self._name()
        axes = [self._count() for _ in range(self._length())]
        if any(axis >= len(dimensions) for axis in axes):
            raise Unreadable(f"{name}: has a dimension that the file does not define; it is damaged")
        attributes = self._attributes()
        dtype = self._dtype(self._number(4))
        self._count()  # its size, which follows from its shape (and is wrong for more than 4 GiB)
        names, shape = tuple(dimensions[i][0] for i in axes), tuple(dimensions[i][1] for i in axes)
        return Variable(name, names, shape, dtype, attributes, self._number(self._offset_bytes))

    def _attributes(self) -> dict[str, Any]:
        return {self._name(): self._values() for _ in range(self._list(_ATTRIBUTES))}

    def _values(self) -> Any:
        kind, count = self._number(4), self._count()
        dtype = self._dtype(kind)
        data = self._padded(count * dtype.itemsize)
        if kind == _CHAR:
            return data.rstrip(b"\0").decode("utf-8", "backslashreplace")
        values = np.frombuffer(data, dtype).astype(dtype.newbyteorder("="))
        return values[0] if values.size == 1 else values

    def _dtype(self, kind: int) -> DType:
        if kind not in _TYPES:
            raise Unreadable(f"a NetCDF type of number {kind}, which does not exist; the file is damaged")
        return np.dtype(f">{_TYPES[kind]}")

    def _list(self, tag: int) -> int:
        found, count = self._number(4), self._length()
        if found not in (0, tag) or (found == 0 and count):
            raise Unreadable("the NetCDF header is damaged; write the file again")
        return count

    def _length(self) -> int:
        count = self._count()
        if count > min(_MOST, self._size):
            raise Unreadable(f"the NetCDF header lists {count:,} members; the file is damaged")
        return count

    def _name(self) -> str:
        return self._padded(self._count()).decode("utf-8", "backslashreplace")

    def _count(self) -> int:
        return self._number(self._count_bytes)

    def _number(self, length: int) -> int:
        return int.from_bytes(self._take(length), "big")

    def _padded(self, length: int) -> bytes:
        return self._take(-(-length // 4) * 4)[:length]

    def _take(self, length: int) -> bytes:
        data = self._file.read(length) if length <= self._size else b""
        if len(data) < length:
            raise Unreadable("the NetCDF header ends too early; the file is truncated or damaged")
        return data
