"""One object of every type that can be published, and what a client must read of it.

Kernel and tests import this: the kernel publishes the objects, the tests make the same values again.
"""

from pathlib import Path
from typing import Any

from . import arrays, tables, trees  # noqa: F401 (they fill the tables)
from .cases import CASES, GROUPS, Leaf

__all__ = ["CASES", "GROUPS", "Leaf", "everything"]


def everything(folder: Path) -> dict[str, Any]:
    """All objects by name."""
    return {name: make(folder)[0] for name, make in CASES.items()}
