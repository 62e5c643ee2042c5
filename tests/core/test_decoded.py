"""The cache of decoded blocks."""

import threading

import numpy as np
import pytest

from jupyter_zarr_serve.core.decoded import DecodedCache


def block(size):
    return np.zeros(size, "u1")


def test_a_block_is_decoded_once_by_many_threads():
    cache, calls, started = DecodedCache(1000), [], threading.Barrier(8)

    def decode():
        calls.append(1)
        return block(10)

    def reader():
        started.wait()
        cache.get("a", decode)

    threads = [threading.Thread(target=reader) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


def test_the_least_recently_used_go_first():
    cache, calls = DecodedCache(100), []

    def get(name):
        return cache.get(name, lambda: calls.append(name) or block(40))

    for name in "ababcac":
        get(name)
    assert calls == ["a", "b", "c", "a"]


def test_the_newest_block_stays_even_if_it_is_too_large():
    cache = DecodedCache(10)
    first = cache.get("a", lambda: block(40))
    assert np.shares_memory(first, cache.get("a", lambda: block(1)))
    assert not first.flags.writeable


def test_failures_are_not_kept():
    cache = DecodedCache(100)

    def fail():
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        cache.get("a", fail)
    assert cache.get("a", lambda: block(3)).size == 3
