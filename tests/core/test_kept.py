"""The cache of what is costly to make."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_zarr_serve.core.cache import ChunkCache
from jupyter_zarr_serve.core.kept import Kept


def sized(limit):
    return Kept(limit, len)


def made_by(calls, size=40):
    return lambda keys: [calls.append(key[1]) or bytes(size) for key in keys]


def test_a_thing_is_made_once_by_many_threads():
    kept, calls, started = sized(1000), [], threading.Barrier(8)

    def reader(_):
        started.wait()
        return kept.get([("o", 1), ("o", 2)], made_by(calls))

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(reader, range(8)))) == 8
    assert sorted(calls) == [1, 2]


def test_those_who_wait_for_each_other_do_not_wait_for_ever():
    kept, both = sized(1000), threading.Barrier(2)

    def make(keys):
        both.wait(10)
        return [bytes(key[1]) for key in keys]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get, [("o", 1)], make)
        second = pool.submit(kept.get, [("o", 2), ("o", 1)], make)
        assert first.result(10) == [bytes(1)]
        assert second.result(10) == [bytes(2), bytes(1)]


def test_what_is_too_large_to_stay_still_reaches_all_who_wait():
    kept = sized(10)
    assert kept.get([("o", 1), ("o", 2)], made_by([])) == [bytes(40), bytes(40)]


def test_the_least_recently_used_go_first():
    kept, calls = sized(100), []
    for name in "ababcac":
        kept.get([("o", name)], made_by(calls))
    assert calls[:3] == ["a", "b", "c"]
    assert calls[3:] == ["a"]


def test_failures_are_not_kept():
    kept = sized(100)

    def fail(_):
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        kept.get([("o", 1)], fail)
    assert kept.get([("o", 1)], made_by([], 3)) == [bytes(3)]


def test_an_owner_is_forgotten_alone():
    kept, calls = sized(1000), []
    kept.get([("a", 1), ("b", 1)], made_by(calls))
    kept.drop("a")
    kept.get([("b", 1)], made_by(calls))
    assert calls == [1, 1]
    kept.get([("a", 1)], made_by(calls))
    assert calls == [1, 1, 1]


def test_an_owner_may_be_forgotten_while_the_lock_is_held():
    kept, calls = sized(1000), []
    kept.get([("a", 1)], made_by(calls))
    with kept._lock:
        kept.drop("a")
    kept.get([("a", 1)], made_by(calls))
    assert calls == [1, 1]


def test_many_small_chunks_count_for_what_they_take():
    cache = ChunkCache(100_000)
    for number in range(1000):
        cache(number, lambda: b"x" * 60)
    assert len(cache._kept._known) < 200
