"""One tree of data that asks everything of a Zarr server, on disk and in a kernel, with what is expected.

In a kernel: ``publish(torture=tree())``. On disk: ``write(folder)``. Paths are the same on both sides;
`sides` tells where a path is. Everything is deterministic and small.
"""

from pathlib import Path
from typing import Any

import numpy as np

from . import annotations, datasets, dtypes, names, shapes, sparse_arrays, stores, tables
from .shapes import samples
from .theme import Leaves, Theme

__all__ = ["attributes", "leaves", "refused", "samples", "sides", "tree", "values_served", "write"]

_PARTS = (dtypes, shapes, stores, tables, sparse_arrays, names, annotations, datasets)
THEMES: dict[str, Theme] = {name: theme for part in _PARTS for name, theme in part.THEMES.items()}


def tree() -> dict[str, Any]:
    """What a kernel publishes."""
    return {name: theme.publish() for name, theme in THEMES.items() if theme.publish}


def write(folder: Path) -> None:
    """The same as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, theme in THEMES.items():
        if theme.write:
            theme.write(folder / name)


def leaves(side: str | None = None) -> Leaves:
    """The values of every array by path; of one side, "disk" or "kernel", or of both."""
    return {
        f"{name}/{path}".rstrip("/"): values
        for name, theme in THEMES.items()
        if side is None or side in theme.sides
        for path, values in theme.leaves().items()
    }


def attributes() -> dict[str, dict[str, Any]]:
    """The attributes in JSON of the nodes where they are to be checked, by path."""
    return {
        f"{name}/{path}".rstrip("/"): dict(expected)
        for name, theme in THEMES.items()
        for path, expected in theme.attributes.items()
    }


def refused() -> dict[str, str]:
    """What cannot be served, by path, and what the message says of it."""
    return dict(tables.REFUSED)


def sides(path: str) -> frozenset[str]:
    """Where a path is: "disk", "kernel" or both."""
    return THEMES[path.partition("/")[0]].sides


def values_served(values: np.ndarray) -> np.ndarray:
    """The values as they are served: little-endian, packed, in C order."""
    from jupyter_zarr_serve.core.dtypes import canonical

    if values.dtype.kind == "O":
        return values
    return np.ascontiguousarray(values.astype(canonical(values.dtype))).reshape(values.shape)
