"""The tables that the modules beside this fill: objects, and what a client must read of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Leaf:
    """An array as a client must see it; text and bytes of variable length as arrays of objects."""

    values: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)


Expected = Mapping[str, Any]  # path below the object, "" for itself -> Leaf, or its values alone
Make = Callable[[Path], tuple[Any, Expected]]
CASES: dict[str, Make] = {}
GROUPS: dict[str, Mapping[str, Any]] = {}  # attributes of the groups that have some

GRID = np.arange(12.0).reshape(3, 4)
GRID[1, 2] = np.nan
GRID[0, 0] = -0.0
DAYS = np.array(["2024-02-29T12:00:00", "NaT", "1969-12-31T23:59:59"], "M8[s]")
NO_TEXT = {"missing": "empty string"}


def case(make: Make) -> Make:
    """Register what makes an object, in a folder of its own, and what is expected of it."""
    CASES[make.__name__] = make
    return make


def objects(*values: Any) -> Any:
    array = np.empty(len(values), object)
    array[:] = values
    return array
