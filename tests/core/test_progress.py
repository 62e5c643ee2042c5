"""How far an answer is: the numbers are true, nothing is told too often, and nobody's answer ends."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from jupyter_zarr_serve.core import progress
from jupyter_zarr_serve.core.errors import Unavailable
from jupyter_zarr_serve.core.memory import Memory, Share
from jupyter_zarr_serve.core.progress import Progress, counted, go_on, is_job, reporting, steps


class Ear:
    """Remembers what it is told."""

    is_job = True

    def __init__(self, wanted: int = 1 << 30) -> None:
        self.told: list[Progress] = []
        self.left = wanted

    def tell(self, told: Progress) -> None:
        self.told.append(told)

    def is_wanted(self) -> bool:
        self.left -= 1
        return self.left >= 0


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    for name in ("_FIRST_SECONDS", "_SECONDS", "_LOOK_SECONDS"):
        monkeypatch.setattr(progress, name, 0.0)


def test_steps_are_counted():
    ear = Ear()
    with reporting(ear):
        assert list(steps(["a", "b", "c"], "parts")) == ["a", "b", "c"]
    assert [(told.done, told.total, told.unit) for told in ear.told] == [
        (done, 3, "parts") for done in range(4)
    ]
    assert [told.fraction for told in ear.told] == [0, 1 / 3, 2 / 3, 1]


def test_steps_weigh_what_they_are():
    ear = Ear()
    with reporting(ear):
        list(steps([10, 30], "rows", lambda rows: rows))
    assert [(told.done, told.total, told.fraction) for told in ear.told] == [
        (0, 40, 0), (10, 40, 0.25), (40, 40, 1),
    ]  # fmt: skip


def test_the_outermost_loop_is_told_and_the_inner_ones_are_parts_of_its_steps():
    ear = Ear()
    with reporting(ear):
        for _ in steps([1], "parts"):  # of one step: what is in it is told
            for _ in steps("ab", "rows"):
                list(steps(range(4), "blocks"))
    assert {(told.total, told.unit) for told in ear.told} == {(2, "rows")}
    assert [told.done for told in ear.told] == sorted(told.done for told in ear.told)
    fractions = [told.fraction for told in ear.told]
    assert fractions == sorted(fractions)
    assert {0.125, 0.25, 0.625} <= set(fractions)


def test_what_is_in_a_loop_of_one_heavy_step_is_told():
    ear = Ear()
    with reporting(ear):
        for _ in steps([1000], "rows", int):
            list(steps("abcd", "blocks"))
    assert (1, 4, "blocks", 0.25) in {(t.done, t.total, t.unit, t.fraction) for t in ear.told}


def test_what_is_in_a_heavy_step_is_as_much_as_that_step():
    ear = Ear()
    with reporting(ear):
        for _ in steps([10, 30], "rows", int):
            list(steps("ab", "blocks"))
    told = [(told.done, told.fraction) for told in ear.told]
    assert {(0, 0.125), (10, 0.25), (10, 0.625)} <= set(told)


def test_nothing_goes_on_for_nobody():
    ear, done = Ear(wanted=3), []
    with reporting(ear), pytest.raises(Unavailable, match="cancelled"):
        deque(map(done.append, steps(range(10), "parts")), maxlen=0)
    assert done == [0, 1, 2]
    with reporting(ear), pytest.raises(Unavailable), counted(2, "parts") as step:
        step()


def test_without_a_listener_nothing_is_counted():
    go_on()
    assert list(steps("ab", "parts")) == ["a", "b"]
    assert not is_job()
    with reporting(Ear()):
        assert is_job()
        with reporting(None):
            assert not is_job()


def test_little_is_told(monkeypatch):
    monkeypatch.setattr(progress, "_FIRST_SECONDS", 1e6)
    ear = Ear()
    with reporting(ear):
        list(steps(range(1000), "parts"))
    assert ear.told == []


def test_a_failure_ends_its_loop():
    ear = Ear()
    with reporting(ear):
        with pytest.raises(ZeroDivisionError), counted(5, "blocks"):
            1 / 0  # noqa: B018
        list(steps("ab", "rows"))
    assert (ear.told[-1].total, ear.told[-1].unit) == (2, "rows")


@pytest.mark.parametrize("weight", [1, 1000])
def test_who_waits_for_another_is_told_how_far_that_is(weight: int):
    ear, other = Ear(), Ear()
    begun, may_end = Event(), Event()
    share: Share[int] = Share(Memory(1 << 20), "x", lambda _: 1)

    def make() -> int:
        with counted(4, "blocks") as step:
            step()
            begun.set()
            assert may_end.wait(30)
            return 5

    def first() -> int:
        with reporting(other):
            return share.made("key", make)

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(first)
        assert begun.wait(30)
        told_of = ear.tell

        def tell(told: Progress) -> None:
            told_of(told)
            if told.unit == "blocks":
                may_end.set()

        ear.tell = tell  # type: ignore[method-assign]
        with reporting(ear):
            for _ in steps([weight], "rows", int):  # it is done at once, so that it tells nothing
                assert share.made("key", make) == 5
        assert making.result(30) == 5
    assert next(told for told in ear.told if told.fraction) == Progress(1, 4, "blocks", 0.25)


def test_who_waits_for_another_in_vain_ends():
    begun, may_end = Event(), Event()
    share: Share[int] = Share(Memory(1 << 20), "x", lambda _: 1)

    def first() -> int:
        with reporting(Ear()):
            return share.made("key", lambda: int(begun.set() is None and may_end.wait(30)))

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(first)
        assert begun.wait(30)
        with reporting(Ear(wanted=0)), pytest.raises(Unavailable):
            share.made("key", int)
        may_end.set()
        assert making.result(30) == 1
