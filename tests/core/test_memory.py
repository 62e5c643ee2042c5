"""One budget for all that a process remembers."""

import gc
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from jupyter_zarr_serve.core.memory import _ENTRY, Memory, Share

TAKEN = 40 + _ENTRY  # by what these tests remember


def share(memory, *, is_costly=False):
    return Share(memory, "bytes", len, is_costly=is_costly)


def made_by(calls, size=40):
    return lambda keys: [calls.append(key) or bytes(size) for key in keys]


def test_what_was_used_longest_ago_goes_first_whatever_share_it_is_in():
    memory = Memory(4 * TAKEN)
    one, two = share(memory), share(memory)
    for held, key in ((one, "a"), (two, "a"), (one, "b"), (two, "b")):
        held.put(key, bytes(40))
    assert one.get("a") == bytes(40)
    assert two.peek("a") == bytes(40)  # which is no use
    two.put("c", bytes(40))
    assert ([*one], [*two]) == (["a", "b"], ["b", "c"])
    assert memory.bytes == 4 * TAKEN == one.bytes + two.bytes


def test_the_budget_holds_whatever_is_done():
    memory, chance = Memory(20 * TAKEN), random.Random(0)
    shares = [share(memory) for _ in range(4)]
    for _ in range(5000):
        held, key = chance.choice(shares), chance.randrange(30)
        thing = bytes(chance.randrange(100))
        chance.choice([
            partial(held.put, key, thing),
            partial(held.get, key),
            partial(held.drop, key),
            partial(held.made, key, partial(bytes, thing)),
        ])()  # fmt: skip
        assert memory.bytes == sum(one.bytes for one in shares) <= memory.limit_bytes
    assert memory.bytes == memory.bytes_of("bytes") > memory.limit_bytes // 2


def test_another_thing_takes_the_place_of_the_first():
    memory = Memory(1 << 20)
    held = share(memory)
    held.put("a", bytes(60))
    held.put("a", bytes(70))
    assert (held.get("a"), memory.bytes, len(held)) == (bytes(70), 70 + _ENTRY, 1)
    held.drop("a")
    held.drop("a")
    assert (held.get("a"), memory.bytes, len(held)) == (None, 0, 0)


def test_what_takes_more_than_a_quarter_is_remembered_only_where_it_is_costly():
    memory = Memory(40_000)
    cheap, costly = share(memory), share(memory, is_costly=True)
    cheap.put("a", bytes(9_000))
    cheap.put("b", bytes(1_000))
    cheap.put("b", bytes(11_000))
    assert [*cheap] == ["a"]  # nor what "b" had before
    costly.put("c", bytes(90_000))
    assert ([*cheap], [*costly]) == ([], ["c"])
    cheap.put("d", bytes(10))
    assert ([*cheap], [*costly]) == (["d"], [])


@pytest.mark.parametrize("is_costly", [False, True])
def test_a_memory_of_no_bytes_remembers_nothing_and_still_makes_things_once(is_costly):
    memory = Memory(0)
    held, calls = share(memory, is_costly=is_costly), []
    begun, started = threading.Event(), threading.Barrier(8)

    def make():
        calls.append(1)
        begun.set()
        started.wait(10)  # nobody comes after it was made
        return bytes(40)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(held.made, "a", make)
        assert begun.wait(10)
        others = [pool.submit(_joins, held, started) for _ in range(7)]
        assert {one.result(10) for one in (first, *others)} == {bytes(40)}
    assert (calls, memory.bytes, len(held)) == ([1], 0, 0)


def _joins(held, started):
    joining = held._room.making["a"]
    started.wait(10)
    return joining.result(10)


def test_a_lower_bound_forgets_at_once():
    memory = Memory(1 << 20)
    held = share(memory)
    for key in range(10):
        held.put(key, bytes(40))
    memory.bound(3 * TAKEN)
    assert ([*held], memory.bytes) == ([7, 8, 9], 3 * TAKEN)
    memory.bound(0)
    assert ([*held], memory.bytes) == ([], 0)


def test_many_small_things_count_for_what_they_take():
    held = share(Memory(100_000))
    for number in range(1000):
        held.put(number, b"x" * 60)
    assert len(held) < 200


def test_a_thing_is_made_once_by_many_threads():
    held, calls, started = share(Memory(1 << 20)), [], threading.Barrier(8)

    def reader(_):
        started.wait()
        return held.all_made([1, 2], made_by(calls))

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(reader, range(8)))) == 8
    assert sorted(calls) == [1, 2]


def test_those_who_wait_for_each_other_do_not_wait_for_ever():
    held, both = share(Memory(1 << 20)), threading.Barrier(2)

    def make(keys):
        both.wait(10)
        return [bytes(key) for key in keys]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(held.all_made, [1], make)
        second = pool.submit(held.all_made, [2, 1], make)
        assert first.result(10) == [bytes(1)]
        assert second.result(10) == [bytes(2), bytes(1)]


def test_what_is_too_large_to_stay_still_reaches_all_who_wait():
    assert share(Memory(10)).all_made([1, 2], made_by([])) == [bytes(40), bytes(40)]


def test_failures_are_not_remembered():
    held = share(Memory(1 << 20))

    def fail():
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        held.made(1, fail)
    assert held.made(1, lambda: bytes(3)) == bytes(3)


def test_a_share_is_forgotten_with_the_object_that_holds_it():
    memory = Memory(1 << 20)
    stays, goes = share(memory), share(memory)
    for held in (stays, goes):
        held.put("a", bytes(40))
    del held, goes
    gc.collect()
    assert (memory.bytes, [*stays]) == (TAKEN, ["a"])
    stays.clear()
    assert (memory.bytes, [*stays]) == (0, [])


def test_a_share_may_be_forgotten_while_the_lock_is_held():
    memory = Memory(1 << 20)
    stays, goes = share(memory), share(memory)
    goes.put("a", bytes(40))
    with memory.lock:
        del goes
        gc.collect()
    stays.put("b", bytes(40))
    assert memory.bytes == TAKEN
