"""NumPy's arrays and scalars; nothing is copied, each read sees the array as it is then.

Masked elements are served as a fill value, which metadata name as ``_FillValue``: NaN for floats, NaT
for times, for integers the array's own `fill_value` or an end of the dtype's range, whichever lies
outside the range of the values. Integers that leave none of these free, and booleans, are served in a
wider signed type. A NaN that is not masked cannot be told from one that is.

Arrays of objects are served when all of them are text or all are bytes; None becomes "" or b"".
"""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

import numpy as np

from ..core.dtypes import BYTES, STRING, Block, DType
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.nodes import Array, Node, Parts, Policy, Read, make_array

_PIECE = 1 << 16  # elements looked at together
_KINDS: dict[type, DType] = {str: STRING, bytes: BYTES}


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The array that a NumPy object stands for.

    Raises
    ------
    Unreadable
        When it is no array, or Zarr cannot spell its elements.
    """
    raise Unreadable(f"numpy {type(obj).__qualname__}: not an array; convert with numpy.asarray(...)")


@adapt.register(np.ndarray)
@adapt.register(np.generic)
def _(obj: Any, policy: Policy) -> Node:
    array = np.asarray(obj)[...]  # a view: the shape of the original may be changed in place
    if array.dtype.kind == "O":
        return _object_array(array, lambda region: _part(array, region), policy)
    if array.dtype.kind == "T":
        return make_array(array.shape, STRING, lambda region: _texts(_part(array, region)), policy)
    return make_array(array.shape, array.dtype, lambda region: _part(array, region), policy)


@adapt.register
def _(obj: np.ma.MaskedArray, policy: Policy) -> Node:
    if obj.dtype.kind == "O":
        return _object_array(_objects(obj), lambda region: _objects(_part(obj, region)), policy)
    if not _is_masked(obj):
        return make_array(obj.shape, obj.dtype, lambda region: _unmasked(_part(obj, region)), policy)
    dtype, fill = _mark(obj)

    def read(region: Region) -> Block:
        part = _part(obj, region)
        return np.where(np.ma.getmaskarray(part), fill, np.asarray(part.data).astype(dtype, copy=False))

    mask = make_array(obj.shape, np.dtype(bool), lambda r: np.ma.getmaskarray(_part(obj, r)), policy)
    return make_array(
        obj.shape, dtype, read, policy, fill_value=fill, attributes={"_FillValue": fill},
        parts=lambda: Parts({"mask": mask}),
    )  # fmt: skip


def _part(array: Any, region: Region) -> Any:
    """A view, of no axes too, where a plain index would give a scalar."""
    return array[(*region, ...)]


def _objects(array: Any) -> Block:
    objects = np.array(array.data, object)
    objects[np.ma.getmaskarray(array)] = None
    return objects


def _object_array(whole: Block, read: Read, policy: Policy) -> Array:
    kind = _common_kind(whole, tuple(_KINDS))

    def read_values(region: Region) -> Block:
        part = read(region)
        _common_kind(part, (kind,))  # elements may have been replaced since
        values = np.empty(part.size, object)
        values[:] = [kind() if value is None else value for value in part.flat]
        return values.astype(_KINDS[kind]).reshape(part.shape)

    return make_array(whole.shape, _KINDS[kind], read_values, policy)


def _common_kind(objects: Block, kinds: tuple[type, ...]) -> type:
    """Which of `kinds` all objects are."""
    for index, value in np.ndenumerate(objects):
        if value is not None:
            kinds = tuple(kind for kind in kinds if isinstance(value, kind))
        if not kinds:
            raise Unreadable(
                f"the element at {index} is of type {type(value).__qualname__}; objects are served when "
                "all are text or all are bytes; convert with .astype(float), .astype(str), ..."
            )
    return kinds[0]


def _texts(block: Block) -> Block:
    """Text without missing elements, which become ""."""
    texts = np.empty(block.size, object)
    texts[:] = [value if isinstance(value, str) else "" for value in block.astype(object).flat]
    return texts.astype(STRING).reshape(block.shape)


def _is_masked(array: Any) -> bool:
    mask = np.ma.getmask(array)
    return bool(np.ascontiguousarray(mask).view(bool).any())  # of a structure, one per field


def _unmasked(part: Any) -> Block:
    if _is_masked(part):
        raise Unreadable("elements were masked after the array was published; publish it again")
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
            return dtype, free
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
