"""Requests per second beside a bare Tornado handler, nginx, Tiled, xpublish and zarr-http-server."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr

from benchmarks import peers
from benchmarks.load import Rate, clients, median
from benchmarks.table import Row, beside, keep, most, ratio
from jupyter_zarr_serve.core.codecs import DEFAULT_COMPRESSOR
from tests.server import Server

CHUNK = 131_072  # float64 elements: 1 MiB
SMALL = 2_048  # 16 KiB
MANY = 64
TURNS = 5
TILED_DOCUMENT = "zarr/v2/nested/images/big_image/.zarray"
TILED_CHUNK = "zarr/v2/nested/cubes/tiny_cube/0.0.0"


@dataclass(frozen=True)
class Stage:
    """Everything that runs while the rows are measured."""

    server: Server
    folder: Path
    bare: Server
    nginx: str | None

    def url(self, path: str) -> str:
        """The address of something that our server serves."""
        return f"{self.server.url}zarr/v3/files/{path}"

    def rate(self, path: str, **how: object) -> Rate:
        """What eight connections get of it."""
        return checked(median(self.url(path), self.server.token, **how))


def checked(rate: Rate) -> Rate:
    """A rate of which no request failed."""
    assert rate.failed == 0, f"{rate.failed} requests failed"
    return rate


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        data = folder / "data"
        write(data)
        server = stack.enter_context(peers.ours(folder, data, "ours"))
        files = folder / "files"
        fetch(server, files)
        stage = Stage(
            server,
            folder,
            stack.enter_context(peers.bare(folder, files)),
            stack.enter_context(peers.nginx(folder, files)),
        )
        keep("serving", rows(stage))


def rows(stage: Stage) -> list[Row]:
    """All rows, in the order of the page."""
    return [*beside_bare(stage), *beside_nginx(stage), *beside_zarr_servers(stage), *uncached(stage)]


def write(data: Path) -> None:
    """The files that are served."""
    data.mkdir()
    random = np.random.default_rng(0)
    np.save(data / "small.npy", random.random(SMALL))
    np.save(data / "chunk.npy", random.random(CHUNK))
    np.save(data / "many.npy", random.random(MANY * CHUNK))
    store = zarr.create_group(data / "store.zarr")
    for name, length in (("small", SMALL), ("chunk", CHUNK)):
        stored = store.create_array(
            name, shape=(length,), chunks=(length,), dtype="f8", dimension_names=[f"of_{name}"]
        )
        stored[...] = random.random(length)


def fetch(server: Server, files: Path) -> None:
    """Our answers as files, for those who serve the same bytes."""
    files.mkdir()
    for name, path in {
        "document": "chunk.npy/zarr.json",
        "small": "small.npy/c/0",
        "chunk": "chunk.npy/c/0",
        "stored": "store.zarr/chunk/c/0",
        "stored-small": "store.zarr/small/c/0",
    }.items():
        (files / name).write_bytes(server.get(f"zarr/v3/files/{path}").content)


def beside_bare(stage: Stage) -> Iterator[Row]:
    """Documents and cached chunks."""
    for connections in (1, 8, 32):
        for what, kind, path, at_least in (
            ("metadata document", "document", "chunk.npy/zarr.json", 0.7),
            ("16 KiB chunk, cached", "small", "small.npy/c/0", None),
            ("1 MiB chunk, cached", "chunk", "chunk.npy/c/0", 0.85),
        ):
            mine, theirs = turns(stage, path, kind, connections)
            wanted = at_least if connections == 8 else None
            named = f"{what}, {connections} connections, beside bare Tornado"
            yield beside(named, [one.taken for one in mine], [one.taken for one in theirs], wanted)
            if connections == 8 and sys.platform == "linux":
                used = [[one.used for one in side] for side in (mine, theirs)]
                yield beside(f"{what}: processor time, beside bare Tornado's", *used, None)
    etag = stage.server.get("zarr/v3/files/chunk.npy/c/0").headers["ETag"]
    unchanged = stage.rate("chunk.npy/c/0", headers={"If-None-Match": etag}).per_second
    document = stage.rate("chunk.npy/zarr.json").per_second
    yield ratio("304 for an unchanged chunk, beside a document", unchanged, document, 0.9)


@dataclass(frozen=True)
class Turn:
    """What a request took, in seconds: of time, and of the server's processor."""

    taken: float
    used: float


