"""HDF5 files that another process has open for writing: in SWMR mode they are followed."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.readers.hdf5 import read
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.nodes import FILE_FAILURES, child, read_all
from tests.store import open_node

WRITER = """
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], "w", libver="latest") as file:
    line = file.create_dataset("line", (0,), maxshape=(None,), dtype="i8", chunks=(100,))
    frames = file.create_dataset(
        "frames", (0, 16, 16), maxshape=(None, 16, 16), dtype="i4", chunks=(1, 16, 16), compression="gzip"
    )
    still = file.create_dataset("still", data=np.arange(7))
    file.swmr_mode = True
    print("ready", flush=True)
    for text in sys.stdin:
        n = int(text)
        frames.resize((n // 10, 16, 16))
        frames[:] = np.arange(n // 10)[:, None, None]
        line.resize((n,))
        line[:] = np.arange(n)
        frames.flush(), line.flush()
        print(n, flush=True)
"""
Grow = Callable[[int], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.h5"


@pytest.fixture
def grow(path: Path) -> Iterator[Grow]:
    """Lets another process make the file longer, and waits until it has."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"

        def make(n: int) -> None:
            assert writer.stdin is not None
            assert writer.stdout is not None
            print(n, file=writer.stdin, flush=True)
            assert writer.stdout.readline() == f"{n}\n"

        yield make
        writer.stdin.close()


def test_what_was_written_is_there_at_once(path, grow, zarr_format):
    library = Library(path.parent, Policy())
    known = []
    for n in (0, 50, 250, 1000, 1010):
        grow(n)
        root = library.top()
        known.append(child(root, "run.h5/line"))  # those of before are still read by other threads
        line, frames = (open_node(root, zarr_format, f"run.h5/{name}") for name in ("line", "frames"))
        np.testing.assert_array_equal(line[:], np.arange(n))
        np.testing.assert_array_equal(frames[:], np.tile(np.arange(n // 10)[:, None, None], (1, 16, 16)))
        assert open_node(root, zarr_format, "run.h5/still")[:].tolist() == list(range(7))
    np.testing.assert_array_equal(read_all(known[2]), np.arange(250))


def test_metadata_and_entity_tags_follow(path, grow):
    library = Library(path.parent, Policy())
    answers = []
    for n in (10, 20, 20):
        grow(n)
        answers.append(
            [
                respond(library.top(), Request(3, ("run.h5", "line", *key)))
                for key in (("zarr.json",), ("c", "0"))
            ]
        )
    shapes = [json.loads(document.body)["shape"] for document, _ in answers]
    assert shapes == [[10], [20], [20]]
    for part in (0, 1):
        first, second, third = (answer[part].etag for answer in answers)
        assert first != second
        assert second == third


def test_a_chunk_keeps_its_place_as_the_file_grows_and_when_it_is_closed(path):
    shapes = []
    with h5py.File(path, "w", libver="latest") as file:
        dataset = file.create_dataset("a", (5, 3), maxshape=(None, None), chunks=(2, 2), dtype="i8")
        for n in (5, 500, 50_000):
            dataset.resize((n, 3))
            file.flush()
            shapes.append(child(read(path, Policy()), "a").chunk_shape)
    shapes.append(child(read(path, Policy()), "a").chunk_shape)
    assert len(set(shapes)) == 1


def test_a_reader_meets_no_error_and_no_wrong_value_while_it_is_written(path, grow):
    library, seen = Library(path.parent, Policy()), set[int]()
    grow(10)
    for n in range(20, 220, 10):
        grow(n)
        array = child(library.top(), "run.h5/line")
        grow(n + 5)
        values = read_all(array)  # of a moment ago
        np.testing.assert_array_equal(values, np.arange(n))
        seen.add(values.size)
    assert len(seen) == 20


@pytest.mark.parametrize("damage", ["truncated", "empty"])
def test_what_cannot_be_read_yet_is_told_from_damage_by_the_writer_s_lock(path, damage):
    with h5py.File(path, "w") as file:
        file.create_dataset("a", data=np.arange(100_000))
    path.write_bytes(b"" if damage == "empty" else path.read_bytes()[:2000])
    with pytest.raises((*FILE_FAILURES, Unreadable)):
        read_all(child(read(path, Policy()), "a"))
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="another program has it open for writing"):
            read_all(child(read(path, Policy()), "a"))


def test_a_file_that_is_locked_but_whole_is_read(path):
    with h5py.File(path, "w") as file:
        file["a"] = [1, 2]
        file.flush()
        assert read_all(child(read(path, Policy()), "a")).tolist() == [1, 2]
