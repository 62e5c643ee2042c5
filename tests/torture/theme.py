"""A theme: one part of the torture tree, with what is expected of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Leaves = dict[str, np.ndarray]


@dataclass(frozen=True)
class Theme:
    """What lies below one name of the tree's root.

    Attributes
    ----------
    publish
        Makes what a kernel publishes under the name; None where the theme is on disk alone.
    write
        Writes the same to a path that ends with the name; None where it is in kernels alone.
    leaves
        Makes the expected values of each array, by its path below the name ("" for the name itself).
    attributes
        The expected attributes in JSON, by path, of those nodes that have any to be checked.
    """

    leaves: Callable[[], Leaves]
    publish: Callable[[], Any] | None = None
    write: Callable[[Path], None] | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sides(self) -> frozenset[str]:
        """Where it is: "disk", "kernel" or both."""
        on_disk, published = self.write is not None, self.publish is not None
        return frozenset(side for side, there in (("disk", on_disk), ("kernel", published)) if there)


def of_npz(leaves: Callable[[], Leaves]) -> Theme:
    """A dictionary of arrays, which on disk is an ``.npz`` archive."""
    return Theme(leaves, leaves, lambda path: np.savez(path, **leaves()))
