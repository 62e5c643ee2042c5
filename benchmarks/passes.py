"""How many of our files a chunk of 1 MiB passes, for docs/architecture.md: ``python -m benchmarks.passes``.

Those in `handlers/` are not counted, nor what an import runs.
"""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import h5py
import numpy as np

import jupyter_zarr_serve
from jupyter_zarr_serve import wire
from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.send_budget import SendBudget
from jupyter_zarr_serve.sources.site import Site
from jupyter_zarr_serve.worker.serving import answer, served_tree

CHUNK = 1 << 17  # float64
HERE = Path(jupyter_zarr_serve.__file__).parent
CHUNKS = {"`.npy`": ("files", "a.npy", "c", "0"), "HDF5": ("files", "a.h5", "x", "c", "0")}
ROWS = (
    "in a worker, when its file is opened for it",
    "in a worker that has its file open",
    "in the server, asking a worker",
    "in the server, remembered",
)


@contextmanager
def passed(counts: list[int]) -> Iterator[None]:
    """Add the number of our files in which functions are called, in all threads."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>":
            files.add(code.co_filename)

    threading.setprofile_all_threads(note)
    try:
        yield
    finally:
        threading.setprofile_all_threads(None)
    ours = [path.relative_to(HERE) for path in map(Path, files) if path.is_relative_to(HERE)]
    counts.append(sum(path.parts[0] != "handlers" for path in ours))


def work(settings: Settings, request: Request, counts: list[int]) -> None:
    """As a worker does, cold and warm; another tree has imported what is needed."""
    frame = wire.encode_request(request)[wire.PREFIX.size :]
    answer(served_tree(settings), request)
    tree = served_tree(settings)
    for _ in range(2):
        with passed(counts):
            response, origin = answer(tree, wire.decode_request(frame))
            wire.response_head(response, origin=origin)
        assert response.status == 200


async def ask(settings: Settings, request: Request, counts: list[int]) -> None:
    """As the server does, which has a worker."""
    nobody: Any = None
    site = Site(settings, nobody, nobody, nobody, SendBudget())
    await response_of(site, Request(3, ("files", "zarr.json")))
    for is_known in (False, True):
        with passed(counts):
            response = asked if isinstance(asked := site.ask(request), Response) else await asked
        assert response.status == 200
        assert isinstance(asked, Response) is is_known
    site.close()


def main() -> None:
    """Print the table."""
    data = np.random.default_rng(0).random(CHUNK)
    found: list[list[int]] = []
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "a.npy"), data)
        with h5py.File(Path(folder, "a.h5"), "w") as file:
            file.create_dataset("x", data=data, chunks=(CHUNK,), compression="gzip")
        time.sleep(3)  # until nobody could be writing them still
        settings = Settings(Path(folder), workers=1)
        for path in CHUNKS.values():
            request, counts = Request(3, path), []
            work(settings, request, counts)
            asyncio.run(ask(settings, request, counts))
            found.append(counts)
    print("| |", " | ".join(CHUNKS), "|\n|---|---|---|")
    for name, *numbers in zip(ROWS, *found, strict=True):
        print(f"| {name} |", " | ".join(map(str, numbers)), "|")


if __name__ == "__main__":
    main()
