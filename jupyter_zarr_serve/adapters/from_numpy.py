"""NumPy's arrays and scalars; nothing is copied, each read sees the array as it is then.

Arrays of objects are served when all of them are text or all are bytes. What is missing among them (None,
NaN, NA) becomes "" or b"", which the attribute ``missing`` tells.
"""

import sys
from functools import singledispatch
from typing import Any

import numpy as np

from ..core.dtypes import STRING, Block
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.nodes import Array, Node, Policy, make_array
from .marked import described, mask_of
from .objects import MISSING, appeared, object_array, part_of
from .sampling import reading_of


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The array that a NumPy object stands for.

    Raises
    ------
    Unreadable
        If it is no array, or Zarr cannot spell its elements.
    """
    raise Unreadable(f"numpy {type(obj).__qualname__}: not an array; convert with numpy.asarray(...)")


@adapt.register(np.ndarray)
@adapt.register(np.generic)
def _(obj: Any, policy: Policy) -> Node:
    masked = sys.modules.get("numpy.ma")  # whose import takes longer than all else here
    if masked is not None and isinstance(obj, masked.MaskedArray):
        from .masked import masked_array

        return masked_array(obj, policy)
    if type(obj) is not np.ndarray and isinstance(obj, np.ndarray):
        mask = mask_of(obj, obj.shape)
        if mask is not None:
            return described(adapt(np.ma.MaskedArray(np.asarray(obj), mask), policy), obj)
        return described(adapt(np.asarray(obj), policy), obj)
    array = np.asarray(obj)[...]  # a view: the shape of the original may be changed in place
    if array.dtype.kind == "O":
        return object_array(array, lambda region: part_of(array, region), policy)
    if array.dtype.kind == "T":
        return _text_array(array, policy)

    def read(region: Region) -> Block:
        part: Block = part_of(array, region)
        return part

    return make_array(array.shape, array.dtype, reading_of(array, read), policy)


def _text_array(array: Block, policy: Policy) -> Array:
    """The array of text of NumPy's own kind, whose missing elements become ""."""
    may_miss = hasattr(array.dtype, "na_object") and any(map(_is_no_text, array.astype(object).flat))

    def read(region: Region) -> Block:
        part: Block = part_of(array, region)
        if not hasattr(array.dtype, "na_object"):
            return part
        if not may_miss and any(map(_is_no_text, part.astype(object).flat)):
            raise appeared()
        texts = np.empty(part.size, object)
        texts[:] = ["" if _is_no_text(value) else value for value in part.astype(object).flat]
        return texts.astype(STRING).reshape(part.shape)

    return make_array(array.shape, STRING, read, policy, attributes=MISSING["T"] if may_miss else {})


def _is_no_text(value: Any) -> bool:
    return not isinstance(value, str)
