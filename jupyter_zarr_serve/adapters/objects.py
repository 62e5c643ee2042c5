"""Objects of Python as text or bytes: what is missing among them, and how that is told."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.dtypes import BYTES, STRING, Block, DType
from ..core.errors import Replaced, Unreadable
from ..core.grid import Region
from ..core.nodes import Array, Policy, make_array
from ..core.reading import Read

_KINDS: dict[type, DType] = {str: STRING, bytes: BYTES}
# by kind of dtype, the attribute that tells what a missing value is spelled as
MISSING: Mapping[str, Mapping[str, str]] = {
    "T": {"missing": "empty string"},
    "O": {"missing": "empty bytes"},
}


def is_missing(value: Any) -> bool:
    """Whether an object marks a missing value: None, NaN, or pandas' NA.

    Examples
    --------
    >>> [is_missing(value) for value in (None, float("nan"), np.float32("nan"), "", 0.0)]
    [True, True, True, False, False]
    """
    if value is None or type(value).__qualname__ == "NAType":
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def appeared() -> Replaced:
    """The error of a value that is missing where metadata say that none is."""
    return Replaced("values are missing now that were not; read its metadata again: open it anew")


def texts(values: Block, *, may_miss: bool) -> Block:
    """Text of objects that a library gives chunk by chunk, of which nobody knew before what they are.

    Raises
    ------
    Unreadable
        If they are anything else, or missing though metadata do not say that any may be.
    """
    objects = np.empty(values.size, object)
    objects[:] = ["" if may_miss and is_missing(value) else value for value in values.flat]
    if not all(isinstance(value, str) for value in objects):
        raise Unreadable("holds other objects than text; load it, or convert it with .astype(...)")
    return objects.astype(STRING).reshape(values.shape)


def part_of(array: Any, region: Region) -> Any:
    """A view, of no axes too, where a plain index would give a scalar."""
    return array[(*region, ...)]


def object_array(whole: Block, read: Read, policy: Policy) -> Array:
    """The array of objects that are all text or all bytes.

    Raises
    ------
    Unreadable
        If they are not.
    """
    kind = _common_kind(whole, tuple(_KINDS))
    may_miss = any(map(is_missing, whole.flat))

    def read_values(region: Region) -> Block:
        part = read(region)
        _common_kind(part, (kind,))  # elements may have been replaced since
        values = np.empty(part.size, object)
        values[:] = [kind() if is_missing(value) else value for value in part.flat]
        if not may_miss and any(map(is_missing, part.flat)):
            raise appeared()
        return values.astype(_KINDS[kind]).reshape(part.shape)

    dtype = _KINDS[kind]
    told = MISSING[dtype.kind] if may_miss else {}
    return make_array(whole.shape, dtype, read_values, policy, attributes=told)


def _common_kind(objects: Block, kinds: tuple[type, ...]) -> type:
    """Which of `kinds` all objects are."""
    for index, value in np.ndenumerate(objects):
        if not is_missing(value):
            kinds = tuple(kind for kind in kinds if isinstance(value, kind))
        if not kinds:
            raise Unreadable(
                f"the element at {index} is of type {type(value).__qualname__}; objects are served when "
                "all are text or all are bytes; convert with .astype(float), .astype(str), ..."
            )
    return kinds[0]
