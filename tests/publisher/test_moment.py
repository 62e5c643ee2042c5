"""Copies of arrays that another thread writes to."""

import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from jupyter_zarr_serve.core.dtypes import Block
from jupyter_zarr_serve.publisher import moment
from jupyter_zarr_serve.publisher.moment import copies_of

PAUSES = {"without a pause": 0.0, "with pauses": 0.001}
MUCH = bytes(64 << 20)
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system tells nothing of threads")


@contextmanager
def doing(act: Callable[[int], object]) -> Iterator[None]:
    """A thread does something again and again, and counts."""
    done = threading.Event()

    def run() -> None:
        count = 0
        while not done.is_set():
            count += 1
            act(count)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def copy_of(block: Block) -> tuple[Block, bool]:
    (copy,), is_certain = copies_of([block])
    return copy, is_certain


def computing(_: int) -> None:
    """Compute without the lock, for longer than anybody waits with it."""
    zlib.crc32(MUCH)


@only_linux
@pytest.mark.parametrize("pause", PAUSES.values(), ids=PAUSES)
def test_a_copy_that_is_said_to_be_of_one_moment_is(pause):
    array = np.zeros((512, 1024), "u4")

    def write(value: int) -> None:
        array[:] = value
        time.sleep(pause)

    with doing(write):
        copies = [copy_of(array) for _ in range(100)]
    certain = [copy for copy, is_certain in copies if is_certain]
    assert all((copy == copy[0, 0]).all() for copy in certain)
    assert len({int(copy[0, 0]) for copy in certain}) > 10


@only_linux
@pytest.mark.parametrize("index", [np.s_[:], np.s_[:, ::2]], ids=["whole", "of columns"])
def test_what_one_thread_writes_all_the_time_is_whole_while_another_computes(monkeypatch, index):
    monkeypatch.setattr(moment, "_SECONDS", 60)  # in which any machine lets a thread go on
    array = np.zeros((512, 512), "u4")

    def write(value: int) -> None:
        array[:] = value

    with doing(write), doing(computing):
        copies = [copy_of(array[index])[0] for _ in range(20)]
    assert all((copy == copy[0, 0]).all() for copy in copies)


@pytest.mark.parametrize(
    "block",
    [np.arange(12.0).reshape(3, 4)[:, 1:3], np.arange(6).reshape(2, 3).T, np.zeros((0, 3)), np.array(5),
     np.array(["a", None], object), np.array([("a", 1)], [("name", "U3"), ("n", "i2")]),
     np.array([["a", "bcd"]])[:, ::-1], np.array([[1, 2]], "M8[s]")[:, 1:], np.full((2, 2), np.nan)[:, :1]],
    ids=["of columns", "turned", "empty", "of no axes", "of objects", "of structures", "of texts",
         "of times", "of no numbers"],
)  # fmt: skip
def test_a_copy_is_equal_and_another_array(block):
    with doing(computing):
        copy, _ = copy_of(block)
    assert (copy.shape, copy.dtype) == (block.shape, block.dtype)
    assert str(copy.tolist()) == str(block.tolist())
    assert not np.shares_memory(copy, block)


@only_linux
@pytest.mark.parametrize("pause", [0.001, 0.01])
def test_arrays_that_are_written_one_after_the_other_are_copied_as_one(pause):
    """The writer gives the interpreter lock away between its two lines."""
    one, other = np.zeros((512, 512), "u2"), np.zeros((512, 512), "u2")

    def write(value: int) -> None:
        one[:] = value
        other[:] = value
        time.sleep(pause)

    with doing(write):
        copies = [copies_of([one, other])[0] for _ in range(200)]
    assert [pair for pair in copies if not (pair[0] == pair[1][0, 0]).all()] == []
    assert len({int(pair[0][0, 0]) for pair in copies}) > 10
