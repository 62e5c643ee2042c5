"""Arrays of what elements mean, for all who show values or count with them.

Integers have the sign that an attribute tells of (see `signs`), and one mark stands for whatever is
missing: ``_FillValue``, also where the source marks it by ``missing_value``, or by several values.

References
----------
https://cfconventions.org/cf-conventions/cf-conventions.html#missing-data
"""

from dataclasses import replace
from typing import Any

import numpy as np

from .chunks import seen_through
from .derived import Derived
from .dtypes import Block
from .fills import elements_in, mark_of, scalar
from .grid import Region
from .nodes import Array
from .signs import OF_ELEMENTS, UNSIGNED, in_sign, meant_dtype

_MEANT: Derived[Array] = Derived()
_MISSING = "missing_value"
_MOST_MARKS = 16  # of one array


def as_meant(array: Array) -> Array:
    """An array of what the elements of another one mean; the same one whenever it is asked for.

    Its fill value, and the attributes that hold elements, have the sign that is meant, too.
    """
    is_as_stored = meant_dtype(array.dtype, array.attributes) == array.dtype
    if is_as_stored and (_MISSING not in array.attributes or not _further_marks(array)):
        return array
    return _MEANT.of(array, lambda stored: _in_sign(_with_one_mark(stored)))


def _further_marks(array: Array) -> list[Any]:
    """What marks missing elements besides ``_FillValue``; NaN is missing by itself."""
    if array.dtype.kind not in "iuf":
        return []
    sign = {UNSIGNED: array.attributes.get(UNSIGNED)}
    values = elements_in(array.attributes.get(_MISSING))[:_MOST_MARKS]
    marks = [mark_of({**sign, "_FillValue": value}, array.dtype) for value in values]
    return [mark for mark in marks if mark is not None and mark == mark]  # noqa: PLR0124 (NaN)


def _with_one_mark(array: Array) -> Array:
    marks = _further_marks(array)
    if not marks:
        return array
    mark = marks[0] if array.missing_mark is None else array.missing_mark
    others = [other for other in marks if other != mark]
    attributes = {name: value for name, value in array.attributes.items() if name != _MISSING}
    attributes["_FillValue"] = mark
    if not others:
        return replace(array, attributes=attributes)

    def marked(block: Block, _: Region) -> Block:
        return np.where(np.isin(block, others), mark, block)

    return seen_through(array, marked, attributes=attributes)


def _in_sign(array: Array) -> Array:
    dtype = meant_dtype(array.dtype, array.attributes)
    if dtype == array.dtype:
        return array

    def view(block: Block, _: Region) -> Block:
        return block.view(dtype)

    attributes = {
        name: in_sign(value, dtype) if name in OF_ELEMENTS else value
        for name, value in array.attributes.items()
        if name != UNSIGNED
    }
    fill = in_sign(scalar(array.fill, array.dtype), dtype)
    return seen_through(array, view, dtype=dtype, fill_value=fill, attributes=attributes)
