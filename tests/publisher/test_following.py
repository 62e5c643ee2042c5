"""What a kernel tells a server of single paths."""

import json
import time
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.publisher.fingerprint import fingerprint, sampled
from jupyter_zarr_serve.publisher.following import GONE, answer_to_follower
from jupyter_zarr_serve.publisher.live import Live
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.publisher.touched import part_of_index, spanned
from jupyter_zarr_serve.serve.request import FOLLOWED, Request

UNKNOWN = ("?", "?", "?")


def answer(registry: Registry, paths: Any, wait: float = 0) -> Any:
    text = paths if isinstance(paths, str) else json.dumps(paths)
    request = Request(3, (), form=FOLLOWED, options=(("paths", text), ("wait", int(wait)), ("server", "s")))
    return answer_to_follower(registry, request, lambda: True)


def states(registry: Registry, paths: Any, wait: float = 0) -> Any:
    return json.loads(answer(registry, paths, wait).body)["states"]


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.put({"a": made.make("a", np.zeros((4, 5)), Options())})
    return made


def test_a_mark_stays_as_long_as_nothing_changes(registry: Registry):
    ((told, other),) = [states(registry, [[["a"], UNKNOWN, 1], [["b"], UNKNOWN, 1]])]
    assert (told["at"], other["at"]) == (0, 1)
    assert tuple(other["mark"]) == GONE
    assert states(registry, [[["a"], told["mark"], 1], [["b"], other["mark"], 1]]) == []


@pytest.mark.parametrize(
    ("change", "which"),
    [
        (lambda one: one.lives["a"].obj.__setitem__((3, 4), 9.0), 2),
        (lambda one: one.touch("a"), 2),
        (lambda one: one.put({"a": one.make("a", np.zeros((4, 5)), Options())}), 2),
        (lambda one: one.put({"a": one.make("a", np.zeros((4, 6)), Options())}), 0),
        (lambda one: one.put({"a": one.make("a", {"x": np.zeros(1)}, Options())}), 1),
    ],
)
def test_a_mark_says_what_changed(registry: Registry, change, which):
    (before,) = states(registry, [[["a"], UNKNOWN, 1]])
    change(registry)
    (after,) = states(registry, [[["a"], before["mark"], 1]])
    assert after["mark"][which] != before["mark"][which]
    if which == 2:
        assert after["mark"][:2] == before["mark"][:2]


def test_who_waits_is_answered_when_something_changes(registry: Registry):
    (before,) = states(registry, [[["a"], UNKNOWN, 1]])
    found: list[Any] = []
    waiting = Thread(target=lambda: found.append(states(registry, [[["a"], before["mark"], 1]], 20)))
    waiting.start()
    time.sleep(0.05)
    began = time.monotonic()
    registry.touch("a", ((1, 2), (0, 5)))
    waiting.join(10)
    assert time.monotonic() - began < 10, "it waited for the end of its time"
    assert found[0][0]["part"] == [[1, 2], [0, 5]]


def test_parts_are_told_only_if_each_change_has_one(registry: Registry):
    (before,) = states(registry, [[["a"], UNKNOWN, 1]])
    registry.touch("a", ((0, 1), (0, 5)))
    registry.touch("a", ((2, 3), (1, 2)))
    (after,) = states(registry, [[["a"], before["mark"], 1]])
    assert after["part"] == [[0, 3], [0, 5]]
    registry.touch("a")
    registry.touch("a", ((2, 3), (1, 2)))
    assert "part" not in states(registry, [[["a"], before["mark"], 1]])[0]


@pytest.mark.parametrize("text", ["", "x", "{}", "[1]", '[[["a"],["1"],1]]', "[" * 5000, "[[1,2,3]]"])
def test_what_is_no_question_is_refused(registry: Registry, text):
    assert answer(registry, text).status == 422


def test_watchers_are_counted_while_they_ask(registry: Registry):
    assert registry.watchers.count("a") == 0
    states(registry, [[["a"], UNKNOWN, 3], [["a", "x"], UNKNOWN, 1], [[], UNKNOWN, 5]])
    assert registry.watchers.count("a") == 4
    assert registry.watchers.count("b") == 0
    registry.watchers.say("s", {}, 1)
    assert registry.watchers.count("a") == 0


def node(array: np.ndarray) -> Any:
    return adapt(array, Policy())


@given(st.lists(st.integers(1, 40), max_size=4), st.integers(1, 500))
def test_a_sample_is_no_larger_than_allowed_and_has_elements(shape, most):
    region = sampled(tuple(shape), most)
    assert 0 < np.zeros(shape)[region].size <= most


@given(st.integers(0, 511), st.integers(0, 511))
def test_every_write_into_a_small_array_is_seen(row, column):
    array = np.zeros((512, 512), "u2")
    before = fingerprint(node(array))
    array[row, column] = 1
    assert fingerprint(node(array)) != before


def test_of_a_large_array_whole_rows_are_seen():
    array = np.zeros((4096, 4096), "f4")
    before = fingerprint(node(array))
    array[1000:1100, 7] = 1
    assert fingerprint(node(array)) != before


def test_what_must_be_computed_is_never_looked_at():
    dask_array = pytest.importorskip("dask.array")

    def fail(block):
        raise AssertionError("it was computed")

    lazy = dask_array.zeros(10, chunks=5).map_blocks(fail, dtype=float, meta=np.zeros(0))
    assert fingerprint(adapt(lazy, Policy())) == 0


@pytest.mark.parametrize(
    ("index", "part"),
    [
        (0, ((0, 1), (0, 8))),
        (-1, ((9, 10), (0, 8))),
        ((..., 3), ((0, 10), (3, 4))),
        ((slice(None, None, -3), slice(2, 2)), ((0, 10), (0, 0))),
        (np.s_[2:5], ((2, 5), (0, 8))),
        ((np.int64(1), ...), ((1, 2), (0, 8))),
    ],
)
def test_a_part_is_what_an_index_means(index, part):
    assert part_of_index(index, (10, 8)) == part
    lengths = tuple(stop - start for start, stop in part)
    assert np.zeros((10, 8))[tuple(slice(*bounds) for bounds in part)].shape == lengths


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (10, IndexError),
        ((0, 0, 0), IndexError),
        ((..., ...), IndexError),
        ("x", TypeError),
        (1.5, TypeError),
    ],
)
def test_what_is_no_index_is_refused(index, error):
    with pytest.raises(error):
        part_of_index(index, (10, 8))


def test_touches_are_remembered_as_far_as_they_are_told():
    live = Live("x", np.zeros(5), Options())
    for start in range(200):
        live.touch(((start, start + 1),))
    assert live.touched_since(190) == ((190, 200),)
    assert live.touched_since(0) is None
    assert live.touched_since(200) is None
    assert spanned([((0, 2), (5, 6)), ((1, 3), (0, 1))]) == ((0, 3), (0, 6))
