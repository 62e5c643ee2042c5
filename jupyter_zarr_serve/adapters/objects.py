"""Objects of Python as text: what is missing among them, and how that is told."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.dtypes import STRING, Block
from ..core.errors import Replaced, Unreadable

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
        When they are anything else, or missing though metadata do not say that any may be.
    """
    objects = np.empty(values.size, object)
    objects[:] = ["" if may_miss and is_missing(value) else value for value in values.flat]
    if not all(isinstance(value, str) for value in objects):
        raise Unreadable("holds other objects than text; load it, or convert it with .astype(...)")
    return objects.astype(STRING).reshape(values.shape)
