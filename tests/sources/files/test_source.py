"""Files read in worker processes: the same answers, and no file ends, blocks or fills the server."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import psutil
import pytest
import zarr

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.files.origin import read_origin
from jupyter_zarr_serve.files.tree import Settings, Tree
from jupyter_zarr_serve.files.validator import SameFile, same_file
from jupyter_zarr_serve.readers.files import stamp_of
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files import worker_pool
from jupyter_zarr_serve.sources.files.in_threads import LocalSource
from jupyter_zarr_serve.sources.files.source import FilesSource
from jupyter_zarr_serve.sources.files.worker_pool import WorkerPool
from jupyter_zarr_serve.sources.files.worker_start import Processes
from jupyter_zarr_serve.sources.send_budget import SendBudget
from jupyter_zarr_serve.sources.site import _in_threads
from jupyter_zarr_serve.wire import FrameError
from jupyter_zarr_serve.worker import sandbox
from tests.server import running_server
from tests.sources.files.worker_processes import PROGRAM, files, get

PATHS = [
    "", "zarr.json", "nothing", "a.h5/zarr.json", "a.h5/x/zarr.json", "a.h5/x/c/0", "a.h5/x/c/9", "a.h5/x/",
    "s.zarr/zarr.json", "s.zarr/c/1", "s.zarr/c/7", "sound.npy/c/0",
]  # fmt: skip
KINDS: list[dict[str, Any]] = [
    {}, {"method": "HEAD"}, {"form": "json"}, {"byte_range": "bytes=2-5"}, {"byte_range": "bytes=999-"},
    {"if_none_match": "*"}, {"if_none_match": "ETAG"}, {"byte_range": "bytes=1-2", "if_range": "ETAG"},
    {"view": "portable"}, {"form": "node"}, {"form": "stats"}, {"form": "image"}, {"form": "nonsense"},
    {"within": 1}, {"within": 2}, {"preview": True},
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    values = np.random.default_rng(0).random(512)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(256,), compression="gzip")
    zarr.create_array(str(tmp_path / "s.zarr"), data=values, chunks=(256,))
    return tmp_path


def known(response: Response) -> Response:
    """A response but for how long it took, and the words of a failure."""
    if response.status >= 400:
        return Response(response.status, json.loads(response.body or b"{}").get("reason", ""), b"", 0)
    return replace(response, spent={}, body=bytes(response.body))


def worker_pids() -> list[int]:
    """The processes of workers of this process, that from which they are forked included."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if PROGRAM in child.cmdline():  # other tests have servers of their own
                found += [child.pid, *(below.pid for below in child.children(recursive=True))]
    return found


