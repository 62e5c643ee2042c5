"""Images with labels over them, whose every pixel is known."""

from pathlib import Path

import numpy as np
import zarr

from tests.viewer.images import labels, ramp, write

TOLD = {12012: [0, 128, 255, 255], 1001: [255, 0, 0, 128], 8008: [9, 9, 9, 0]}  # red, green, blue, opacity


def stack() -> np.ndarray:
    """Three planes: of the value of their columns, of 100 and of 200."""
    planes = [ramp(), np.full_like(ramp(), 100), np.full_like(ramp(), 200)]
    return np.stack(planes)


def stacked_labels() -> np.ndarray:
    """Labels of three planes: those of `labels`, 7 everywhere, and none."""
    return np.stack([labels(), np.full_like(labels(), 7), np.zeros_like(labels())])


def label_colour(label: int) -> tuple[int, int, int]:
    """The colour in which a label is drawn, as the page has it: hues far apart, pale."""
    if label < 1:
        return 0, 0, 0
    mixed = (label * 2654435761) & 0xFFFFFFFF
    hue, light = (mixed >> 8) / 2**24, 0.65 + 0.35 * (mixed & 255) / 255
    parts = []
    for shift in (0, 2 / 3, 1 / 3):
        part = min(max(abs((hue + shift) % 1 * 6 - 3) - 1, 0), 1)
        parts.append(round(255 * light * (0.25 + 0.75 * part)))
    return parts[0], parts[1], parts[2]


def write_overlays(folder: Path) -> None:
    """An image with labels by OME-Zarr's convention, some of half its size; arrays of labels."""
    image = folder / "cells.zarr"
    write(image, stack(), "zyx")
    group = zarr.open_group(image / "labels", mode="w", zarr_format=3)
    group.attrs["ome"] = {"version": "0.5", "labels": ["nuclei", "halves", "coloured"]}
    write(image / "labels" / "nuclei", stacked_labels(), "zyx", kind="nearest")
    write(image / "labels" / "halves", labels()[::2, ::2], "yx", kind="nearest", scale=2.0)
    write(image / "labels" / "coloured", stacked_labels(), "zyx", kind="nearest")
    coloured = zarr.open_group(image / "labels" / "coloured", mode="r+")
    colours = [{"label-value": label, "rgba": rgba} for label, rgba in TOLD.items()]
    coloured.attrs["ome"] = coloured.attrs["ome"] | {"image-label": {"colors": colours}}
    np.save(folder / "ramp.npy", ramp())
    np.save(folder / "regions.npy", labels())
    np.save(folder / "other.npy", labels()[:200])
    np.save(folder / "real.npy", ramp().astype("f4"))
