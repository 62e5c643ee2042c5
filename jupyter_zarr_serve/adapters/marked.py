"""What arrays of other libraries say beside their elements: which are masked, and the unit of all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.dtypes import Block
from ..core.nodes import Node

_LONGEST_UNIT = 100  # characters


def mask_of(obj: Any, shape: tuple[int, ...]) -> Block | None:
    """Where elements of an array-like are masked, as its library keeps it; None where none are."""
    mask = _told(obj, "mask")
    fits = isinstance(mask, np.ndarray) and mask.dtype == bool and mask.shape == shape
    return mask if fits else None


def described(node: Node, obj: Any) -> Node:
    """The node with the unit of the object's elements as an attribute; see `unit_of`."""
    unit = unit_of(obj)
    return replace(node, attributes={**unit, **node.attributes}) if unit else node


def unit_of(obj: Any) -> dict[str, str]:
    """The unit of an array-like's elements, as the attribute ``units``; nothing where it tells none."""
    unit = _told(obj, "unit")
    words = str(_told(obj, "units") if unit is None else unit)
    is_one = words not in ("None", "", "dimensionless") and len(words) <= _LONGEST_UNIT
    return {"units": words} if is_one else {}


def _told(obj: Any, name: str) -> Any:
    """What an object says by a name; never a method, nor a field of records."""
    if name in (getattr(getattr(obj, "dtype", None), "names", None) or ()):
        return None
    found = getattr(obj, name, None)
    return None if isinstance(found, Callable) else found  # type: ignore[arg-type]
