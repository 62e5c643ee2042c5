"""Asking ahead: in order, many at once, bounded, and nothing goes on when nobody takes it."""

import asyncio
from contextlib import aclosing

import pytest

from jupyter_zarr_serve.handlers.web import ahead
from jupyter_zarr_serve.handlers.web.ahead import in_order
from jupyter_zarr_serve.serve.request import Response


class Source:
    """Answers with some bytes, and knows how many are asked for at once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[str] = []
        self.now = self.most = self.cancelled = 0

    async def ask(self, name: str) -> Response:
        self.asked.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            for _ in range(hash(name) % 7):  # they do not come in order
                await asyncio.sleep(0)
            return Response(200, name, bytes(self.size), self.size)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now -= 1


async def taken(source: Source, count: int, most: int | None = None) -> list[str]:
    found = []
    async with aclosing(in_order(map(str, range(count)), source.ask)) as coming:
        async for name, answer in coming:
            assert (await answer).media_type == name
            found.append(name)
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize("count", [0, 1, 5, 100])
def test_they_come_in_order(count):
    source = Source(10)
    assert asyncio.run(taken(source, count)) == list(map(str, range(count)))
    assert source.most <= ahead._AT_ONCE
    assert source.asked == list(map(str, range(count)))
    if count == 100:
        assert source.most > ahead._AT_FIRST


def test_large_ones_are_asked_for_one_by_one(monkeypatch):
    monkeypatch.setattr(ahead, "_BYTES", 1000)
    source = Source(700)
    asyncio.run(taken(source, 40))
    assert source.most <= ahead._AT_FIRST

    source = Source(300)
    asyncio.run(taken(source, 40))
    assert source.most <= ahead._AT_FIRST


def test_what_nobody_takes_is_cancelled():
    async def run() -> None:
        source = Source(10)
        assert await taken(source, 100, most=1) == ["0"]
        await asyncio.sleep(0)
        assert source.now == 0
        assert len(source.asked) <= ahead._AT_FIRST

    asyncio.run(run())
