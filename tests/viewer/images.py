"""Images whose every pixel is known."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile
import zarr
from PIL import Image

SIDE = 4096  # of the deep image


def ramp() -> np.ndarray:
    """Each column has the value of its place."""
    return np.tile(np.arange(256, dtype="u1"), (256, 1))


def holed() -> np.ndarray:
    """The ramp from 0 to 1, with a hole of NaN."""
    values = ramp().astype("f4") / 255
    values[100:140, 60:120] = np.nan
    return values


def blocks() -> np.ndarray:
    """Squares of 256 pixels, each with a value of its own."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return ((y // 256 * 16 + x // 256) % 256 * 257).astype("u2")


def channels() -> np.ndarray:
    """Two steps of time, two channels: the left half has the first, the upper half the second."""
    image = np.zeros((2, 2, 256, 256), "u2")
    image[0, 0, :, :128] = 1000
    image[0, 1, :128, :] = 500
    image[1, 0, :, 128:] = 1000
    return image


def large_integers() -> np.ndarray:
    """Whole numbers beyond what float64 can count."""
    return np.arange(256 * 256, dtype="i8").reshape(256, 256) + 2**60


def colours() -> np.ndarray:
    """Red goes to the right, green downwards, blue is the same everywhere."""
    y, x = np.mgrid[:256, :256].astype("u1")
    return np.stack([x, y, np.full_like(x, 77)], -1)


def unusual() -> dict[str, np.ndarray]:
    """Images of types that no screen knows, each with a step of grey from left to right."""
    left = np.tile(np.arange(256) < 128, (256, 1))
    return {
        "bool": left,
        "float16": left.astype("f2"),
        "float64": left + 1e12,
        "int64": left.astype("i8") - 2**40,
        "uint64": left * np.uint64(4096) + np.uint64(2**63),
        "complex64": left * np.complex64(3 + 4j),
        "int8": (left * 2 - 1).astype("i1"),
        "uint32": left.astype("u4") + 2**31,
    }


def strip() -> np.ndarray:
    """Five rows of a hundred thousand columns: each row is brighter than the last, and each fifth of it."""
    row, column = np.mgrid[:5, :100_000]
    return (row * 40 + column // 20_000 * 8).astype("u1")


def labels() -> np.ndarray:
    """Squares of 64 pixels, each with a number of its own; nothing is in the first."""
    y, x = np.mgrid[:256, :256] // 64
    return (y * 4 + x).astype("u4") * 1001


def inks() -> np.ndarray:
    """Cyan to the right, magenta downwards, no yellow; a square of black."""
    y, x = np.mgrid[:256, :256].astype("u1")
    black = np.where((y // 64 == 1) & (x // 64 == 1), 200, 0).astype("u1")
    return np.stack([x, y, np.zeros_like(x), black], -1)


def write_images(folder: Path) -> None:
    """All of them as OME-Zarr of version 0.5, some also as plain arrays."""
    write(folder / "ramp.zarr", ramp(), "yx")
    write(folder / "holed.zarr", holed(), "yx")
    write(folder / "blocks.zarr", blocks(), "yx", levels=4, scale=0.5, unit="micrometer")
    write(folder / "wide.zarr", blocks()[:512, :256], "yx", levels=2, unit="micrometer", tall=0.5)
    write(folder / "high.zarr", blocks()[:512, :1024], "yx", levels=2, unit="micrometer", tall=3.0)
    write(folder / "large.zarr", large_integers(), "yx")
    omero = {
        "channels": [
            {
                "label": "first",
                "color": "FF0000",
                "window": {"start": 0, "end": 1000, "min": 0, "max": 2000},
            },
            {
                "label": "second",
                "color": "00FF00",
                "window": {"start": 0, "end": 1000, "min": 0, "max": 2000},
            },
        ]
    }
    write(folder / "channels.zarr", channels(), "tcyx", omero=omero)
    Image.fromarray(colours()).save(folder / "colours.png")
    Image.fromarray(inks(), "CMYK").save(folder / "inks.tif")
    tifffile.imwrite(folder / "white.tif", ramp(), photometric="miniswhite")
    for name, image in unusual().items():
        np.save(folder / f"{name}.npy", image)
    for zero in (0, 64, 128):
        np.save(folder / f"signed{zero}.npy", ramp().astype("i2") - zero)
    write(folder / "labels.zarr", labels(), "yx", kind="nearest")
    np.save(folder / "strip.npy", strip())
    np.save(folder / "pillar.npy", strip().T)
    signal = np.sin(np.arange(2_000_000) / 20_000)  # longer than what is read whole
    np.save(folder / "signal.npy", signal)
    (folder / "table.csv").write_text("a,b\n" + "".join(f"{i},{i * i}\n" for i in range(1000)))


def write(
    path: Path, image: np.ndarray, axes: str, *, levels: int = 1, omero: dict[str, Any] | None = None,
    scale: float = 1.0, unit: str | None = None, tall: float = 1.0, kind: str = "mean",
) -> None:  # fmt: skip
    """An image with levels of half the size, by mean; of pixels that are `tall` times as high as wide."""
    group = zarr.open_group(path, mode="w", zarr_format=3)
    kinds = {"t": "time", "c": "channel"}
    datasets = []
    for level in range(levels):
        chunks = (*(1 for _ in image.shape[:-2]), 256, 256)
        array = group.create_array(
            str(level), shape=image.shape, dtype=image.dtype, chunks=chunks,
            config={"write_empty_chunks": True},  # the browser's console tells of each that is missing
        )  # fmt: skip
        array[...] = image
        scales = [1.0] * (image.ndim - 2) + [scale * 2.0**level * side for side in (tall, 1.0)]
        datasets.append(
            {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": scales}]}
        )
        if level + 1 < levels:
            *front, height, width = image.shape
            halves = image.reshape(*front, height // 2, 2, width // 2, 2)
            image = halves.mean((-3, -1)).astype(image.dtype)
    described = [
        {
            "name": name,
            "type": kinds.get(name, "space"),
            **({"unit": unit} if unit and name in "yx" else {}),
        }
        for name in axes
    ]
    ome: dict[str, Any] = {
        "version": "0.5",
        "multiscales": [{"axes": described, "datasets": datasets, "type": kind}],
    }
    group.attrs["ome"] = {**ome, "omero": omero} if omero else ome
