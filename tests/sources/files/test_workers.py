"""Work in fair turns: done once for all who ask, dropped when nobody waits, bounded in every way."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

import pytest

from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.serve.request import Response
from jupyter_zarr_serve.sources.files import workers as module
from jupyter_zarr_serve.sources.files.workers import Workers
from jupyter_zarr_serve.sources.send_budget import SendBudget

SECONDS = 20


def response(body: bytes = b"x") -> Response:
    return Response(200, "application/octet-stream", body, len(body))


class Bench:
    """Workers with one thread, which is kept busy until `open`; notes what is begun, in its order."""

    def __init__(self, budget: SendBudget | None = None, threads: int = 1) -> None:
        self.budget = budget or SendBudget()
        self.workers = Workers(threads, self.budget)
        self.begun: list[Any] = []
        self.gate = threading.Event()

    def ask(self, key: Any, client: str = "a", outcome: Any = b"") -> "asyncio.Task[Response]":
        def work() -> Response:
            self.begun.append(key)
            assert self.gate.wait(SECONDS)
            if isinstance(outcome, BaseException):
                raise outcome
            return response(outcome)

        return asyncio.ensure_future(self.workers.run(key, client, work))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not condition():
                await asyncio.sleep(0.001)

    async def busy(self) -> "asyncio.Task[Response]":
        """Give the thread something to do."""
        first = self.ask("first", "first")
        await self.until(lambda: self.begun == ["first"])
        return first

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left of anything."""
        w = self.workers
        return not (w._flights or w._queues or w._queued or self.budget.bytes or self.budget._of)


