"""The pictures of pages in ``docs/images``, made anew by ``python -m tests.pages.screenshots [FOLDER]``."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
from PIL import Image

from tests.pages.visits import visits
from tests.server import Server, running_server

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WINDOWS = [
    (f"{scheme}{narrow}", scheme, width, height)
    for scheme in ("light", "dark")
    for narrow, width, height in (("", 1280, 960), ("-narrow", 400, 800))
]
PAGES = {"browse": "zarr/v3/files/scan.h5/cells", "listing": "zarr/v3/files/scan.h5?sort=-nbytes"}
QUALITY = 90  # of WebP
COLOURS = 64  # of a picture; pages have few


def cells(side: int = 1024, seed: int = 5) -> np.ndarray:
    """Something like cells under a microscope, in counts of a camera."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    image = np.full((side, side), 160.0)
    for row, column, size in zip(*rng.uniform(0, side, (2, 90)), rng.uniform(14, 40, 90), strict=True):
        turn, long = rng.uniform(0, np.pi), rng.uniform(1, 1.9)
        right, down = x - column, y - row
        along = (right * np.cos(turn) + down * np.sin(turn)) / long
        across = down * np.cos(turn) - right * np.sin(turn)
        image += rng.uniform(250, 900) / (1 + np.exp(((along**2 + across**2) ** 0.5 - size) / 2.5))
    return rng.poisson(image).astype("u2")


def write(folder: Path) -> None:
    """The files that the pages are of."""
    with h5py.File(folder / "scan.h5", "w") as file:
        image = file.create_dataset("cells", data=cells(), chunks=(256, 256), compression="gzip")
        image.attrs.update({"channel": "DAPI", "exposure_ms": 40, "pixel_size": [0.325, 0.325]})
        for axis, name in enumerate("yx"):
            image.dims[axis].label = name
        file["drift"] = np.random.default_rng(0).standard_normal((2000, 2)).cumsum(0)
        file["laser/power"] = np.linspace(0, 1, 500) ** 2
        file.attrs["title"] = "Slide 7, field 12"
    area = np.random.default_rng(1).gamma(9, 20, 90).round(1)
    table = pd.DataFrame({"cell": np.arange(90), "area": area, "note": ["ok", None, "edge"] * 30})
    table.to_parquet(folder / "cells.parquet")
    np.save(folder / "trace.npy", np.random.default_rng(2).standard_normal(4_000_000).cumsum())
    many = folder / "many"
    many.mkdir()
    for number in range(250):
        np.save(many / f"frame-{number:03}.npy", np.full((4, 5), number, "u1"))
    (folder / "broken.npy").write_bytes(b"\x93NUMPY")


@contextmanager
def server_of_files() -> Iterator[Server]:
    """A server of those files."""
    with tempfile.TemporaryDirectory() as place:
        folder, private = Path(place, "files"), Path(place, "jupyter")
        folder.mkdir()
        private.mkdir()
        write(folder)
        with running_server(folder, private) as server:
            yield server


def keep(taken: Path, file: Path) -> None:
    """Keep a picture that was taken as a small one, of the kind that the name of the file says."""
    with Image.open(taken) as image:
        image.convert("RGB").save(file, quality=QUALITY, method=6)
    taken.unlink()
    print(file, file.stat().st_size)


def shoot(server: Server, pages: dict[str, str], folder: Path) -> None:
    """Write a picture of each page in each window."""
    asked: list[dict[str, Any]] = [
        {
            "path": path,
            "width": width,
            "height": height,
            "scheme": scheme,
            "shot": str(folder / f"{name}-{kind}.png"),
        }
        for name, path in pages.items()
        for kind, scheme, width, height in WINDOWS
    ]
    for page, told in zip(asked, visits(server, asked), strict=True):
        assert not told["errors"], told["errors"]
        shot = Path(page["shot"])
        with Image.open(shot) as image:
            small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(shot, optimize=True)
        print(shot, shot.stat().st_size)


if __name__ == "__main__":
    with server_of_files() as server:
        shoot(server, PAGES, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
