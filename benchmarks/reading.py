"""Whole datasets read by real clients, the server's memory meanwhile, and what Jupyter's start costs."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.load import clients
from benchmarks.table import Row, keep, most, ratio, show
from tests.clients.node import programs
from tests.server import Server

MEMORY_SECONDS = 60.0
CACHE_BYTES = 64 << 20
TREE = """
import aiohttp, json, sys, time, fsspec, zarr
count = 0
async def on_request(*_):
    global count
    count += 1
trace = aiohttp.TraceConfig()
trace.on_request_start.append(on_request)
url, headers = sys.argv[1], json.loads(sys.argv[2])
options = {"client_kwargs": {"headers": headers, "trace_configs": [trace]}}
start = time.perf_counter()
root = zarr.open_group(url, mode="r", storage_options=options)
str(root.tree())
print(json.dumps({"seconds": time.perf_counter() - start, "requests": count}))
"""
READ = """
import json, os, sys, time, zarr
url, headers = sys.argv[1], json.loads(sys.argv[2])
start, cpu = time.perf_counter(), os.times()
array = zarr.open_array(url, mode="r", storage_options={"client_kwargs": {"headers": headers}})
assert array[...].shape == (10000, 10000)
now, seconds = os.times(), time.perf_counter() - start
print(json.dumps({"seconds": seconds, "cpu": now.user + now.system - cpu.user - cpu.system}))
"""

TENSORSTORE = """
import json, os, sys, time
import tensorstore
url, headers = sys.argv[1], json.loads(sys.argv[2])
start, cpu = time.perf_counter(), os.times()
sent = [f"{name}: {value}" for name, value in headers.items()]
store = {"driver": "http", "base_url": url, "headers": sent}
array = tensorstore.open({"driver": "zarr3", "kvstore": store}).result()
assert array.read().result().shape == (10000, 10000)
now, seconds = os.times(), time.perf_counter() - start
print(json.dumps({"seconds": seconds, "cpu": now.user + now.system - cpu.user - cpu.system}))
"""
ZARRITA = """
import * as zarr from "zarrita";
const [url, headers] = process.argv.slice(-2);
const start = performance.now();
const store = new zarr.FetchStore(url, { overrides: { headers: JSON.parse(headers) } });
const whole = await zarr.get(await zarr.open.v3(store, { kind: "array" }));
if (whole.data.length !== 1e8) throw new Error(whole.shape);
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6 }));
"""
BIG_IMAGE = "nested/images/big_image"


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name:
        keep("reading", [*whole(Path(name)), *memory(Path(name)), *start(Path(name))])


def whole(folder: Path) -> Iterator[Row]:
    """zarr-python over the demo data, beside Tiled's demo."""
    with peers.ours(folder, folder, "demo", "--demo") as server, peers.tiled() as tiled:
        mine = _median(TREE, f"{server.url}zarr/v3/demo", server.headers, 5)
        yield most("open and tree() of the demo, zarr-python 3: requests", mine["requests"], 4, "")
        before = cpu(server)
        big = _median(READ, f"{server.url}zarr/v3/demo/{BIG_IMAGE}", server.headers, 1)
        spent = cpu(server) - before
        yield show(Row("zarr-python reads big_image (800 MB) first", f"{big['seconds']:.1f} s"))
        yield most("the server's processor time, beside the client's", spent / big["cpu"], 1 / 3, "x")
        yield from again(server)
        if tiled:
            theirs = _median(TREE, f"{tiled}zarr/v3/", {}, 3)
            yield ratio(
                "open and tree(), beside Tiled", theirs["seconds"] * 1e3, mine["seconds"] * 1e3, 10, " ms"
            )
            other = _median(READ, f"{tiled}zarr/v3/{BIG_IMAGE}", {}, 1)
            slower = other["seconds"] * 1e3, big["seconds"] * 1e3
            yield ratio("big_image, read first, Tiled beside us", *slower, 1, " ms")


