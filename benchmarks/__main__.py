"""Chunks of a live kernel beside the same chunks of a file, from one real Jupyter server.

Run ``python -m benchmarks`` in an environment with the extra ``test``. The file's chunks come out of the
server's cache, so that they cost no reading and no encoding: they are the bound for any other source.
"""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks import costs
from benchmarks.load import Rate, clients
from tests.kernels.jupyter import running_kernel
from tests.server import Server, running_server

SECONDS = 2.0
REPEATS = 5
SIZES = {"16 KiB": 2048, "1 MiB": 131_072}  # float64 elements of one chunk

PUBLISH = """
import numpy as np
import jupyter_zarr_serve as jz
arrays = {name: np.random.default_rng(0).random(n) for name, n in %r.items()}
for name, array in arrays.items():
    jz.publish(f"frozen {name}", array, chunks=array.shape, frozen=True)
    jz.publish(f"live {name}", array, chunks=array.shape)
"""


def measure(server: Server, path: str) -> Rate:
    """The median of several runs."""
    runs = [clients(server.url + path, server.token, SECONDS) for _ in range(REPEATS)]
    return sorted(runs, key=lambda rate: rate.per_second)[len(runs) // 2]


def show(what: str, rate: Rate, bound: Rate) -> None:
    """One row: requests per second, the ratio to the bound, latencies."""
    ratio = rate.per_second / bound.per_second
    figures = f"{rate.per_second:8.0f}/s  {ratio:5.2f}x  p50 {rate.p50:6.1f} ms  p99 {rate.p99:6.1f} ms"
    print(f"{what:34} {figures}  failed {rate.failed}", flush=True)


def main() -> None:
    """Measure and print every row."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        root.mkdir()
        for name, elements in SIZES.items():
            np.save(root / f"{name}.npy", np.random.default_rng(0).random(elements))
        with running_server(root, Path(folder)) as server, running_kernel(server) as kernel:
            kernel.run(PUBLISH % SIZES)
            bounds = {}
            for name in SIZES:
                quoted = name.replace(" ", "%20")
                bounds[name] = measure(server, f"zarr/v3/files/{quoted}.npy/c/0")
                show(f"file, cached, {name}", bounds[name], bounds[name])
                for kind in ("frozen", "live"):
                    path = f"zarr/v3/{kernel.path}/{kind}%20{quoted}/c/0"
                    show(f"idle kernel, {kind}, {name}", measure(server, path), bounds[name])
            document = measure(server, "zarr/v3/files/16%20KiB.npy/zarr.json")
            show("metadata document", document, document)
            kernel.run("while True: pass", wait=False)
            for name in SIZES:
                path = f"zarr/v3/{kernel.path}/frozen%20{name.replace(' ', '%20')}/c/0"
                show(f"busy kernel, frozen, {name}", measure(server, path), bounds[name])
    costs.main()


if __name__ == "__main__":
    main()
