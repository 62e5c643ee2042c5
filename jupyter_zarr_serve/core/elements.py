"""What a source gave, as elements of the dtype that was announced; never other values in their place.

Byte order, packing and the width of text may differ, as no value changes by that. A source that gives
another kind, precision or unit than it announced is refused: a client would take what is left of the
values for the values.
"""

import math

import numpy as np

from .dtypes import BYTES, STRING, Block, DType
from .errors import Unreadable

# Refuses what is no text, where STRING would turn None into 'None'.
STRICT_TEXT: DType = np.dtypes.StringDType(coerce=False)


def converted(block: Block, dtype: DType) -> Block:
    """The elements in the served dtype: another byte order or packing, never another value.

    Raises
    ------
    Unreadable
        If the source gives another kind, precision, unit or length.
    """
    if dtype.names is not None:
        return block if block.dtype == dtype else _repacked(block, dtype)
    if dtype == BYTES:
        return _all_bytes(block)
    if block.dtype == dtype:
        return block
    if dtype == STRING:
        return _all_text(block)
    if dtype.kind in "US" and block.dtype.kind == dtype.kind:
        return _of_width(block, dtype)
    if block.dtype.newbyteorder("<") != dtype:
        raise _refused(block.dtype, dtype)
    return block.astype(dtype)


def _refused(given: object, announced: DType) -> Unreadable:
    return Unreadable(
        f"the source gave elements of {given} where {announced} was announced; give it the dtype of what "
        "it yields (dtype=, meta=), or convert it with .astype(...), and publish it again"
    )


def _repacked(block: Block, dtype: DType) -> Block:
    """A structure field by field, as offsets and byte orders may differ; see `dtypes.canonical`."""
    if block.dtype.names != dtype.names:
        raise _refused(block.dtype, dtype)
    packed = np.empty(block.shape, dtype)
    for name in dtype.names or ():
        packed[name] = converted(_field(block, name), dtype[name])
    return packed


def _field(block: Block, name: str) -> Block:
    """A field; a subarray as a structure of its elements, which have indices for names."""
    field = block[name]
    if field.ndim == block.ndim:
        return field
    count = math.prod(field.shape[block.ndim :])
    elements = np.dtype([(str(i), field.dtype) for i in range(count)])
    return np.ascontiguousarray(field).reshape(-1).view(elements).reshape(block.shape)


def _of_width(block: Block, dtype: DType) -> Block:
    """Text or bytes of fixed width in another width, in which all of them have room."""
    fitting = block.astype(dtype)
    if block.dtype.itemsize > dtype.itemsize and not (fitting == block).all():
        raise _refused(block.dtype, dtype)
    return fitting


def _all_text(block: Block) -> Block:
    if block.dtype.kind not in "UTO":
        raise _refused(block.dtype, STRING)
    try:
        return block.astype(STRICT_TEXT).astype(STRING)
    except (TypeError, ValueError) as error:
        raise _refused(_odd_one(block, str), STRING) from error


def _all_bytes(block: Block) -> Block:
    if block.dtype.kind not in "SO":
        raise _refused(block.dtype, BYTES)
    block = block.astype(object, copy=False)
    if not all(isinstance(value, bytes) for value in block.flat):
        raise _refused(_odd_one(block, bytes), BYTES)
    return block


def _odd_one(block: Block, kind: type) -> str:
    """The type of the first element that is not of a kind."""
    odd = (type(value).__qualname__ for value in block.astype(object).flat if not isinstance(value, kind))
    return next(odd, str(block.dtype))