@pytest.fixture
def play() -> Callable[..., None]:
    """Plays a scene in an event loop; nothing may be left of it, nor be reported by the loop."""

    async def scene(act: Callable[[Bench], Awaitable[None]], bench: Callable[[], Bench], idle: int) -> None:
        reported: list[dict[str, Any]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        stage = bench()
        try:
            await act(stage)
            stage.gate.set()
            await stage.until(lambda: stage.workers._idle == idle)
        finally:
            stage.gate.set()
            stage.workers.close()
        assert stage.is_idle
        assert [handle for handle in loop._scheduled if not handle.cancelled()] == []  # type: ignore[attr-defined]
        gc.collect()
        await asyncio.sleep(0)
        assert reported == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    def play(
        act: Callable[[Bench], Awaitable[None]], bench: Callable[[], Bench] = Bench, idle: int = 1
    ) -> None:
        asyncio.run(scene(act, bench, idle))

    return play


def test_equal_requests_are_done_once_while_they_wait(play):
    async def act(bench: Bench) -> None:
        first = await bench.busy()
        asked = [bench.ask("same", client) for client in "abcabc"]
        await asyncio.sleep(0)
        bench.gate.set()
        answers = await asyncio.gather(*asked)
        assert all(answer is answers[0] for answer in answers)
        assert bench.begun == ["first", "same"]
        await first

    play(act)


def test_what_is_begun_is_done_anew_for_who_asks_later(play):
    async def act(bench: Bench) -> None:
        first = await bench.busy()
        again = bench.ask("first", "first")
        await asyncio.sleep(0)
        bench.gate.set()
        assert await first is not await again
        assert bench.begun == ["first", "first"]

    play(act)


def test_clients_take_turns(play):
    async def act(bench: Bench) -> None:
        await bench.busy()
        many = [bench.ask(("many", n), "many") for n in range(500)]
        await asyncio.sleep(0)
        few = [bench.ask(("few", n), "few") for n in range(3)]
        await asyncio.sleep(0)
        bench.gate.set()
        await asyncio.gather(*many, *few)
        order = [name for name, _ in bench.begun[1:]]
        assert order[:7] == ["many", "few", "many", "few", "many", "few", "many"]
        assert [n for name, n in bench.begun[1:] if name == "many"] == list(range(500))

    play(act)


def test_who_joins_the_end_of_a_long_line_does_not_wait_for_all_of_it(play):
    async def act(bench: Bench) -> None:
        await bench.busy()
        many = [bench.ask(n, "many") for n in range(300)]
        await asyncio.sleep(0)
        joined = bench.ask(299, "few")
        await asyncio.sleep(0)
        bench.gate.set()
        assert await joined is await many[299]
        await asyncio.gather(*many)
        assert bench.begun.index(299) <= 3
        assert sorted(bench.begun[1:]) == list(range(300))

    play(act)


def test_who_joins_never_delays_those_who_wait_already(play):
    async def act(bench: Bench) -> None:
        await bench.busy()
        early = [bench.ask(n, "early") for n in range(3)]
        await asyncio.sleep(0)
        late = [bench.ask(("late", n), "late") for n in range(50)]
        await asyncio.sleep(0)
        joined = bench.ask(1, "late")
        await asyncio.sleep(0)
        bench.gate.set()
        await asyncio.gather(*early, *late, joined)
        assert bench.begun.index(1) <= 4

    play(act)


def test_what_nobody_waits_for_is_not_begun(play):
    async def act(bench: Bench) -> None:
        first = await bench.busy()
        gone = [bench.ask(n, "many") for n in range(100)]
        stays = bench.ask("stays", "many")
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        assert bench.workers._queued == 1
        bench.gate.set()
        await asyncio.gather(first, stays)
        assert bench.begun == ["first", "stays"]

    play(act)


def test_who_goes_takes_nothing_from_those_who_stay(play):
    async def act(bench: Bench) -> None:
        await bench.busy()
        gone, stays, other = (bench.ask("same", client, b"same") for client in "aab")
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert gone.cancelled()
        bench.gate.set()
        assert (await stays).body == (await other).body == b"same"
        assert bench.begun == ["first", "same"]

    play(act)


@pytest.mark.parametrize("failure", [Unreadable("no"), ValueError("no"), MemoryError()])
def test_failures_reach_everybody(play, failure):
    async def act(bench: Bench) -> None:
        await bench.busy()
        asked = [bench.ask("same", client, failure) for client in "aab"]
        await asyncio.sleep(0)
        bench.gate.set()
        assert all(found is failure for found in await asyncio.gather(*asked, return_exceptions=True))

    play(act)


def test_a_failure_that_nobody_waits_for_is_told_to_nobody(play):
    async def act(bench: Bench) -> None:
        task = bench.ask("bad", "a", ValueError("no"))
        await bench.until(lambda: bench.begun == ["bad"])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(act)


def test_who_asks_for_too_much_is_refused_but_no_other(play):
    async def act(bench: Bench) -> None:
        await bench.busy()
        many = [bench.ask(n, "many") for n in range(module._PER_CLIENT + 10)]
        await asyncio.sleep(0)
        joined, other = bench.ask(0, "many"), bench.ask("other", "other")
        await asyncio.sleep(0)
        bench.gate.set()
        found = await asyncio.gather(*many, return_exceptions=True)
        refused = [n for n, one in enumerate(found) if isinstance(one, Unavailable)]
        assert refused == list(range(module._PER_CLIENT, module._PER_CLIENT + 10))
        assert (await joined).status == (await other).status == 200

    play(act)


def test_all_clients_together_are_bounded(play, monkeypatch):
    monkeypatch.setattr(module, "_IN_ALL", 10)

    async def act(bench: Bench) -> None:
        await bench.busy()
        asked = [bench.ask(n, f"client {n}") for n in range(12)]
        await asyncio.sleep(0)
        bench.gate.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(one, Unavailable) for one in found] == [False] * 10 + [True] * 2

    play(act)


def test_patience_ends(play, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.05)

    async def act(bench: Bench) -> None:
        first = await bench.busy()
        asked = [bench.ask("late", client) for client in "aab"]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, Unavailable) and "no turn" in str(one) for one in found)
        assert bench.workers._queued == 0
        bench.gate.set()
        await first  # what is begun has all the time it needs
        assert bench.begun == ["first"]

    play(act)


