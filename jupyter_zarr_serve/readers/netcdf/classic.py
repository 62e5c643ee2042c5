"""Classic NetCDF files: each variable is read from where the header says it lies."""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from ...core.children import Children
from ...core.dtypes import Block
from ...core.grid import Region, region_shape
from ...core.nodes import Array, Group, Node, Policy, make_array
from ...core.strided import ReadAt, read_strided
from ..files import open_at, open_binary, size_of
from .header import Variable, read_header

_SMALL_RECORD = 1 << 16  # records of up to this many bytes are read together with what lies between
_BATCH = 1 << 22  # bytes read at once


def read(path: Path, policy: Policy) -> Node:
    """The group of a classic NetCDF file's variables.

    Raises
    ------
    Unreadable
        If the header is damaged.
    """
    with io.BufferedReader(open_binary(path)) as file:
        header = read_header(file, size_of(path))
    variables = header.variables
    children = Children(variables, lambda name: _array(path, variables[name], policy))
    return Group(children, header.attributes, called="dataset")


def _array(path: Path, variable: Variable, policy: Policy) -> Array:
    def read_region(region: Region) -> Block:
        with open_at(path) as read_at:
            return _region(read_at, variable, region)

    attributes = dict(variable.attributes)
    if variable.dtype.kind == "S" and "_FillValue" in attributes:
        attributes["_FillValue"] = np.bytes_(str(attributes["_FillValue"]).encode())
    mark: Any = attributes.get("_FillValue")
    return make_array(
        variable.shape, variable.dtype, read_region, policy,
        attributes=attributes, dimension_names=variable.dimension_names,
        fill_value=mark if np.ndim(mark) == 0 else None,
    )  # fmt: skip


def _region(read_at: ReadAt, variable: Variable, region: Region) -> Block:
    if variable.record_stride in (0, variable.record_bytes):
        return read_strided(read_at, variable.begin, variable.shape, variable.dtype, region)
    block = np.empty(region_shape(region), variable.dtype)
    stride, records = variable.record_stride, region[0]
    batch = max(1, _BATCH // stride) if stride <= _SMALL_RECORD else 1
    for first in range(records.start, records.stop, batch):
        part = slice(first, min(first + batch, records.stop))
        inside = slice(part.start - records.start, part.stop - records.start)
        at = variable.begin + first * stride
        if batch > 1:
            block[inside] = _records(read_at, at, variable, part.stop - part.start)[:, *region[1:]]
        else:
            block[inside] = read_strided(read_at, at, variable.shape[1:], variable.dtype, region[1:])
    return block


def _records(read_at: ReadAt, at: int, variable: Variable, count: int) -> Block:
    """Whole records of one variable, between which those of others lie."""
    data = read_at(at, (count - 1) * variable.record_stride + variable.record_bytes)
    inner, size = variable.shape[1:], variable.dtype.itemsize
    strides = [math.prod(inner[axis + 1 :]) * size for axis in range(len(inner))]
    return np.ndarray((count, *inner), variable.dtype, data, 0, (variable.record_stride, *strides))
