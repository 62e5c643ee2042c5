"""`jz.open`: its import; past the server, beside HTTP and `np.load`: ``python -m benchmarks.opening``.

Both sides of a ratio take turns (A B A B ...), so that what else the machine does slows both.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import jupyter_zarr_serve as jz
from benchmarks.table import Row, beside, keep, most, show
from jupyter_zarr_serve.client.kinds.whole import whole
from tests.kernels.jupyter import Kernel, running_notebook, runtime_of
from tests.server import Server, running_server

CHUNKS, ELEMENTS = 2000, 2048  # of 16 KiB
LARGE = 13_107_200  # elements of 8 bytes: 100 MiB
TURNS = 9
MEMORY = Path("/dev/shm")
NAMED = ("JUPYTER_SERVER_URL", "JUPYTER_TOKEN")

IMPORT = """
import time
begun = time.perf_counter()
import jupyter_zarr_serve as jz
jz.open
import jupyter_zarr_serve.client.looking
print(time.perf_counter() - begun)
"""
PUBLISH = f"""
import numpy as np, jupyter_zarr_serve as jz
random = np.random.default_rng(0).random
jz.publish("small", random(({CHUNKS}, {ELEMENTS})), chunks=(1, {ELEMENTS}))
jz.publish("live", random({LARGE}))
jz.publish("frozen", random({LARGE}), frozen=True)
"""


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        root.mkdir()
        with running_server(root, Path(folder)) as server:
            for name in NAMED:
                os.environ.pop(name, None)
            os.environ["JUPYTER_RUNTIME_DIR"] = str(runtime_of(server))
            with running_notebook(server, "a.ipynb") as (kernel, _):
                kernel.run(PUBLISH)
                keep("opening", [imports(), *chunks(server, kernel), *large()])


def imports() -> Row:
    """What is loaded before a server is looked for, in a new process each time: the quickest turn."""
    seconds = [
        float(subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True).stdout)
        for _ in range(TURNS)
    ]
    return show(most("import of what it needs before its first look", 1000 * min(seconds), 60, "ms"))


def chunks(server: Server, kernel: Kernel) -> Iterator[Row]:
    """Many small chunks, by each way."""
    past = jz.open("a.ipynb/small")
    by_http = jz.open(f"{server.url}zarr/v3/{kernel.path}/small", token=server.token)
    for what, read, least in (
        ("16 KiB chunks, all of an array at once", whole, 6.0),
        ("16 KiB chunks, one by one, as zarr-python asks", lambda array: array[...], None),
    ):
        ours, theirs = turns(lambda: read(past), lambda: read(by_http))  # noqa: B023 (called here)
        rate = CHUNKS / statistics.median(ours)
        yield beside(f"{what}: past the server beside HTTP", ours, theirs, least)
        if least:
            yield show(Row(f"{what}: a second", f"{rate:,.0f}/s", ">= 8,000/s", rate >= 8000))


def large() -> Iterator[Row]:
    """One large array, beside a file that is in memory already."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "large.npy"
        np.save(file, np.random.default_rng(0).random(LARGE))
        for kind in ("frozen", "live"):
            array = jz.open(f"a.ipynb/{kind}")
            ours, theirs = turns(lambda: whole(array), lambda: np.load(file))  # noqa: B023 (called here)
            yield beside(f"100 MiB of float64, {kind}, beside np.load", ours, theirs, 0.7)


def turns(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[list[float], list[float]]:
    """The seconds of each turn of both."""
    taken: tuple[list[float], list[float]] = [], []
    for turn in range(TURNS + 1):
        for seconds, read in zip(taken, (ours, theirs), strict=True):
            started = time.perf_counter()
            read()
            if turn:  # the first opens connections
                seconds.append(time.perf_counter() - started)
    return taken


if __name__ == "__main__":
    main()
