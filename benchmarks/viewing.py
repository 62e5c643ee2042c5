"""The viewer in headless Chromium with software GL: first pixels, bytes, pans, and the size of the page."""

import gzip
import json
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.table import Row, beside, keep, most, show
from tests.clients.browser import CHROMIUM
from tests.clients.node import programs
from tests.kernels.jupyter import running_kernel
from tests.server import Server, running_server
from tests.viewer.explored import write_nexus, write_ocean

DIST = Path(__file__).parent.parent / "jupyter_zarr_serve" / "viewer" / "dist"
DEMO = "demo/nested/images/big_image"
TURNS = 3
DRAWN = {
    "an NXdata file": "scan.nxs",
    "a NetCDF variable": "ocean.nc",
    "a table of 10^6 rows": "million.parquet",
}
PUBLISH = """
import numpy as np, jupyter_zarr_serve as jz
y, x = np.ogrid[:10_000, :10_000]
jz.publish(image=((np.sin(x / 300) * np.cos(y / 200) + 1) * 20_000).astype("u2"))
"""


def watch(server: Server, path: str, turns: int = 0) -> dict[str, Any]:
    """What the browser measured; with pans by each way, that many times."""
    url = f"{server.url}zarr/view?path={path}&token={server.token}"
    asked = json.dumps({"url": url, "executable": CHROMIUM, "turns": turns})
    done = subprocess.run(
        ["node", "watch.js"], cwd=programs(), input=asked,
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def rows_of(what: str, told: dict[str, Any]) -> list[Row]:
    """The figures of one image."""
    live, http = ([turn[way] for turn in told["both"]] for way in ("live", "http"))
    tiles = float(np.percentile([time for pans in live for time in pans["tiles"]], 95))
    ours, theirs = ([statistics.median(pans["all"]) for pans in way] for way in (live, http))
    later = [f"{told[state]['graphics'] / 1000:.2f} s" for state in ("cold", "warm")]
    return [
        most(f"first pixels of {what}, cold", told["cold"]["milliseconds"] / 1000, 2.5, "s"),
        most("the same, warm", told["warm"]["milliseconds"] / 1000, 1, "s"),
        show(Row("until the graphics have drawn it, too: cold, warm", ", ".join(later))),
        most("bytes until then, cold", told["cold"]["bytes"] / 1e6, 4, "MB"),
        most("a tile while panning, from the wish to its pixels, p95", tiles, 100, "ms"),
        beside("a pan until its last tile is there, beside HTTP", ours, theirs, 1.5),
    ]


def write_drawn(folder: Path) -> None:
    """The files of `DRAWN`."""
    write_nexus(folder / "scan.nxs")
    write_ocean(folder / "ocean.nc")
    numbers = np.arange(1_000_000)
    pd.DataFrame({"id": numbers, "x": np.sin(numbers)}).to_parquet(folder / "million.parquet")


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    files = [path for path in DIST.iterdir() if path.suffix in (".js", ".css")]
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    rows = [most("all files of the viewer, compressed", size / 1e6, 1.5, "MB")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        write_drawn(folder / "data")
        with running_server(folder / "data", folder, "--demo") as server, running_kernel(server) as kernel:
            rows += rows_of("the demo's big_image", watch(server, DEMO, TURNS))
            kernel.run(PUBLISH)
            rows += rows_of(
                "a published 10,000 x 10,000 uint16", watch(server, f"{kernel.path}/image", TURNS)
            )
            for what, file in DRAWN.items():
                told = watch(server, f"files/{file}")
                rows.append(most(f"{what} drawn, cold", told["cold"]["milliseconds"] / 1000, 1, "s"))
    keep("viewing", rows)


if __name__ == "__main__":
    main()
