"""The live connection: many chunks at once beside one request each, and what watching costs a loop.

Both sides of each ratio are measured in turns.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import zarr
from websocket import WebSocketTimeoutException

from benchmarks.film import files, films
from benchmarks.table import Row, keep, most, ratio
from tests.kernels.jupyter import Kernel, running_kernel
from tests.live import connected
from tests.server import Server, running_server

COUNT = 1000  # chunks
ELEMENTS = 2048  # float64 of one chunk: 16 KiB
TURNS = 5
LOOP = """
whole, own = time.process_time(), time.thread_time()
for i in range({count}):
    {body}
whole, own = time.process_time() - whole, time.thread_time() - own
print((whole - own) / own)
"""
WRITES = """
times = []
for i in range({count}):
    t[:] = i
    times.append(time.time())
    until = time.perf_counter() + 0.2 + 0.01 * (i % 10)
    while time.perf_counter() < until: x = i * i % 7
"""
LOOPS = {
    "plain Python": ("x = i * i % 7", 8_000_000),
    "writes into 512 x 512 float32": ("t[:] = i", 20_000),
}


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        root.mkdir()
        values = np.random.default_rng(0).random(COUNT * ELEMENTS)
        zarr.create_array(root / "a.zarr", data=values, chunks=ELEMENTS, compressors=None)
        with running_server(root, Path(folder)) as server, running_kernel(server) as kernel:
            kernel.run(
                "import time\nimport numpy as np\nimport jupyter_zarr_serve as jz\n"
                f"a = np.random.default_rng(0).random({COUNT * ELEMENTS})\n"
                "t = np.zeros((512, 512), 'f4')\n"
                f"jz.publish(t=t)\njz.publish(a=a, chunks={ELEMENTS}, compressor=None)\n"
            )
            parts = (chunks, loops, delays, films)
            rows = [*(part(server, kernel) for part in parts), files(server, root), idle(server)]
            keep("live", [row for some in rows for row in some])


def chunks(server: Server, kernel: Kernel) -> Iterator[Row]:
    """Chunks of 16 KiB over one connection."""
    for name, path, target in (
        ("a file, remembered", "files/a.zarr", 3.0),
        ("an idle kernel", f"{kernel.path}/a", 3.0),
    ):
        keys = [f"v3/{path}/c/{index}" for index in range(COUNT)]
        both = [(_multi_get(server, keys), _one_by_one(server, keys)) for _ in range(TURNS)]
        together, each = (statistics.median(times) for times in zip(*both, strict=True))
        what = f"16 KiB chunks of {name}: multi-get beside a request each"
        yield ratio(what, COUNT / together, COUNT / each, target)


def loops(server: Server, kernel: Kernel) -> Iterator[Row]:
    """What watching takes of a processor, beside what the user's own loop takes.

    Processor time, as the time on the clock is also that of whatever else the machine does. All threads of
    the kernel but the one of the loop count.
    """
    for name, (body, count) in LOOPS.items():
        code = LOOP.format(body=body, count=count)
        kernel.run(code)
        both = []
        for _ in range(TURNS):
            alone = float(kernel.run(code))
            with connected(server) as live:
                live.subscribe(f"{kernel.path}/t")
                both.append((alone, float(kernel.run(code))))
            time.sleep(0.2)
        alone, watched = (100 * statistics.median(shares) for shares in zip(*both, strict=True))
        yield most(f"a loop of {name}: other threads, nobody watches", alone, 1, "%")
        yield most("the same: other threads, one watches", watched, 5, "%")


def delays(server: Server, kernel: Kernel) -> Iterator[Row]:
    """From a write in a running loop to its notice."""
    path, count = f"{kernel.path}/t", 40
    with connected(server) as live:
        live.subscribe(path)
        kernel.run(WRITES.format(count=count), wait=False)
        came = []
        with suppress(WebSocketTimeoutException):
            while True:
                live.notice(path, seconds=3)
                came.append(time.time())
    wrote = [float(text) for text in kernel.run("print(*times)").split()]
    late = sorted(1000 * (min(there for there in came if there > here) - here) for here in wrote)
    yield most("from a write to its notice, half of them within", statistics.median(late), 80, "ms")
    yield most("95 of 100 within", late[int(0.95 * count)], 150, "ms")


def idle(server: Server) -> Iterator[Row]:
    """What subscriptions cost the server while nothing changes."""
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    with ExitStack() as opened:
        for number in range(10):
            live = opened.enter_context(connected(server))
            live.subscribe(*(f"files/none/{number}/{index}" for index in range(100)))
        spent, began = sum(process.cpu_times()[:2]), time.monotonic()
        time.sleep(10)
        share = (sum(process.cpu_times()[:2]) - spent) / (time.monotonic() - began)
        grown = process.memory_info().rss - before
    yield most("memory of 1 000 subscriptions", grown / 2**20, 20, "MiB")
    yield most("processor while nothing changes, 1 000 subscriptions", 100 * share, 1, "%")


def _multi_get(server: Server, keys: list[str]) -> float:
    with connected(server) as live:
        live.get(1, keys[:10])
        return _seconds(lambda: live.get(2, keys))


def _one_by_one(server: Server, keys: list[str]) -> float:
    parts = urlsplit(server.url)
    connection = HTTPConnection(str(parts.hostname), parts.port)

    def ask(some: list[str]) -> None:
        for key in some:
            connection.request("GET", f"{parts.path}zarr/{key}", headers=server.headers)
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()

    try:
        ask(keys[:10])
        return _seconds(lambda: ask(keys))
    finally:
        connection.close()


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