async def ended(pids: list[int]) -> bool:
    """Whether processes end within seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(psutil.pid_exists(pid) and _runs(pid) for pid in pids):
            return True
        await asyncio.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_processes_answer_as_threads_do(root):
    async def act() -> None:
        async with files(root) as source:
            tree = Tree(Settings(root))
            local = LocalSource(
                tree.root, workers=1, memory=Memory(0), budget=SendBudget(), below=tree.below
            )
            for path in PATHS:
                request = Request(3, ("files", *path.split("/")))
                first = await response_of(local, request)
                for kind in KINDS:
                    given = {
                        n: v.replace("ETAG", first.etag or "") if n[:2] == "if" else v
                        for n, v in kind.items()
                    }
                    asked = replace(request, **given)
                    wanted = known(await response_of(local, asked))
                    for _ in ("anew", "as remembered"):
                        assert known(await response_of(source, asked)) == wanted, (path, kind)
            local.close()

    asyncio.run(act())


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is known at once elsewhere")
@pytest.mark.parametrize("workers", [0, 1])
def test_what_is_remembered_waits_for_room_to_be_sent_like_anything_else(root, workers):
    async def act() -> None:
        budget, settings = SendBudget(1), Settings(root, workers=workers)
        source = FilesSource(settings, budget) if workers else _in_threads(settings, budget)
        request = Request(3, ("files", "s.zarr", "zarr.json"), client="slow")
        wanted = known(await response_of(source, request))
        at_once = source.ask(request)
        assert isinstance(at_once, Response)
        with budget.sending(1, "slow"):
            later = asyncio.ensure_future(response_of(source, request))
            await asyncio.sleep(0.1)
            assert not later.done()
        assert known(await later) == known(at_once) == wanted
        source.close()

    asyncio.run(act())


def test_a_worker_that_dies_costs_nobody_anything(root):
    async def act() -> None:
        async with files(root, "once") as source:
            assert (await get(source, "a.h5/x/c/0")).status == 200
            for pid in worker_pids():
                os.kill(pid, signal.SIGKILL)  # also the process from which they are forked
            answers = await asyncio.gather(*(get(source, "a.h5/x/c/0") for n in range(20)))
            assert {answer.status for answer in answers} == {200}
            assert (await get(source, "once.npy/c/0")).status == 200

    asyncio.run(act())


def test_a_file_that_ends_two_workers_is_refused_until_it_changes(root):
    async def act() -> None:
        async with files(root, "crash", "crash2") as source:
            crash, sound = await asyncio.gather(get(source, "crash.npy/c/0"), get(source, "sound.npy/c/0"))
            assert (crash.status, sound.status) == (422, 200)
            assert "crash.npy" in json.loads(crash.body)["message"]
            pids = worker_pids()
            assert (await get(source, "crash.npy/zarr.json")).status == 422  # no worker is asked again
            assert {*worker_pids()} <= {*pids}
            listed = json.loads((await get(source, "", form="json")).body)["members"]
            assert {"sound.npy", "a.h5"} <= set(listed)  # beside two that end workers
            assert not {"crash.npy", "crash2.npy"} & set(listed)
            (root / "crash.npy").unlink()
            assert (await get(source, "crash.npy/zarr.json")).status == 404
            np.save(root / "crash.npy", np.arange(7))
            assert (await get(source, "crash.npy/zarr.json")).status == 422  # tried, and again

    asyncio.run(act())


def test_a_worker_that_hangs_is_ended(root):
    async def act() -> None:
        async with files(root, "hang", worker_timeout=1.0) as source:
            assert (await get(source, "sound.npy/c/0")).status == 200
            hung = asyncio.create_task(get(source, "hang.npy/c/0"))
            async with asyncio.timeout(20):
                while not source._pool._busy:
                    await asyncio.sleep(0.01)
            busy = source._pool._busy
            pids = [worker.pid for worker in busy]
            assert (await get(source, "sound.npy/c/0")).status == 200
            answer = await hung
            assert (answer.status, "worker_timeout" in str(answer.body)) == (503, True)
            assert pids
            assert await ended(pids)

    asyncio.run(act())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the memory of a process")
def test_a_bomb_is_refused_and_the_machine_lives(root):
    async def act() -> None:
        async with files(root, "bomb", worker_bytes=1 << 30) as source:
            answer = await get(source, "bomb.npy/c/0")
            assert (answer.status, "worker_bytes" in str(answer.body)) == (422, True)
            assert (await get(source, "sound.npy/c/0")).status == 200

    asyncio.run(act())


@pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")
def test_there_is_no_way_out_of_a_worker(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVER", str(os.getpid()))
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / "served").mkdir()

    async def act() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            name = f"escape{listener.getsockname()[1]}"
            async with files(tmp_path / "served", name) as source:
                answer = await get(source, f"{name}.npy/c/0")
                assert answer.status == 200, bytes(answer.body)

    asyncio.run(act())


def test_half_written_files_are_told_from_damaged_ones(root):
    """A worker may not look at other processes; the server tells it who writes."""

    async def act() -> None:
        async with files(root) as source:
            with (root / "half.h5").open("wb") as writer:
                writer.write((root / "a.h5").read_bytes()[:600])
                writer.flush()
                await asyncio.sleep(0.1)
                assert (await get(source, "half.h5/zarr.json")).status == 503
            await asyncio.sleep(0.1)
            assert (await get(source, "half.h5/zarr.json")).status == 422

    asyncio.run(act())


def test_workers_end_with_their_server(served_dir, tmp_path):
    with running_server(served_dir, tmp_path, "--demo") as server:
        assert server.get("zarr/v3/demo/zarr.json").status_code == 200
        workers = psutil.Process(server.process.pid).children(recursive=True)
        assert len(workers) >= 2 if sys.platform == "linux" else 1
        server.process.kill()
        assert asyncio.run(ended([worker.pid for worker in workers]))


@pytest.mark.parametrize("moment", [0.0, 0.05, 2.0])  # while a worker starts, and while it hangs
def test_a_server_ends_though_a_worker_hangs(root, moment):
    async def act() -> None:
        async with files(root, "hang") as source:
            hung = asyncio.create_task(get(source, "hang.npy/c/0"))
            await asyncio.sleep(moment)
            pids = worker_pids()
            source.close()
            assert (await hung).status == 503
            assert await ended(pids)

    asyncio.run(act())


def test_workers_end_when_nobody_asks(root, monkeypatch):
    async def act() -> None:
        async with files(root) as source:
            assert (await get(source, "sound.npy/c/0")).status == 200
            pids = worker_pids()
            assert pids
            monkeypatch.setattr("jupyter_zarr_serve.sources.files.worker_pool._IDLE_SECONDS", 0.2)
            assert await ended(pids)
            assert (await get(source, "a.h5/x/c/0")).status == 200

    monkeypatch.setattr("jupyter_zarr_serve.sources.files.worker_pool._TICK_SECONDS", 0.1)
    asyncio.run(act())


def test_the_server_imports_no_library_of_a_format(root):
    code = f"""