def turns(stage: Stage, path: str, kind: str, connections: int) -> tuple[list[Turn], list[Turn]]:
    """Several turns of our server and of bare Tornado, one after the other."""
    mine, theirs = [], []
    for _ in range(TURNS):
        mine.append(turn(stage.server, stage.url(path), stage.server.token, connections))
        theirs.append(turn(stage.bare, f"{stage.bare.url}bare/{kind}", "", connections))
    return mine, theirs


def turn(server: Server, url: str, token: str, connections: int) -> Turn:
    """What each request took of a second in which a server got as many as it could answer."""
    before, started = processor_seconds(server), time.monotonic()
    rate = checked(clients(url, token, connections=connections)).per_second
    share = (processor_seconds(server) - before) / (time.monotonic() - started)
    return Turn(1 / rate, share / rate)


def processor_seconds(server: Server) -> float:
    """The processor time that a server has used, on Linux; without its workers."""
    try:
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def beside_nginx(stage: Stage) -> Iterator[Row]:
    """Chunks that are passed through as they are stored."""
    if stage.nginx is None:
        return
    for name, path, at_least in (("1 MiB", "chunk", 0.35), ("16 KiB", "small", None)):
        mine = stage.rate(f"store.zarr/{path}/c/0").per_second
        file = "stored" if path == "chunk" else "stored-small"
        theirs = checked(median(f"{stage.nginx}{file}")).per_second
        yield ratio(f"{name} chunk, passed through, beside nginx", mine, theirs, at_least)


def beside_zarr_servers(stage: Stage) -> Iterator[Row]:
    """Tiled's demo, and the others over the same store."""
    document = stage.rate("chunk.npy/zarr.json").per_second
    chunk = stage.rate("chunk.npy/c/0").per_second
    stored = stage.rate("store.zarr/chunk/c/0").per_second
    with peers.tiled() as url:
        if url:
            theirs = checked(median(f"{url}{TILED_DOCUMENT}")).per_second
            yield ratio("metadata document, beside Tiled", document, theirs, 10)
            theirs = checked(median(f"{url}{TILED_CHUNK}")).per_second
            yield ratio("1 MiB chunk, cached, beside Tiled (1 MB)", chunk, theirs, 15)
    for name, path in (("zarr-http-server", "chunk/c/0"), ("xpublish", "datasets/data/zarr/chunk/c/0")):
        with peers.of_zarr(name, stage.folder / "data" / "store.zarr") as url:
            if url:
                theirs = checked(median(f"{url}{path}")).per_second
                yield ratio(f"1 MiB chunk of a store, beside {name}", stored, theirs, None)


def uncached(stage: Stage) -> Iterator[Row]:
    """Chunks that are read and encoded for each request, and what else the server does meanwhile."""
    data = stage.folder / "data"
    with peers.ours(stage.folder, data, "uncached", "--ZarrServeApp.cache_bytes=0") as server:
        urls = [f"{server.url}zarr/v3/files/many.npy/c/{at}" for at in range(MANY)]
        mine = checked(median(urls, server.token)).per_second
        cached = stage.rate("chunk.npy/c/0").per_second
        bound = 1 / (1 / encoded_per_second(data / "many.npy") + 1 / cached)
        yield ratio("1 MiB chunk, read and encoded, beside encoding + sending", mine, bound, 0.7)
        status = f"{server.url}api/status"
        idle = checked(median(status, server.token, connections=1)).p99
        with ThreadPoolExecutor() as pool:
            reading = pool.submit(clients, urls, server.token, 6.0, connections=16)
            time.sleep(0.5)
            busy = checked(median(status, server.token, connections=1)).p99
            reading.result()
        yield most("p99 of /api/status while 16 clients read such chunks", busy, 30, "ms")
        yield most("the same, beside its p99 when idle", busy / idle, 3, "x")


def encoded_per_second(file: Path) -> float:
    """How many chunks all processors read and encode in a second, without any server."""
    stop = time.monotonic() + 2.0
    blocks = np.load(file, mmap_mode="r").reshape(MANY, CHUNK)

    def encode(_: int) -> int:
        count = 0
        while time.monotonic() < stop:
            block = np.array(blocks[count % MANY])
            DEFAULT_COMPRESSOR.encode(block.view(np.uint8), 8)
            count += 1
        return count

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(encode, range(workers))) / 2.0


if __name__ == "__main__":
    main()
