"""`jz.watch`: a program is told what changes, also after its connection was lost."""

import asyncio
import gc
import socket
import threading
import time
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client.watching import Change, Watch
from tests.kernels.jupyter import running_notebook
from tests.server import Server
from tests.shares.conftest import share
from tests.waiting import until

SECONDS = 20


@pytest.fixture
def folder(served_dir: Path) -> Path:
    place = served_dir / "watching"
    place.mkdir(exist_ok=True)
    np.save(place / "a.npy", np.arange(5))
    return place


def threads() -> int:
    return sum(thread.name in {"zarr-live", "zarr-watch"} for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    deadline = time.monotonic() + SECONDS
    while threads():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def taken(watch: Any, count: int = 1) -> list[Change]:
    changes = []
    async with asyncio.timeout(SECONDS):
        async for change in watch:
            changes.append(change)
            if len(changes) == count:
                return changes
    return changes


def changes(watch: Any, count: int = 1) -> list[Change]:
    """The next changes."""
    return asyncio.run(taken(watch, count))


def test_changes_of_a_file_are_iterated_over(mine: Server, folder):
    watch = jz.watch("watching/a.npy")
    np.save(folder / "a.npy", np.arange(7))
    (change,) = changes(watch)
    assert (change.kind, change.region) == ("layout", None)
    watch.close()
    assert changes(watch) == []


def test_a_variable_of_another_notebook_is_watched(mine: Server):
    with running_notebook(mine, "watching.ipynb") as (kernel, _):
        kernel.run("import numpy as np, jupyter_zarr_serve as jz; t = np.zeros((4, 5))")
        kernel.run("h = jz.publish(t=t)")
        with jz.watch("watching.ipynb/t") as watch:
            kernel.run("t[:] = 1")
            (first,) = changes(watch)
            kernel.run("t[1, 2:] = 2; h.touch((1, slice(2, None)))")
            (second,) = changes(watch)
        assert first.kind == second.kind == "data"
        assert second.region == (slice(1, 2), slice(2, 5))
        assert second.generation > first.generation


def test_a_kernel_watches_its_own_variables_while_a_loop_writes(mine: Server):
    code = """
import asyncio, threading, time
import numpy as np, jupyter_zarr_serve as jz
t = np.zeros((4, 5)); h = jz.publish(t=t)
seen = []
watch = jz.watch("t", seen.append)
began = time.monotonic()
while len(seen) < 3 and time.monotonic() < began + 20:
    t += 1
watch.close()
print(len(seen) >= 3, {each.kind for each in seen})
async def first():
    async for change in jz.watch("t"):
        return change.kind
task = asyncio.ensure_future(first())
"""
    with running_notebook(mine, "watching-own.ipynb") as (kernel, _):
        assert kernel.run(code) == "True {'data'}\n"
        kernel.run("t[:] = 7")
        assert kernel.run("print(await asyncio.wait_for(task, 20))") == "data\n"


def test_a_callback_is_called_until_it_is_closed_or_fails(mine: Server, folder, monkeypatch):
    seen: Queue[Change] = Queue()
    watch = jz.watch("watching/a.npy", seen.put)
    np.save(folder / "a.npy", np.arange(8))
    assert seen.get(timeout=SECONDS).kind == "layout"
    watch.close()
    failures: Queue[Any] = Queue()
    monkeypatch.setattr(threading, "excepthook", failures.put)
    jz.watch("watching/a.npy", lambda change: 1 / 0)
    np.save(folder / "a.npy", np.arange(9))
    assert failures.get(timeout=SECONDS).exc_type is ZeroDivisionError


def test_what_was_missed_is_told_after_a_reconnect(mine: Server, folder):
    with jz.watch("watching/a.npy") as watch, jz.watch("watching/a.npy", lambda _: None):
        connection = watch._end.peek()[1].__self__  # type: ignore[index]
        connection._socket.sock.shutdown(socket.SHUT_RDWR)
        np.save(folder / "a.npy", np.arange(11))
        (change,) = changes(watch)
        assert change.kind in {"layout", "back"}
        np.save(folder / "a.npy", np.arange(12))
        assert changes(watch)[0].kind == "layout"


def test_a_share_link_is_watched_until_it_is_revoked(mine: Server, folder):
    told = share(mine, "files/watching")
    url = f"{mine.url}{told['link'].removeprefix('/')}v3/a.npy"
    watch = jz.watch(url)
    np.save(folder / "a.npy", np.arange(3))
    assert changes(watch)[0].kind == "layout"
    mine.get(f"zarr/api/shares/{told['id']}", "DELETE")
    with pytest.raises(PermissionError, match="not valid"):
        changes(watch)


def test_what_is_not_there_is_said_as_by_open(mine: Server):
    with pytest.raises(KeyError, match="no 'watching"):
        jz.watch("watching/none.npy")
    with pytest.raises(PermissionError):
        jz.watch(f"{mine.url}zarr/v3/files/watching", token="wrong")


def wait_for(watch: Watch, generation: int) -> None:
    """Wait until a change that nobody has taken yet stands for all up to one."""
    until(lambda: watch._mailbox.generation == generation)


def test_who_takes_changes_slowly_gets_the_latest_alone(mine: Server, folder):
    told: Queue[Change] = Queue()
    with jz.watch("watching/a.npy") as slow, jz.watch("watching/a.npy", told.put):
        for length in range(20, 24):
            np.save(folder / "new.npy", np.arange(length))
            (folder / "new.npy").replace(folder / "a.npy")  # there is no moment in which it is half written
            latest = told.get(timeout=SECONDS).generation
            wait_for(slow, latest)
        (change,) = changes(slow)
        assert (change.kind, change.generation) == ("layout", latest)
        assert slow._mailbox.taken(lambda: None) is None