def again(server: Server) -> Iterator[Row]:
    """Several clients read big_image once more."""
    clients: dict[str, list[str]] = {
        "zarr-python": [sys.executable, "-W", "ignore", "-c", READ],
        "tensorstore": [sys.executable, "-c", TENSORSTORE],
    }
    if shutil.which("npm"):
        clients["zarrita (Node)"] = ["node", "--input-type=module", "-e", ZARRITA, "--"]
    for name, command in clients.items():
        before = cpu(server)
        folder = programs() if command[0] == "node" else None
        runs = [
            _run(command, f"{server.url}zarr/v3/demo/{BIG_IMAGE}", server.headers, folder) for _ in range(3)
        ]
        spent = (cpu(server) - before) / len(runs)
        seconds, busy = (statistics.median(run[kind] for run in runs) for kind in ("seconds", "cpu"))
        figure = f"{seconds:.1f} s; processor: server {spent:.1f} s, client {busy:.1f} s"
        yield show(Row(f"{name} reads it again", figure))


def memory(folder: Path) -> Iterator[Row]:
    """The server's memory while 32 clients read an endless array."""
    data = folder / "endless"
    data.mkdir()
    np.save(data / "many.npy", np.random.default_rng(0).random(512 * 131_072))
    with peers.ours(folder, data, "memory", f"--ZarrServeApp.cache_bytes={CACHE_BYTES}") as server:
        urls = [f"{server.url}zarr/v3/files/many.npy/c/{at}" for at in range(512)]
        idle = resident(server)
        with ThreadPoolExecutor() as pool:
            reading = pool.submit(clients, urls, server.token, MEMORY_SECONDS, connections=32)
            seen = []
            while not reading.done():
                time.sleep(1.0)
                seen.append(resident(server))
        assert reading.result().failed == 0
    grown = max(seen) - idle - CACHE_BYTES
    yield most("memory beyond the cache under 32 readers, 60 s", grown / 1e6, 200, "MB")
    half = len(seen) // 2
    later = statistics.mean(seen[half:]) / statistics.mean(seen[len(seen) // 4 : half])
    yield most("the second half minute beside the first", later, 1.1, "x")


def start(folder: Path) -> Iterator[Row]:
    """How much later Jupyter is ready when the extension is installed."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for at in range(10):
        enabled = at % 2 == 0
        taken[enabled].append(_start(folder / f"start-{at}", enabled=enabled))
    added = statistics.median(taken[True]) - statistics.median(taken[False])
    yield most("the extension adds to Jupyter's start", added * 1e3, 60, "ms")


def _start(private: Path, *, enabled: bool) -> float:
    """Seconds of processor time that a server takes to start and end."""
    private.mkdir()
    folders = {f"JUPYTER_{kind}_DIR": str(private / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    code = (
        "from jupyter_server.serverapp import ServerApp as A; a = A(); a.initialize(%r); a.exit_on_stop = 1"
    )
    argv = ["--no-browser", "--allow-root", "--ServerApp.port=0", f"--ServerApp.root_dir={private}"]
    argv.append(f"--ServerApp.jpserver_extensions=jupyter_zarr_serve={enabled}")
    before = os.times()
    subprocess.run(
        [sys.executable, "-c", code % argv], env={**os.environ, **folders}, check=True, capture_output=True
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _median(code: str, url: str, headers: dict[str, str], repeats: int) -> dict[str, float]:
    """What a client in a process of its own prints; its median."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    runs = [_run(command, url, headers) for _ in range(repeats)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _run(
    command: list[str], url: str, headers: dict[str, str], folder: Path | None = None
) -> dict[str, float]:
    arguments = [url, json.dumps(headers)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True, cwd=folder)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def cpu(server: Server) -> float:
    """Seconds of processor time a server has taken so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(server: Server) -> int:
    """Bytes of memory a server holds."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * os.sysconf(
        "SC_PAGE_SIZE"
    )


if __name__ == "__main__":
    main()
