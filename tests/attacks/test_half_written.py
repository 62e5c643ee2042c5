"""Files that are written while they are read: never two states in one chunk, never "damaged"."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import requests
import zarr

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.files import writing
from jupyter_zarr_serve.files.tree import Settings, root_of
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files.in_threads import LocalSource
from jupyter_zarr_serve.sources.send_budget import SendBudget
from tests.server import Server

COUNT = 1 << 14
REWRITE = """
import sys
import numpy as np
number = 0
with open(sys.argv[1], "r+b", buffering=0) as file:
    while True:
        number = number % 1000 + 1  # an array of zeros has no chunk
        file.seek(128)
        file.write(np.full(int(sys.argv[2]), number, "f8").tobytes())
"""


@contextmanager
def source_of(folder: Path) -> Iterator[LocalSource]:
    tree = root_of(Settings(folder, policy=Policy(compressor=None)))
    source = LocalSource(tree, workers=1, memory=Memory(1 << 24), budget=SendBudget())
    yield source
    source.close()


async def ask(source: LocalSource, path: str, zarr_format: int = 3) -> Response:
    request = Request(zarr_format, ("files", *path.split("/")))
    return await response_of(source, request)


async def answered(asked: Awaitable[Response]) -> Response:
    return await asked


def status(folder: Path, path: str) -> int:
    with source_of(folder) as source:
        return asyncio.run(ask(source, path)).status


def test_a_chunk_is_of_one_state_while_its_file_is_rewritten(tmp_path):
    """Faster than the clock of the file system ticks."""
    np.save(tmp_path / "a.npy", np.ones(COUNT))

    async def read(source: LocalSource) -> Counter[Any]:
        seen: Counter[Any] = Counter()
        for _ in range(300):
            answer = await ask(source, "a.npy/c/0")
            if answer.status == 200:
                values = np.frombuffer(bytes(answer.body), "f8")
                seen["one" if (values == values[0]).all() else "mixed"] += 1
            else:
                seen[answer.status] += 1
        return seen

    command = [sys.executable, "-c", REWRITE, tmp_path / "a.npy", str(COUNT)]
    with source_of(tmp_path) as source, subprocess.Popen(command) as writer:
        try:
            seen = asyncio.run(read(source))
        finally:
            writer.kill()
    assert set(seen) <= {"one", 503}
    assert status(tmp_path, "a.npy/c/0") == 200


def test_what_is_on_its_way_stays_as_it_was_when_its_file_is_rewritten(server: Server, served_dir: Path):
    """As it would not, if the system sent from its own copy of the file (``sendfile``)."""
    store, count = served_dir / "on its way.zarr", 1 << 17
    zarr.create_array(store, data=np.ones(count), chunks=(count,), compressors=None)
    url = server.store_url(3, f"files/{store.name}/c/0")
    with requests.get(url, headers=server.headers, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        with (store / "c" / "0").open("r+b") as file:
            file.write(np.full(count, 2.0).tobytes())
        assert (np.frombuffer(answer.content, "f8") == 1).all()


def test_a_stamp_proves_nothing_before_the_clock_has_ticked(tmp_path, monkeypatch):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(3.0))
    monkeypatch.setattr(writing, "_TICK", 3600.0)  # the file is always too young
    monkeypatch.setattr(writing, "_TRIES", 0)
    with source_of(tmp_path) as source:
        assert asyncio.run(ask(source, "a.npy/zarr.json")).status == 200, "it is listed"
        again = source.ask(Request(3, ("files", "a.npy", "zarr.json")))
        assert isawaitable(again), "it is not remembered"
        assert asyncio.run(answered(again)).status == 200
        refused = asyncio.run(ask(source, "a.npy/c/0"))
    assert refused.status == 503
    assert refused.headers["Retry-After"]


WHOLE: dict[str, Any] = {
    "a.npy/c/0": lambda path: np.save(path, np.arange(100.0)),
    "a.tif/c/0/0": lambda path: __import__("tifffile").imwrite(path, np.ones((64, 64), "u1")),
    "a.parquet/x/c/0": lambda path: __import__("pandas").DataFrame({"x": [1.0]}).to_parquet(path),
    "a.npz/x/c/0": lambda path: np.savez(path, x=np.arange(100.0)),
    "a.png/c/0/0": lambda path: __import__("PIL.Image").Image.fromarray(np.ones((9, 9), "u1")).save(path),
}


@pytest.mark.parametrize("path", WHOLE)
def test_a_half_written_file_is_there_soon(tmp_path, path):
    file = tmp_path / path.split("/")[0]
    WHOLE[path](file)
    data = file.read_bytes()
    with file.open("wb", buffering=0) as writer:
        writer.write(data[: len(data) // 2])
        assert status(tmp_path, path) == 503, "somebody writes it"
    assert status(tmp_path, path) == 422, "nobody does: it is damaged"
    file.write_bytes(data)
    assert status(tmp_path, path) == 200


def test_a_half_written_hdf5_file_is_there_soon(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.arange(1000.0)
    data = (tmp_path / "a.h5").read_bytes()
    with (tmp_path / "a.h5").open("wb", buffering=0) as writer:
        writer.write(data[:600])
        assert status(tmp_path, "a.h5/x/c/0") == 503


def test_so_are_half_written_metadata(tmp_path):
    zarr.create_array(tmp_path / "a.zarr", data=np.arange(3.0))
    document = tmp_path / "a.zarr" / "zarr.json"
    data = document.read_bytes()
    with document.open("wb", buffering=0) as writer:
        writer.write(data[: len(data) // 2])
        assert status(tmp_path, "a.zarr/c/0") == 503
    assert status(tmp_path, "a.zarr/c/0") == 422
    document.write_bytes(data)
    assert status(tmp_path, "a.zarr/c/0") == 200


def test_who_only_reads_a_file_does_not_write_it(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with (tmp_path / "a").open("rb"):
        assert not writing.is_being_written(tmp_path / "a")
    with (tmp_path / "a").open("r+b", buffering=0) as writer:
        writer.write(b"y")
        assert writing.is_being_written(tmp_path / "a")
    assert not writing.is_being_written(tmp_path / "nothing")


def test_processes_are_looked_at_once_for_a_damaged_file(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(writing, "_writes", lambda process, path: looks.append(path))
    file = tmp_path / "a"
    file.write_bytes(b"x")
    time.sleep(0.05)  # what changed just now proves nothing
    assert not writing.is_being_written(file)
    seen = len(looks)
    assert seen > 0
    assert not writing.is_being_written(file)
    assert len(looks) == seen
    file.write_bytes(b"y")
    assert not writing.is_being_written(file)
    assert len(looks) > seen
