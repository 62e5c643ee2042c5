"""Volumes whose every element is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from tests.viewer.images import write


def volume() -> np.ndarray:
    """Five planes of 40 rows and 60 columns; a corner of one plane is bright."""
    z, y, x = np.mgrid[:5, :40, :60]
    values = z * 40 + y + x % 8 * 2
    values[3, :10, :10] = 250
    return values.astype("u1")


def many() -> np.ndarray:
    """Six axes."""
    return np.arange(2 * 3 * 2 * 2 * 30 * 40).reshape(2, 3, 2, 2, 30, 40).astype("u4")


def stripes() -> np.ndarray:
    """Nine channels, each with one bright stripe of ten columns."""
    channel, _, x = np.mgrid[:9, :20, :90]
    return ((x // 10 == channel) * 250).astype("u1")


def write_volumes(folder: Path) -> None:
    """A volume, the same with holes, one of six axes, and channels."""
    np.save(folder / "stripes.npy", stripes())
    np.save(folder / "volume.npy", volume())
    holed = volume().astype("f4")
    holed[:4, 20:, 30:] = np.nan
    holed[4, 30:, 40:] = np.nan
    np.save(folder / "holed.npy", holed)
    np.save(folder / "many.npy", many())
    write_plate(folder / "plate.zarr")


def well(row: int, column: int) -> np.ndarray:
    """The picture of a well: bright above a line and right of another, which say where it is."""
    image = np.zeros((96, 96), "u1")
    image[: 24 * (row + 1), 24 * (column + 1) :] = 255
    return image


def write_plate(
    path: Path, image: Callable[[int, int], np.ndarray] = well, *, is_damaged: bool = True
) -> None:
    """A plate of two rows and three columns, one of whose wells is empty, and another damaged."""
    named = {"rows": [{"name": "A"}, {"name": "B"}], "columns": [{"name": str(n)} for n in (1, 2, 3)]}
    places = [(row, column) for row in range(2) for column in range(3) if (row, column) != (1, 1)]
    wells = [
        {"path": f"{'AB'[row]}/{column + 1}", "rowIndex": row, "columnIndex": column}
        for row, column in places
    ]
    plate: dict[str, Any] = {"version": "0.5", "plate": {**named, "wells": wells}}
    root = zarr.open_group(path, mode="w", zarr_format=3)
    root.attrs["ome"] = plate
    for row, column in places:
        name = f"{'AB'[row]}/{column + 1}"
        group = root.create_group(name)
        group.attrs["ome"] = {"version": "0.5", "well": {"images": [{"path": "0"}, {"path": "1"}]}}
        if not is_damaged or (row, column) != (1, 2):
            write(path / name / "0", image(row, column), "yx")
            write(path / name / "1", image(row, 2 - column), "yx")
