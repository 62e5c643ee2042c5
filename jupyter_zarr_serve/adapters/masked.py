"""NumPy's masked arrays, whose masked elements need a value that stands for them.

Masked elements are served as a fill value, which metadata name as ``_FillValue``: NaN for floats, NaT
for times, for integers the array's own `fill_value` or an end of the dtype's range, whichever lies
outside the range of the values. Integers that leave none of these free, and booleans, are served in a
wider signed type. A NaN that is not masked cannot be told from one that is.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.dtypes import Block, DType
from ..core.errors import Replaced, Unreadable
from ..core.grid import Region
from ..core.nodes import Node, Parts, Policy, make_array
from .objects import appeared, object_array, part_of

_PIECE = 1 << 16  # elements looked at together


def masked_array(obj: np.ma.MaskedArray[Any, Any], policy: Policy) -> Node:
    """The array that a masked array stands for.

    Raises
    ------
    Unreadable
        If nothing can stand for its masked elements.
    """
    if obj.dtype.kind in "OT":
        return object_array(_objects(obj), lambda region: _objects(part_of(obj, region)), policy)
    if not _is_masked(obj):
        return make_array(obj.shape, obj.dtype, lambda region: _unmasked(part_of(obj, region)), policy)
    dtype, fill = _mark(obj)

    def read(region: Region) -> Block:
        part = part_of(obj, region)
        if dtype.kind in "iuUS" and ((part.data == fill) & ~np.ma.getmaskarray(part)).any():
            raise Replaced(f"the value {fill}, which marks masked ones, occurs now; open the array anew")
        return np.where(np.ma.getmaskarray(part), fill, np.asarray(part.data).astype(dtype, copy=False))

    mask = make_array(obj.shape, np.dtype(bool), lambda r: np.ma.getmaskarray(part_of(obj, r)), policy)
    return make_array(
        obj.shape, dtype, read, policy, fill_value=fill, attributes={"_FillValue": fill},
        parts=lambda: Parts({"mask": mask}),
    )  # fmt: skip


def _objects(array: Any) -> Block:
    objects = np.array(array.data, object)
    objects[np.ma.getmaskarray(array)] = None
    return objects


def _is_masked(array: Any) -> bool:
    mask = np.ma.getmask(array)
    return bool(np.ascontiguousarray(mask).view(bool).any())  # of a structure, one per field


def _unmasked(part: Any) -> Block:
    if _is_masked(part):
        raise appeared()
    return np.asarray(part.data)


def _mark(array: Any) -> tuple[DType, Any]:
    """The dtype in which masked elements can be marked, and the mark."""
    dtype: DType = array.dtype.newbyteorder("=")
    if dtype.kind in "fcmM":
        return dtype, np.array("NaT" if dtype.kind in "mM" else "nan", dtype)[()]
    if dtype.kind == "b":
        return np.dtype("i1"), np.int8(-1)
    if dtype.kind in "iu":
        return _mark_integers(array, dtype)
    for mark in ("", "N/A") if dtype.kind in "US" else ():
        free = dtype.type(mark.encode() if dtype.kind == "S" else mark)
        if not any((values == free).any() for values in _unmasked_pieces(array)):
            return np.result_type(dtype, free.dtype), free
    raise Unreadable(f"masked elements of dtype {dtype} cannot be marked; replace them with .filled(...)")


def _mark_integers(array: Any, dtype: DType) -> tuple[DType, Any]:
    ends = [np.iinfo(dtype).min, np.iinfo(dtype).max]
    marks = ends if dtype.kind == "i" else ends[::-1]
    if array.fill_value != np.ma.array([0], dtype=dtype).fill_value:  # somebody chose it
        marks = [int(array.fill_value), *marks]
    used = [int(end) for values in _unmasked_pieces(array) for end in (values.min(), values.max())]
    for mark in marks:
        if not used or not min(used) <= mark <= max(used):
            return dtype, dtype.type(mark)
    if dtype.itemsize == 8:
        raise Unreadable(f"the values of {dtype} leave none to mark masked ones; use .filled(...)")
    wider = np.dtype(f"i{2 * dtype.itemsize}")
    return wider, wider.type(np.iinfo(wider).min)


def _unmasked_pieces(array: Any) -> Iterator[Block]:
    """The values that are not masked, piece by piece, so that no large copy is made."""
    both = (np.asarray(array.data), np.ma.getmaskarray(array))
    for values, mask in np.nditer(both, ["external_loop", "buffered", "zerosize_ok"], buffersize=_PIECE):
        if not mask.all():
            yield values[~mask]