def test_who_goes_as_patience_ends_leaves_nothing(play, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.02)

    async def act(bench: Bench) -> None:
        await bench.busy()
        late = bench.ask("late")
        await asyncio.sleep(0)
        (answer,) = bench.workers._flights["late"].waiting
        await bench.until(answer.done)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)

    play(act)


def test_nothing_is_begun_for_who_fills_the_flow(play):
    async def act(bench: Bench) -> None:
        bench.gate.set()
        with ExitStack() as sending:
            sending.enter_context(bench.budget.sending(60, "a"))
            await bench.ask("before")
            sending.enter_context(bench.budget.sending(50, "a"))
            asked = [bench.ask(n) for n in range(5)]
            for _ in range(50):
                await asyncio.sleep(0.001)
            assert bench.begun == ["before"]
            await bench.ask("other", "who takes what is sent")
            sending.pop_all().close()
        await asyncio.gather(*asked)
        assert bench.begun == ["before", "other", *range(5)]

    play(act, lambda: Bench(SendBudget(100)))


def test_who_has_taken_all_goes_on_though_others_fill_the_flow(play):
    async def act(bench: Bench) -> None:
        bench.gate.set()
        with bench.budget.sending(200, "b"):
            with bench.budget.sending(1, "a"):
                asked = bench.ask("later")
                await asyncio.sleep(0)
                assert bench.begun == []
            await asked

    play(act, lambda: Bench(SendBudget(100)))


def fail_to_send(budget: SendBudget, failure: type[BaseException]) -> None:
    with budget.sending(100):
        assert budget.is_full
        raise failure


@pytest.mark.parametrize("failure", [ValueError, asyncio.CancelledError])
def test_what_fails_to_be_sent_is_not_on_its_way(failure):
    async def act() -> None:
        budget, heard = SendBudget(100), []
        budget.on_room(lambda: heard.append(budget.bytes))
        with budget.sending(10):
            with pytest.raises(failure):
                fail_to_send(budget, failure)
            assert heard == [10]
            assert budget.has_room_for("anybody")
            await asyncio.wait_for(budget.room(""), SECONDS)
        assert (budget.bytes, budget.is_full) == (0, False)

    asyncio.run(act())


def test_who_waits_for_room_goes_on_when_there_is():
    async def act() -> None:
        budget = SendBudget(100)
        with budget.sending(100):
            waiting = asyncio.ensure_future(budget.room(""))
            await asyncio.sleep(0)
            assert not waiting.done()
        await asyncio.wait_for(waiting, SECONDS)

    asyncio.run(act())


def test_closing_refuses_what_waits_and_ends_what_is_begun(play):
    async def act(bench: Bench) -> None:
        first = await bench.busy()
        waiting = [bench.ask(n, f"client {n}") for n in range(3)]
        await asyncio.sleep(0)
        bench.workers.close()
        found = await asyncio.gather(*waiting, bench.ask("later"), return_exceptions=True)
        assert all(isinstance(one, Unavailable) for one in found)
        bench.gate.set()
        assert (await first).status == 200
        with bench.budget.sending(1 << 30):
            pass  # there is room again, which begins nothing
        assert bench.begun == ["first"]

    play(act)


def test_all_threads_work(play):
    async def act(bench: Bench) -> None:
        asked = [bench.ask(n) for n in range(9)]
        await bench.until(lambda: len(bench.begun) == 4)
        bench.gate.set()
        await asyncio.gather(*asked)
        assert sorted(bench.begun) == list(range(9))

    play(act, lambda: Bench(threads=4), 4)


def test_how_long_it_waited_is_told(play):
    async def act(bench: Bench) -> None:
        bench.gate.set()
        assert 0 <= (await bench.ask("one")).spent["wait"] < SECONDS

    play(act)
