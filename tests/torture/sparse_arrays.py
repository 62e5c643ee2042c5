"""Sparse arrays of one to three dimensions, with fill values that are not zero."""

from pathlib import Path
from typing import Any

import numpy as np
import sparse
from scipy import sparse as scipy_sparse

from .theme import Leaves, Theme

# A NaN with a sign and a payload, as processors and programs make them; JSON can spell neither.
ODD_NAN = np.array([0xFFC00ABC], "<u4").view("<f4")[0]


def _dense() -> Leaves:
    line = np.zeros(90, "<f8")
    line[[3, 4, 88]] = [1.5, np.nan, -0.5]
    box = np.full((4, 5, 6), -9, "<i4")
    box[1, 2, 3], box[3, 4, 5], box[0, 0, 0] = 0, 7, -8
    nans = np.full((6, 7), np.nan, "<f4")
    nans[2, 3], nans[5, 6] = 0.0, np.inf
    flags = np.ones((8, 3), "?")
    flags[7, 2] = False
    return {
        "line.npz": line,
        "box.npz": box,
        "nans.npz": nans,
        "flags.npz": flags,
        "odd-nans.npz": np.full((3, 4), ODD_NAN),
        "nothing.npz": np.zeros((5, 4), "<i2"),
        "compressed.npz": box[0],
        "csr.npz": np.eye(7, 5, 1, "<f4"),
        "csc.npz": np.eye(4, 9, dtype="<i8"),
    }


FILLS = {"nans.npz": np.nan, "flags.npz": True, "box.npz": -9, "compressed.npz": -9}


def _published() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, dense in _dense().items():
        if name.startswith("cs"):
            made[name] = getattr(scipy_sparse, f"{name[:3]}_array")(dense)
        elif name == "odd-nans.npz":
            nowhere = (np.zeros((2, 0), "i8"), np.zeros(0, "<f4"))
            made[name] = sparse.COO(*nowhere, shape=dense.shape, fill_value=ODD_NAN)
        else:
            fill = dense.dtype.type(FILLS.get(name, 0))
            made[name] = sparse.COO.from_numpy(dense, fill_value=fill)
    made["compressed.npz"] = sparse.GCXS(made["compressed.npz"])
    return made


def _write(folder: Path) -> None:
    folder.mkdir()
    for name, array in _published().items():
        save = scipy_sparse.save_npz if name.startswith("cs") else sparse.save_npz
        save(folder / name, array)


THEMES: dict[str, Theme] = {"sparse": Theme(_dense, _published, _write)}
