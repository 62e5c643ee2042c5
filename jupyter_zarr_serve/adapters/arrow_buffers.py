"""Values of Arrow arrays as NumPy's, from Arrow's buffers.

Arrow's own `to_numpy` and `fill_null` import pandas to find out whether it is there, which takes a quarter
of a second of a worker's time before its first table.

References
----------
https://arrow.apache.org/docs/format/Columnar.html
"""

from typing import Any

import numpy as np

from ..core.dtypes import Block

_NOT_A_TIME = -(2**63)


def numbers(array: Any, missing: int = 0) -> Block:
    """The values of a chunked array of integers or floats; `missing` where one is null."""
    dtype = np.dtype(array.type.to_pandas_dtype())
    return _joined([_fixed(chunk, dtype, missing) for chunk in array.chunks], dtype)


def truths(array: Any) -> Block:
    """The values of a chunked array of truth values; false where one is null."""
    return _joined([_bits(chunk, 1) & _known(chunk) for chunk in array.chunks], np.dtype(bool))


def counts(array: Any, dtype: str) -> Block:
    """What a chunked array of times counts, as times of a dtype; NaT where one is null."""
    integers = array.cast("int32" if array.type.bit_width == 32 else "int64").cast("int64")
    return numbers(integers, _NOT_A_TIME).view(dtype)


def _fixed(chunk: Any, dtype: np.dtype[Any], missing: int) -> Block:
    if not len(chunk):
        return np.empty(0, dtype)
    values = np.frombuffer(chunk.buffers()[1], dtype, len(chunk), chunk.offset * dtype.itemsize)
    return np.where(_known(chunk), values, dtype.type(missing)) if chunk.null_count else values


def _known(chunk: Any) -> Block:
    """Which values of an array are not null."""
    return _bits(chunk, 0) if chunk.null_count else np.ones(len(chunk), bool)


def _bits(chunk: Any, buffer: int) -> Block:
    """The bits of one of the buffers of an array, one for each value."""
    if not len(chunk):
        return np.empty(0, bool)
    first, shift = divmod(chunk.offset, 8)
    octets = np.frombuffer(chunk.buffers()[buffer], "u1", -(-(shift + len(chunk)) // 8), first)
    return np.unpackbits(octets, bitorder="little")[shift : shift + len(chunk)].view(bool)


def _joined(parts: list[Block], dtype: np.dtype[Any]) -> Block:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])
