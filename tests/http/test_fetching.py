"""Answers of a live connection count as long as they are in memory, sent or not."""

import asyncio
from contextlib import suppress

from jupyter_zarr_serve.handlers.live.fetching import Fetching
from jupyter_zarr_serve.handlers.live.protocol import Key
from jupyter_zarr_serve.serve.request import BINARY, Response
from jupyter_zarr_serve.sources.send_budget import SendBudget

SIZE = 1 << 20
KEYS = [Key(f"v3/a/c/{number}") for number in range(10)]


async def answer(_: Key) -> Response:
    return Response(200, BINARY, bytes(SIZE), SIZE)


async def ready(fetching: Fetching, budget: SendBudget) -> None:
    """Let all be made that is made."""
    before = -1
    while before != budget.bytes or not budget.bytes:
        before = budget.bytes
        for _ in range(5):
            await asyncio.sleep(0)


def test_what_a_client_does_not_take_counts_until_it_is_dropped():
    async def run() -> list[int]:
        budget, taking = SendBudget(), asyncio.Event()

        async def send(_: bytes) -> None:
            await taking.wait()

        fetching = Fetching(answer, send, budget, "someone", lambda: None)
        fetching.begin(1, KEYS[:7])
        fetching.begin(2, KEYS[7:])
        await ready(fetching, budget)
        counted = [budget.bytes // SIZE]
        fetching.cancel(2)
        counted.append(budget.bytes // SIZE)
        fetching.close()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [*counted, budget.bytes]

    assert asyncio.run(run()) == [10, 7, 0]


def test_what_is_taken_counts_no_more():
    async def run() -> tuple[int, int]:
        budget, sent, all_sent = SendBudget(), [], asyncio.Event()

        async def send(frame: bytes) -> None:
            sent.append(len(frame))
            if len(sent) == len(KEYS):
                all_sent.set()

        fetching = Fetching(answer, send, budget, "someone", lambda: None)
        fetching.begin(1, KEYS)
        await asyncio.wait_for(all_sent.wait(), 30)
        await asyncio.sleep(0)
        return budget.bytes, min(sent)

    left, least = asyncio.run(run())
    assert left == 0
    assert least > SIZE
