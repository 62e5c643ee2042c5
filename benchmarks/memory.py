"""What a server and its workers take while every chunk of 2 000 files of all formats is read.

``python -m benchmarks.memory``
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import peers
from benchmarks.table import Row, keep, most, show
from tests import every_chunk
from tests.every_chunk import MB

FILES = 2_000
SETTINGS = {"workers": 2, "cache_bytes": 64 << 20, "worker_cache_bytes": 128 << 20}


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name:
        keep("memory", rows(Path(name)))


def rows(folder: Path) -> Iterator[Row]:
    """What each process took, beside what the guide for JupyterHub says."""
    data = folder / "data"
    every_chunk.write(data, FILES)
    options = [f"--ZarrServeApp.{name}={value}" for name, value in SETTINGS.items()]
    with peers.ours(folder, data, "memory", *options) as server:
        taken = every_chunk.read(server, data)
    yield show(Row(f"chunks of {FILES:,} files of all formats, each read", f"{taken.chunks:,}"))
    yield show(Row("the server at its start", f"{taken.start / MB:.0f} MB"))
    bound = every_chunk.formula("server", start=taken.start, on_their_way=0, **SETTINGS)
    yield most("the most that the server took", taken.server / MB, round(bound / MB), "MB")
    bound = every_chunk.formula("worker", largest_chunk=1 << 20, **SETTINGS)
    for number, worker in enumerate(taken.workers, 1):
        yield most(f"the most that worker {number} took", worker / MB, round(bound / MB), "MB")


if __name__ == "__main__":
    main()
