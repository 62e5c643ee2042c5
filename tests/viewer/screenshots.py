"""The viewer's pictures in ``docs/images``; ``python -m tests.viewer.screenshots [FOLDER]`` makes them.

There is one of each form, light and dark; and one at 400 pixels.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
import zarr

from tests.lab.pressing import Page
from tests.lab.pressing import page as opened
from tests.pages import screenshots
from tests.server import Server, running_server
from tests.viewer.explored import write_nexus, write_ocean
from tests.viewer.images import write as write_image
from tests.viewer.volumes import write_plate

SIZE = 1000, 600
NARROW = 400, 720
STILL = "() => new Promise((resolve) => setTimeout(resolve, 1500))"
# Below the address of a view; what is pressed then.
FORMS: dict[str, tuple[str, list[str]]] = {
    "lines": ("files/power.npy", []),
    "heatmap": ("files/ocean.nc", []),
    "image": ("files/cells.ome.tif", []),
    "labels": ("files/field.zarr#labels=files/field.zarr/labels/nuclei&opacity=0.5", []),
    "zero": ("files/waves.zarr&form=image", []),
    "table": ("files/cells.parquet", ["#table-stats"]),
    "text": ("files/notes.npy&form=explore", []),
    "nxdata": ("files/scan.nxs", []),
    "complex": ("files/wave.npy", []),
    "cuts": ("files/volume.npy#at.z=24&cross=80,80&c0=0,42000,magma,1,linear", []),
    "plate": ("files/plate.zarr", []),
}


def blobs(side: int, count: int, seed: int) -> np.ndarray:
    """Numbered discs, as nuclei lie."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    found = np.zeros((side, side), "u2")
    for number, (row, column, radius) in enumerate(
        zip(*rng.uniform(0, side, (2, count)), rng.uniform(12, 30, count), strict=True), 1
    ):
        found[np.hypot(y - row, x - column) < radius] = number
    return found


def field(row: int, column: int) -> np.ndarray:
    """The picture of a well."""
    return screenshots.cells(192, 3 * row + column)


def write(folder: Path) -> None:
    """The files that the pictures are of."""
    write_nexus(folder / "scan.nxs")
    write_ocean(folder / "ocean.nc")
    write_plate(folder / "plate.zarr", field, is_damaged=False)
    time = np.linspace(0, 40, 2000)
    np.save(folder / "power.npy", np.exp(-time / 15) * np.sin(time * 2) + np.cos(time / 3) / 4)
    cells = screenshots.cells(640)
    stack = np.stack([cells, np.roll(cells.T, 40, 0), np.flip(cells, 1) // 2])
    names = {"axes": "CYX", "Channel": {"Name": ["DAPI", "GFP", "Cy5"]}, "PhysicalSizeX": 0.325}
    tifffile.imwrite(
        folder / "cells.ome.tif",
        stack,
        metadata={**names, "PhysicalSizeY": 0.325},
        photometric="minisblack",
    )
    nuclei = blobs(512, 60, 3)
    write_image(folder / "field.zarr", (nuclei > 0).astype("u2") * 900 + screenshots.cells(512) // 4, "yx")
    group = zarr.open_group(folder / "field.zarr" / "labels", mode="w", zarr_format=3)
    group.attrs["ome"] = {"version": "0.5", "labels": ["nuclei"]}
    write_image(folder / "field.zarr" / "labels" / "nuclei", nuclei, "yx", kind="nearest")
    y, x = np.ogrid[-12:12:480j, -20:20:800j]
    waves = zarr.create_array(
        folder / "waves.zarr", shape=(480, 800), dtype="f4", dimension_names=("y", "x")
    )
    waves[:] = np.sin(np.hypot(y, x))
    waves.attrs.update({"units": "mm", "long_name": "Height of the water above its level at rest"})
    rng = np.random.default_rng(1)
    area = rng.gamma(9, 20, 5000).round(1)
    notes = ["ok", None, "edge", "ok", "blurred"] * 1000
    seen = pd.Timestamp("2026-03-01 09:00") + pd.to_timedelta(np.arange(5000), unit="s")
    table = {
        "area": area,
        "intensity": (area * rng.normal(8, 1, 5000)).round(2),
        "seen": seen,
        "note": notes,
    }
    pd.DataFrame(table).to_parquet(folder / "cells.parquet")
    np.save(folder / "notes.npy", np.array([["Anna", "slide 7"], ["Bo", "slide 8, edge"], ["Chi", "–"]]))
    v, u = np.mgrid[-3:3:120j, -4:4:160j]
    np.save(folder / "wave.npy", np.exp(-(u**2 + v**2) / 6) * np.exp(3j * np.hypot(u, v - 1)))
    z, y, x = np.mgrid[-1:1:48j, -1:1:160j, -1:1:160j]
    shell = np.exp(-((np.sqrt((z * 1.2) ** 2 + y**2 + (x * 0.8) ** 2) - 0.6) ** 2) / 0.01)
    np.save(folder / "volume.npy", (shell * 40_000 + 3000 * np.cos(9 * x)).clip(0).astype("u2"))


def shoot(page: Page, url: str, pressed: list[str], file: Path) -> None:
    """Write a picture of a page."""
    page("go", "about:blank")
    page("go", url)
    page("see", "html[data-drawn], main h1")
    for selector in pressed:
        page("click", selector)
    page("evaluate", STILL)
    taken = file.with_suffix(".taken.png")
    page("picture", str(taken), {})
    screenshots.keep(taken, file)


def main(folder: Path, *only: str) -> None:
    """Make all pictures, or those of some forms."""
    with tempfile.TemporaryDirectory() as name:
        data, private = Path(name, "files"), Path(name, "jupyter")
        data.mkdir()
        private.mkdir()
        write(data)
        with running_server(data, private) as server, opened() as page:
            for scheme in ("light", "dark"):
                page("scheme", scheme)
                shoot_forms(page, server, folder, scheme, only)


def shoot_forms(page: Page, server: Server, folder: Path, scheme: str, only: tuple[str, ...]) -> None:
    """The pictures of a colour scheme."""
    page("size", *SIZE)
    for form, (address, pressed) in FORMS.items():
        if not only or form in only:
            path, _, fragment = address.partition("#")
            url = f"{server.url}zarr/view?path={path}&token={server.token}#{fragment}"
            shoot(page, url, pressed, folder / f"view-{form}-{scheme}.webp")
    if not only or "share" in only:
        told = {"path": "files/cells.ome.tif", "note": "Slide 7, for Anna", "expires": "7d"}
        url = server.get("zarr/api/shares", "POST", json=told).json()["url"]
        shoot(page, url, [], folder / f"view-share-{scheme}.webp")
    if not only or "narrow" in only:
        page("size", *NARROW)
        url = f"{server.url}zarr/view?path=files/waves.zarr&form=image&token={server.token}"
        shoot(page, url, [], folder / f"view-{scheme}-narrow.webp")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else screenshots.FOLDER, *sys.argv[2:])
