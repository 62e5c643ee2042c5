"""What publishing costs the user's own work: import, publish, and the slowdown of a loop."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import Row, keep, most, show
from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server, running_server

REPEATS = 5
TURNS = 9  # of both sides of a comparison, A B A B ..., so that what else the machine does slows both

PUBLISH = """
import time, sys, json
import numpy as np
start = time.perf_counter()
import jupyter_zarr_serve as jz
imported = time.perf_counter()
jz.publish(first=np.arange(12.0))
published = time.perf_counter()
huge = np.memmap({huge!r}, "f8", "r", shape=(10 * 10**9 // 8,))
before = int(open("/proc/self/statm").read().split()[1])
mapped = time.perf_counter()
jz.publish(huge=huge)
done = time.perf_counter()
grown = (int(open("/proc/self/statm").read().split()[1]) - before) * 4096
seconds = {{"import": imported - start, "first": published - imported, "huge": done - mapped}}
print(json.dumps({{**seconds, "grown": grown}}))
"""
SPARSE = """
import numpy as np, scipy.sparse as sp, jupyter_zarr_serve as jz
rng = np.random.default_rng(0)
rows = np.sort(rng.integers(0, 10**6, 10**7))
indptr = np.searchsorted(rows, np.arange(10**6 + 1))
matrix = sp.csr_array((rng.random(10**7), rng.integers(0, 10**6, 10**7), indptr), (10**6, 10**6))
jz.publish(matrix=matrix)
"""
LOOP = """
import time
def work():
    start, total = time.perf_counter(), 0
    for number in range(5_000_000):
        total += number % 7
    return time.perf_counter() - start
print(work())
"""
SERVED = "import numpy as np, jupyter_zarr_serve as jz\njz.publish(c=np.arange(2048.0), frozen=True)"


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        private = Path(folder)
        huge = private / "huge"
        with huge.open("wb") as out:
            out.truncate(10 * 10**9)
        with running_server(None, private, cwd=private) as server:
            keep("costs", [*publishing(server, huge), *sparse(server), *loop(server)])


def publishing(server: Server, huge: Path) -> Iterator[Row]:
    """Import, the first publish of a kernel, a large array."""
    runs: list[dict[str, float]] = []
    for _ in range(REPEATS):
        with running_kernel(server) as kernel:
            runs.append(json.loads(kernel.run(PUBLISH.format(huge=str(huge)))))
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    yield most("import jupyter_zarr_serve", median["import"] * 1e3, 30, "ms")
    yield most("the first publish of a kernel", median["first"] * 1e3, 100, "ms")
    yield most("publish a mapped array of 10 GB", median["huge"] * 1e3, 50, "ms")
    yield most("its memory", median["grown"] / 1e6, 1, "MB")


def sparse(server: Server) -> Iterator[Row]:
    """Chunks of a large CSR matrix."""
    with running_kernel(server) as kernel:
        kernel.run(SPARSE)
        path = f"zarr/v3/{kernel.path}/matrix"
        lengths = server.get(f"{path}/zarr.json").json()["chunk_grid"]["configuration"]["chunk_shape"]
        taken = []
        for step in range(20):
            start = time.perf_counter()
            answer = server.get(f"{path}/c/{step * 50_000 // lengths[0]}/{step * 47_000 // lengths[1]}")
            taken.append(time.perf_counter() - start)
            assert answer.status_code in (200, 404), answer.text
    yield show(Row("first chunk of a 10^6 x 10^6 CSR matrix, 10^7 non-zeros", f"{taken[0] * 1e3:.1f} ms"))
    yield most("any other of its chunks, request included", statistics.median(taken[1:]) * 1e3, 20, "ms")


def loop(server: Server) -> Iterator[Row]:
    """How much slower the user's own loop becomes."""
    with running_kernel(server) as alone, running_kernel(server) as served:
        served.run(SERVED)
        path = f"zarr/v3/{served.path}/c/c/0"
        assert server.get(path).status_code == 200
        quiet = [(_loop(served), _loop(alone)) for _ in range(TURNS)]
        yield _slower("the user's loop is slower, nobody reads", quiet, 5)
        read = []
        for _ in range(REPEATS):
            with reading(server, path, 0.0):
                under = _loop(served)
            read.append((under, _loop(served)))
        yield _slower("the same under 8 readers as fast as they can", read, 30)


def _loop(kernel: Kernel) -> float:
    return float(kernel.run(LOOP))


def _slower(what: str, pairs: list[tuple[float, float]], limit: float) -> Row:
    """A row of how much longer the first of each pair took: the median, the least and the most."""
    slower = sorted((mine / other - 1) * 100 for mine, other in pairs)
    median = statistics.median(slower)
    figure = f"{median:.1f} % ({slower[0]:.1f} to {slower[-1]:.1f})"
    return show(Row(what, figure, f"<= {limit:g} %", median <= limit))


class reading:  # noqa: N801 (a context manager)
    """Eight clients in a process of their own, which read one chunk again and again."""

    def __init__(self, server: Server, path: str, pause: float) -> None:
        self._command = [
            sys.executable,
            "-m",
            "benchmarks.load",
            server.url + path,
            server.token,
            str(pause),
        ]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command)
        time.sleep(1.0)

    def __exit__(self, *_: Any) -> None:
        self._process.terminate()
        self._process.wait(20)


if __name__ == "__main__":
    main()
