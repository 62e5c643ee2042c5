"""Bytes on their way are bounded, whoever asks; those who take nothing keep nobody waiting for ever."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import pytest

from jupyter_zarr_serve.sources import send_budget as module
from jupyter_zarr_serve.sources.send_budget import SendBudget


def run(act: Callable[[SendBudget], Coroutine[Any, Any, None]]) -> None:
    async def run_it() -> None:
        await act(SendBudget(100))

    asyncio.run(asyncio.wait_for(run_it(), 20))


def test_newcomers_are_a_few_at_a_time():
    async def act(budget: SendBudget) -> None:
        with ExitStack() as all_of_them:
            served = 0
            for number in range(80):  # each of whom takes nothing
                if budget.has_room_for(f"client {number}"):
                    all_of_them.enter_context(budget.sending(10, f"client {number}"))
                    served += 1
            assert served == 10 + module._GUESTS
            assert budget.bytes == 10 * served
        assert budget.has_room_for("anybody")

    run(act)


def test_the_slowest_answer_of_who_takes_most_is_ended_while_another_waits(monkeypatch):
    monkeypatch.setattr(module, "_GRACE", 0.0)
    monkeypatch.setattr(module, "_TICK", 0.001)

    async def act(budget: SendBudget) -> None:
        ended: list[str] = []
        with ExitStack() as slow:
            for number in range(12):
                name = "slow" if number % 2 else f"other {number}"
                slow.enter_context(budget.sending(20, name, lambda number=number: ended.append(number)))
            assert not budget.has_room_for("slow")
            for _ in range(20):
                await asyncio.sleep(0.001)
            assert ended == []  # nobody but the slow one waits
            waiting = asyncio.ensure_future(budget.room("other 0"))
            while not ended:
                await asyncio.sleep(0.001)
            assert set(ended) == {1}
        await waiting

    run(act)


@pytest.mark.parametrize("grace", [10.0])
def test_an_answer_is_not_ended_before_it_had_a_while(monkeypatch, grace):
    monkeypatch.setattr(module, "_GRACE", grace)
    monkeypatch.setattr(module, "_TICK", 0.001)

    async def act(budget: SendBudget) -> None:
        ended: list[int] = []
        with budget.sending(200, "slow", lambda: ended.append(1)), budget.sending(1, "other"):
            assert not budget.has_room_for("other")
            for _ in range(30):
                await asyncio.sleep(0.001)
        assert ended == []

    run(act)
