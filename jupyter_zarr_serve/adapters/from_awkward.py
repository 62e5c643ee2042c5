"""awkward's arrays: what of them is regular, as NumPy's; records that are not, as groups of their fields.

Missing elements are marked as those of NumPy's masked arrays are.
"""

from typing import Any

import numpy as np

from ..core.children import children_by_key
from ..core.errors import Unreadable
from ..core.nodes import Group, Node, Policy
from .from_numpy import adapt as adapt_numpy


def adapt(obj: Any, policy: Policy) -> Node:
    """The array or group that an awkward array or record stands for.

    Raises
    ------
    Unreadable
        When its lists differ in length, or its elements in type.
    """
    fields = list(getattr(obj, "fields", ()))
    values = None if not hasattr(obj, "to_numpy") else _regular(obj)
    if values is not None and not (fields and np.ma.is_masked(values)):
        return adapt_numpy(values, policy)
    if fields:
        return _group(obj, fields, policy)
    raise Unreadable(
        f"awkward {type(obj).__qualname__}: lists of different lengths, or elements of different types; "
        "pad them (ak.pad_none with clip=True), or publish ak.flatten(...) and ak.num(...)"
    )


def _regular(obj: Any) -> Any:
    """The elements as an array, masked where some are missing; None where they make none."""
    try:
        return obj.to_numpy(allow_missing=True)
    except (TypeError, ValueError):
        return None


def _group(obj: Any, fields: list[str], policy: Policy) -> Group:
    from . import adapt as adapt_any

    return Group(children_by_key(fields, lambda field: adapt_any(obj[field], policy)))
