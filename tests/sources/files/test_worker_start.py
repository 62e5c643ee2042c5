"""Starting worker processes."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.shared_memory import BODY_BYTES
from jupyter_zarr_serve.sources.files import worker_start
from jupyter_zarr_serve.sources.files.worker_start import Processes
from tests.sources.files.worker_processes import files, get


def test_a_process_that_nobody_waits_for_any_more_is_ended(tmp_path: Path, monkeypatch):
    """Whoever asked is cancelled after the process started and before that is known in the event loop."""
    started: list[subprocess.Popen[bytes]] = []
    to_thread = asyncio.to_thread

    async def act() -> None:
        processes = Processes(Settings(tmp_path))

        async def cancelled(function, *arguments):
            started.append(await to_thread(function, *arguments))
            processes.close()
            raise asyncio.CancelledError

        monkeypatch.setattr(worker_start.asyncio, "to_thread", cancelled)
        with pytest.raises(asyncio.CancelledError):
            await processes.start()

    asyncio.run(act())
    assert [process.returncode is None for process in started] == [False]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows a process's variables here")
def test_a_worker_keeps_memory_for_its_next_chunk_and_gets_no_secret(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "whose")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "whose")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of a mount")

    async def act() -> dict[str, str]:
        async with files(tmp_path, workers=1) as source:
            assert (await get(source, "sound.npy/c/0")).status == 200
            (worker,) = source._pool._idle
            told = Path(f"/proc/{worker.pid}/environ").read_text().rstrip("\0").split("\0")
            return dict(variable.split("=", 1) for variable in told)

    told = asyncio.run(act())
    assert not {name for name, value in told.items() if value == "whose"}
    assert (told["OMP_NUM_THREADS"], told["AWS_SECRET_ACCESS_KEY"]) == ("7", "of a mount")
    assert int(told["MALLOC_TRIM_THRESHOLD_"]) > int(told["MALLOC_MMAP_THRESHOLD_"]) > BODY_BYTES
