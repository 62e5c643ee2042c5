"""Starting worker processes."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.sources.files import worker_start
from jupyter_zarr_serve.sources.files.worker_start import Processes


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
