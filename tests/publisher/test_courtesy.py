"""Threads that answer pause while the user's code computes, and only then."""

import pytest

from jupyter_zarr_serve.publisher.courtesy import BURST, IDLE_SHARE, SHARE, Courtesy, of_main_thread

ANSWER = 0.002  # seconds of processor time


class Clocks:
    """A clock, and the processor time of user's code that takes a part of the time."""

    def __init__(self, part: float) -> None:
        self.part, self.time = part, 0.0

    def now(self) -> float:
        return self.time

    def own(self) -> float:
        return self.part * self.time


def taken(part: float, readers: int, seconds: float) -> float:
    """The processor time that readers who always ask again get within some seconds."""
    clocks = Clocks(part)
    courtesy, spent = Courtesy(clocks.own, now=clocks.now), 0.0
    free = [0.0] * readers  # when each asks again
    while clocks.time < seconds:
        at = min(range(readers), key=free.__getitem__)
        clocks.time = max(clocks.time, free[at])
        courtesy.begin()
        clocks.time += ANSWER
        spent += ANSWER
        free[at] = clocks.time + courtesy.pause(ANSWER)
    return spent


@pytest.mark.parametrize("readers", [1, 8])
def test_answers_take_a_part_of_what_code_that_computes_gets(readers):
    assert taken(0.85, readers, 100) == pytest.approx(SHARE * 0.85 * 100, rel=0.1, abs=2 * BURST)


def test_answers_take_more_where_code_mostly_waits():
    rest = 0.8  # for that, and for answers
    expected = SHARE * 0.2 + IDLE_SHARE * rest / (1 + IDLE_SHARE)
    assert taken(0.2, 8, 100) == pytest.approx(100 * expected, rel=0.15)


def test_code_that_computes_nothing_is_not_waited_for():
    assert taken(0.02, 8, 10) == pytest.approx(10, rel=0.01)


def test_code_that_waits_for_a_processor_computes():
    clocks = Clocks(0.2)
    courtesy = Courtesy(clocks.own, lambda: 0.8 * clocks.time, clocks.now)
    for _ in range(1000):
        courtesy.begin()
        clocks.time += ANSWER
        pause = courtesy.pause(ANSWER)
    assert pause > 0.1


def test_a_burst_is_answered_without_a_pause():
    clocks = Clocks(1.0)
    courtesy = Courtesy(clocks.own, now=clocks.now)
    clocks.time = 1.0
    pauses = []
    for spent in (BURST / 2, BURST / 2, ANSWER):
        courtesy.begin()
        pauses.append(courtesy.pause(spent))
    assert pauses[:2] == [0, 0]
    assert 0 < pauses[2] <= 0.5


def test_nobody_pauses_where_nothing_tells_the_time_of_a_thread():
    courtesy = Courtesy(None)
    courtesy.begin()
    assert courtesy.pause(100) == 0


def test_the_main_thread_is_looked_at():
    courtesy = of_main_thread()
    courtesy.begin()
    assert courtesy.pause(0) == 0