import asyncio, sys
from pathlib import Path
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files import worker_pool
from jupyter_zarr_serve.sources.files.source import FilesSource
from jupyter_zarr_serve.sources.send_budget import SendBudget

async def act():
    source = FilesSource(Settings(Path({str(root)!r}), workers=1, demo=True), SendBudget())
    for path in ("a.h5/x/c/0", "s.zarr/c/0", "s.zarr/zarr.json", ""):
        assert (await response_of(source, Request(3, ("files", *path.split("/"))))).status == 200
    assert (await response_of(source, Request(3, ("demo", "zarr.json")))).status == 200
    source.close()

asyncio.run(act())
formats = {{*"h5py pyarrow tifffile pandas xarray zarr PIL cfgrib imagecodecs sparse".split()}}
print(sorted(formats & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


class TestWhatAWorkerTells:
    """A worker may have been taken over by what it read."""

    def test_files_outside_the_roots_are_refused(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("s3cret")
        told = {"present": [[str(secret), str(secret), stamp_of(secret), True]], "absent": []}
        for attack in (told, {**told, "present": [["/", "/", "", True]], "stored": told["present"][0]}):
            with pytest.raises(FrameError):
                read_origin(attack, lambda path: path != secret)

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"present": 1, "absent": []},
            {"present": [["a"]], "absent": []},
            {"present": [], "absent": ["/"] * 99},
        ],
    )
    def test_nonsense_is_refused(self, told):
        with pytest.raises(FrameError):
            read_origin(told, lambda _: True)

    def test_what_many_chunks_are_of_is_checked_once_and_few_are_remembered(self, tmp_path, monkeypatch):
        monkeypatch.setattr(worker_pool, "_MOST_ORIGINS", 2)
        asked: list[Path] = []

        def is_served(path: Path) -> bool:
            asked.append(path)
            return True

        pool = WorkerPool(Processes(Settings(tmp_path)), 1.0, is_served)

        def told(name: str) -> dict[str, Any]:
            return {"present": [[f"/{name}", f"/{name}", "1-1-1-1", True]], "absent": []}

        first = pool._origin(told("a"))
        count = len(asked)
        assert pool._origin(told("a")) is first
        assert len(asked) == count > 0
        for name in ("b", "c", "x" * 3000):
            assert pool._origin(told(name)).validator == SameFile(*[Path("/", name)] * 2, "1-1-1-1", True)
        assert len(pool._origins) == 2
        assert pool._origin(told("a")) is not first
        refusing = WorkerPool(Processes(Settings(tmp_path)), 1.0, lambda _: False)
        for _ in range(2):
            with pytest.raises(FrameError):
                refusing._origin(told("a"))

    def test_roots_are_names_and_no_beginnings_of_names(self, root):
        async def act() -> None:
            async with files(root) as source:
                pool: WorkerPool = source._pool
                assert pool._is_served(root / "a.h5")
                assert pool._is_served(root)
                assert not pool._is_served(root.with_name(f"{root.name}-too") / "a")
                assert not pool._is_served(root / ".." / "a")

        asyncio.run(act())

    def test_a_file_that_is_told_is_the_one_that_is_read(self, tmp_path):
        file = tmp_path / "a"
        file.write_bytes(b"old")
        before = same_file(file, file, stamp_of(file))
        assert before is not None
        file.unlink()
        file.write_bytes(b"new one")
        assert not before()


def test_with_no_workers_threads_of_the_server_read(root):
    async def act() -> None:
        source = _in_threads(Settings(root, workers=0), SendBudget())
        assert (await response_of(source, Request(3, ("files", "a.h5", "x", "c", "0")))).status == 200
        assert worker_pids() == []
        source.close()

    asyncio.run(act())
