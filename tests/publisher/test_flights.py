"""What takes long is made once, given to those who ask again, and never in place of something newer."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Event, Semaphore

import pytest

from jupyter_zarr_serve.publisher import flights
from jupyter_zarr_serve.publisher.flights import Flights
from jupyter_zarr_serve.publisher.live import Live
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.serve.request import Request, Response

CHUNK = Request(3, ("x", "c", "0"))
SECONDS = 30


class Slow:
    """Answers by how often it was asked, once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.has_begun = Semaphore(0)
        self.may_end = Event()
        self.status = 200
        self.lives = {"x": Live("x", [1, 2, 3, 4], Options())}
        self.lives["x"].node()
        self.flights = Flights(self._answer, self.lives.get)

    def _answer(self, request: Request) -> Response:
        self.asked += 1
        body = str(self.asked).encode()
        self.has_begun.release()
        assert self.may_end.wait(SECONDS)
        return Response(self.status, "text/plain", body, len(body))


@pytest.fixture(autouse=True)
def everything_is_long(monkeypatch):
    monkeypatch.setattr(flights, "_LONG", 0.0)
    monkeypatch.setattr(flights, "_CHECK_SECONDS", 0.01)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def left() -> bool:
    return False


def waits() -> bool:
    return True


def test_a_retry_joins_what_is_under_way(slow, pool):
    first = pool.submit(slow.flights, CHUNK, left)
    assert slow.has_begun.acquire(timeout=SECONDS)
    second = pool.submit(slow.flights, CHUNK, waits)
    slow.may_end.set()
    assert (first.result(SECONDS).body, second.result(SECONDS).body) == (b"1", b"1")


def test_a_retry_gets_what_nobody_waited_for_once(slow):
    slow.may_end.set()
    assert [slow.flights(CHUNK, left).body] == [b"1"]
    assert [slow.flights(CHUNK, waits).body for _ in range(3)] == [b"1", b"2", b"3"]


def test_what_was_taken_is_not_kept(slow):
    slow.may_end.set()
    assert [slow.flights(CHUNK, waits).body for _ in range(2)] == [b"1", b"2"]


def test_what_is_quick_is_made_anew(slow, monkeypatch):
    monkeypatch.setattr(flights, "_LONG", 3600.0)
    slow.may_end.set()
    assert [slow.flights(CHUNK, left).body for _ in range(2)] == [b"1", b"2"]


def test_failures_that_pass_are_not_kept(slow):
    slow.may_end.set()
    slow.status = 503
    assert [slow.flights(CHUNK, left).body for _ in range(2)] == [b"1", b"2"]


def test_one_who_waits_for_a_retry_may_leave(slow, pool):
    first = pool.submit(slow.flights, CHUNK, waits)
    assert slow.has_begun.acquire(timeout=SECONDS)
    assert slow.flights(CHUNK, left).status == 503
    slow.may_end.set()
    assert first.result(SECONDS).status == 200


@pytest.mark.parametrize(
    ("asked", "is_wanted"),
    [
        (["is_job"], False),
        (["is_once"], False),
        (["is_once", "is_job"], False),
        ([""], True),
        (["is_job", ""], True),
        (["", "is_once"], False),
    ],
)
def test_what_was_left_goes_on_for_who_may_come_back(slow, pool, asked, is_wanted):
    requests = [replace(CHUNK, **({name: True} if name else {})) for name in asked]
    there = dict.fromkeys(range(len(asked)), True)
    wanted = [pool.submit(slow.flights, one, partial(there.get, i)) for i, one in enumerate(requests[:1])]
    assert slow.has_begun.acquire(timeout=SECONDS)
    (flight,) = slow.flights._under_way.values()
    wanted += [
        pool.submit(slow.flights, one, partial(there.get, i + 1)) for i, one in enumerate(requests[1:])
    ]
    while len(flight._waiting) < len(requests):
        time.sleep(0.001)
    assert flight.is_wanted()
    for i in range(len(asked)):  # in whichever order they hang up
        there[i] = False
        assert flight.is_wanted() is (is_wanted if i == len(asked) - 1 else True)
    slow.may_end.set()
    for one in wanted:
        one.result(SECONDS)


@pytest.mark.parametrize("change", ["touched", "replaced", "changed its look", "withdrawn"])
def test_nobody_gets_the_answer_of_an_older_object(slow, change):
    slow.may_end.set()
    slow.flights(CHUNK, left)
    if change == "touched":
        slow.lives["x"].touch()
    elif change == "replaced":
        slow.lives["x"] = Live("x", [1, 2, 3, 4], Options())
    elif change == "withdrawn":
        del slow.lives["x"]
    else:
        slow.lives["x"].obj.append(5)
    assert slow.flights(CHUNK, waits).body == b"2"


def test_what_is_kept_grows_old_and_stays_within_bounds(slow, monkeypatch):
    slow.may_end.set()
    monkeypatch.setattr(flights, "_STORED_SECONDS", 0.0)
    assert [slow.flights(CHUNK, left).body for _ in range(2)] == [b"1", b"2"]
    monkeypatch.setattr(flights.MEMORY, "limit_bytes", 0)
    monkeypatch.setattr(flights, "_STORED_SECONDS", 60.0)
    other = Request(3, ("x", "c", "1"))
    assert [slow.flights(other, left).body for _ in range(2)] == [b"3", b"4"]
