"""Connections to one kernel, over real sockets: how many, how long, and none left."""

import asyncio
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.core.nodes import Array, Group
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.serve.request import LINKS, Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.sources.kernels import pool
from jupyter_zarr_serve.sources.kernels.kernel import KernelSource
from tests.kernels.responder import listen

KEY = b"key"


class Provisioned:
    """What Jupyter's manager of a kernel says of it."""

    ip = "127.0.0.1"
    provisioner = None
    last_activity = None
    alive = True

    class session:  # noqa: N801
        key = KEY

    def __init__(self, connection_file):
        self.connection_file = str(connection_file)

    async def is_alive(self):
        return self.alive


class Counting:
    """A tree with one array, slow to read, that counts who reads it at a time.

    Nobody goes on before `wanted` have come, or all have waited for some seconds.
    """

    def __init__(self):
        self.now = self.most = 0
        self.wanted = 1
        self.changed = threading.Condition()
        array = Array((4,), np.dtype("f8"), (4,), Reading(self.read), codecs=())
        self.root = Group(children={"t": array})

    def read(self, region):
        with self.changed:
            self.now += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.wanted, 3)
        time.sleep(0.02)
        with self.changed:
            self.now -= 1
        return np.arange(4.0)


@pytest.fixture
def counting():
    return Counting()


@pytest.fixture
def source(tmp_path, counting):
    with listen(counting.root, tmp_path / "kernel-1.json", KEY):
        yield KernelSource(Provisioned(tmp_path / "kernel-1.json"), 5)


CHUNK = Request(3, ("t", "c", "0"))


async def test_eight_connections_serve_all(source, counting):
    counting.wanted = 8
    answers = await asyncio.gather(*(source.ask(CHUNK) for _ in range(50)))
    assert {bytes(answer.body) for answer in answers} == {np.arange(4.0).tobytes()}
    assert counting.most == 8
    assert len(source._pool._open) == 8
    source.close()


async def test_too_many_are_turned_away(source):
    answers = await asyncio.gather(*(source.ask(CHUNK) for _ in range(600)))
    assert [answer.status for answer in answers].count(503) == 600 - 512
    source.close()


async def test_idle_connections_are_closed(source, monkeypatch):
    monkeypatch.setattr(pool, "_IDLE_SECONDS", 0.1)
    monkeypatch.setattr(pool, "_TICK_SECONDS", 0.05)
    assert (await source.ask(CHUNK)).status == 200
    async with asyncio.timeout(20):
        while source._pool._open or len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) == 1
    assert (await source.ask(CHUNK)).status == 200
    source.close()


async def test_closing_leaves_nothing(source):
    pending = asyncio.ensure_future(source.ask(CHUNK))
    await asyncio.sleep(0.01)
    assert (await source.ask(CHUNK)).status == 200
    source.close()
    await asyncio.wait({pending})
    source.close()
    async with asyncio.timeout(20):
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)


async def test_a_client_that_gives_up_ends_its_connection_only(source):
    asked = [asyncio.ensure_future(source.ask(CHUNK)) for _ in range(3)]
    await asyncio.sleep(0.01)
    asked[0].cancel()
    await asyncio.wait(asked)
    assert asked[0].cancelled()
    assert {one.result().status for one in asked[1:]} == {200}
    source.close()


@pytest.mark.parametrize("size", [0, 1, 4000, 4096, 100_000, 5_000_000])
async def test_bodies_of_every_size(tmp_path, size):
    data = np.arange(size, dtype="u1")
    array = Array((size,), data.dtype, (max(size, 1),), Reading(data.__getitem__), codecs=())
    with listen(Group(children={"t": array}), tmp_path / "kernel-1.json", KEY):
        source = KernelSource(Provisioned(tmp_path / "kernel-1.json"), 5)
        for _ in range(3):
            answer = await source.ask(CHUNK)
            assert bytes(answer.body) == data.tobytes() or answer.status == 404
        source.close()


async def test_a_kernel_elsewhere_is_named_as_such(tmp_path):
    for ip, file in (("10.0.0.7", tmp_path / "kernel-1.json"), ("", "")):
        kernel = Provisioned(file)
        kernel.ip = ip
        source = KernelSource(kernel, 5)
        answer = await source.ask(Request(3, ("t", "zarr.json")))
        assert (answer.status, b"machine" in answer.body) == (503, True)
        assert not await source.publishes()


async def test_a_dead_kernel_is_not_asked(source):
    source.kernel.alive = False
    answer = await source.ask(CHUNK)
    assert (answer.status, b"dead" in answer.body) == (503, True)


async def test_a_kernel_that_dies_while_it_is_asked(tmp_path):
    """Its end of the connection may be held open by a child."""
    stopped = threading.Event()
    array = Array((4,), np.dtype("f8"), (4,), Reading(lambda region: stopped.wait(20) and np.zeros(4)))
    with listen(Group(children={"t": array}), tmp_path / "kernel-2.json", KEY):
        source = KernelSource(Provisioned(tmp_path / "kernel-2.json"), 10)
        pending = asyncio.ensure_future(source.ask(CHUNK))
        await asyncio.sleep(0.1)
        source.kernel.alive = False
        answer = await asyncio.wait_for(pending, 2)
        stopped.set()
    assert (answer.status, b"dead" in answer.body) == (503, True)
    assert wire.endpoint_path(tmp_path / "kernel-2.json").exists()
    source.close()


async def test_an_older_kernel_gives_no_wrong_description(source, monkeypatch):
    def older(root, request):
        return replace(respond(root, replace(request, form=LINKS, options=())), form=None)

    described = await source.ask(Request(3, ("t",), form="node"))
    assert (described.status, described.form) == (200, "node")
    monkeypatch.setattr("tests.kernels.responder.respond", older)
    refused = await source.ask(Request(3, ("t",), form="node"))
    assert refused.status == 422
    assert b"older jupyter_zarr_serve" in refused.body
    assert (await source.ask(Request(3, ("nothing",), form="node"))).status == 404
    source.close()
