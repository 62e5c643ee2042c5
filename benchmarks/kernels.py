"""Chunks of a live kernel beside the same chunks out of the server's own memory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.load import Rate, median
from benchmarks.table import Row, keep, most, ratio, show
from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server, running_server

SIZES = {"16 KiB": 2048, "1 MiB": 131_072}  # float64 elements of one chunk

PUBLISH = """
import numpy as np
import jupyter_zarr_serve as jz
arrays = {name: np.random.default_rng(0).random(n) for name, n in %r.items()}
for name, array in arrays.items():
    jz.publish(f"frozen {name}", array, chunks=array.shape, frozen=True)
    jz.publish(f"live {name}", array, chunks=array.shape)
"""


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        root.mkdir()
        for name, elements in SIZES.items():
            np.save(root / f"{name}.npy", np.random.default_rng(0).random(elements))
        with running_server(root, Path(folder)) as server, running_kernel(server) as kernel:
            kernel.run(PUBLISH % SIZES)
            keep("kernels", [*idle(server, kernel), *busy(server, kernel)])


def idle(server: Server, kernel: Kernel) -> Iterator[Row]:
    """A kernel that runs nothing."""
    for name in SIZES:
        bound = _rate(server, f"files/{name}.npy/c/0").per_second
        for kind, at_least in (("frozen", 0.6), ("live", None)):
            rate = _rate(server, f"{kernel.path}/{kind} {name}/c/0").per_second
            yield ratio(f"{name} chunk of an idle kernel, {kind}, beside memory", rate, bound, at_least)


def busy(server: Server, kernel: Kernel) -> Iterator[Row]:
    """A kernel that runs a loop of plain Python."""
    kernel.run("while True: pass", wait=False)
    for name in SIZES:
        rate = _rate(server, f"{kernel.path}/frozen {name}/c/0")
        wanted = name == "16 KiB"
        target, is_met = (">= 400/s", rate.per_second >= 400) if wanted else ("", None)
        yield show(
            Row(
                f"{name} chunk of a kernel in `while True: pass`",
                f"{rate.per_second:,.0f}/s",
                target,
                is_met,
            )
        )
        if wanted:
            yield most("the same: half of the requests within", rate.p50, 25, "ms")


def _rate(server: Server, path: str) -> Rate:
    rate = median(f"{server.url}zarr/v3/{path.replace(' ', '%20')}", server.token, seconds=2.0)
    assert rate.failed == 0, f"{rate.failed} requests failed"
    return rate


if __name__ == "__main__":
    main()
