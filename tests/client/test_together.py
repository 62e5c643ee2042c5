"""Chunks that are asked for at the same time are asked for in one message, and none waits for long."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest

from jupyter_zarr_serve.client.reader import Reader
from jupyter_zarr_serve.client.together import Together
from jupyter_zarr_serve.serve.request import Request, Response


class Kernel:
    """Notes how many questions each message has; each answer has as many bytes as its key says."""

    def __init__(self) -> None:
        self.messages: list[int] = []
        self.may_answer = Event()
        self.has_asked = Event()

    def ask(self, request: Request) -> Response:
        return self.ask_all([request])[0]

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response]:
        self.messages.append(len(requests))
        self.has_asked.set()
        if any(request.path == ("held",) for request in requests):
            assert self.may_answer.wait(20)
        sizes = [1 if request.path == ("held",) else int(request.path[0]) for request in requests]
        return [Response(200, "", bytes(size), size) for size in sizes]

    def fill(self, request: Request, room: memoryview) -> bool:
        return False

    def values(self, request: Request) -> None:
        return None


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


async def lengths(together: Together, *keys: str) -> list[int]:
    """The lengths of what comes for keys that are asked for at once."""
    bodies = await asyncio.gather(*(together.get(key, None) for key in keys))
    return [len(body or b"") for body in bodies]


async def asked(kernel: Kernel) -> None:
    """Wait until a message has come."""
    assert await asyncio.to_thread(kernel.has_asked.wait, 20)


def test_what_is_asked_for_at_once_goes_in_one_message(kernel):
    together = Together(Reader(kernel))
    assert asyncio.run(lengths(together, "1", "2", "3")) == [1, 2, 3]
    assert kernel.messages == [3]


def test_what_is_asked_for_while_a_message_is_answered_waits_for_its_end(kernel, monkeypatch):
    monkeypatch.setattr("jupyter_zarr_serve.client.together._PATIENCE", 1000)

    async def read() -> None:
        together = Together(Reader(kernel))
        first = asyncio.ensure_future(lengths(together, "held"))
        await asked(kernel)
        others = [asyncio.ensure_future(lengths(together, key)) for key in ("4", "5")]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert kernel.messages == [1]
        kernel.may_answer.set()
        assert [*await first, *await others[0], *await others[1]] == [1, 4, 5]

    asyncio.run(read())
    assert kernel.messages == [1, 2]


def test_nothing_waits_for_a_message_that_takes_long(kernel):
    async def read() -> None:
        together = Together(Reader(kernel))
        first = asyncio.ensure_future(lengths(together, "held"))
        await asked(kernel)
        assert await lengths(together, "4") == [4]
        assert not first.done()
        kernel.may_answer.set()
        assert await first == [1]

    asyncio.run(read())


def test_large_chunks_are_asked_for_one_by_one(kernel):
    async def read() -> None:
        together = Together(Reader(kernel))
        large = str(1 << 20)
        await lengths(together, large)
        await lengths(together, large, large)

    asyncio.run(read())
    assert kernel.messages == [1, 1, 1]
