"""How long the pages of large groups and folders take."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import requests

from benchmarks import peers
from benchmarks.table import Row, keep, most
from tests.server import Server

MEMBERS, FILES, REPEATS = 10_000, 100_000, 5
LINKS = 10_000  # to one file; file systems allow no more than some


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name:
        keep("browse", list(pages(Path(name))))


def pages(folder: Path) -> Iterator[Row]:
    """The first page of a group of many arrays, and of a folder of many files."""
    data = folder / "data"
    many = data / "many"
    many.mkdir(parents=True)
    with h5py.File(data / "large.h5", "w") as file:
        for number in range(MEMBERS):
            file[f"a{number:05}"] = np.int32(number)
    for number in range(FILES):
        file = many / f"a{number:06}.npy"
        if number % LINKS == 0:
            np.save(first := file, np.arange(3))
        else:
            file.hardlink_to(first)
    with peers.ours(folder, data, "browse") as server:
        seconds = _page(server, "large.h5")
        yield most(f"the page of a group of {MEMBERS:,} arrays", seconds * 1e3, 300, "ms")
        seconds = _page(server, "many")
        yield most(f"the page of a folder of {FILES:,} files", seconds * 1e3, 1000, "ms")


def _page(server: Server, name: str) -> float:
    """The median of the seconds that a page takes."""
    url, headers = f"{server.url}zarr/v3/files/{name}/", {**server.headers, "Accept": "text/html"}
    taken = []
    with requests.Session() as session:
        for _ in range(REPEATS):
            start = time.perf_counter()
            session.get(url, headers=headers, timeout=60).raise_for_status()
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
