"""Large bodies of workers come through memory that is shared with the server."""

import asyncio
import platform
import subprocess
import sys
from mmap import mmap
from pathlib import Path

import numpy as np
import pytest
import zarr
from numcodecs import Blosc

from jupyter_zarr_serve.shared_memory import BODY_BYTES, put, take
from jupyter_zarr_serve.wire import FrameError
from tests.sources.files.worker_processes import files, get

HEAD = 16  # bytes of Blosc before what it cannot compress
SIZES = [1, 1 << 14, 100_003, *(BODY_BYTES - HEAD + more for more in (-1, 0, 1)), 3 * BODY_BYTES]


@pytest.mark.parametrize("size", SIZES)
def test_a_body_of_any_size_arrives_whole(tmp_path: Path, size: int):
    """Also when the one before was larger, and when two readers ask at a time."""
    values = np.random.default_rng(size).integers(0, 256, (2, size), np.uint8)
    store = zarr.create_array(tmp_path / "a.zarr", data=values, chunks=(1, size), compressors=None)
    assert store.shape == values.shape

    async def act() -> None:
        async with files(tmp_path, cache_bytes=0) as source:
            assert (await get(source, "sound.npy/c/0")).status == 200
            asked = (get(source, f"a.zarr/c/{at}/0", view="portable") for at in (0, 1, 0, 1))
            for found, row in zip(await asyncio.gather(*asked), [*values, *values], strict=True):
                assert found.status == 200
                assert found.size == len(found.body) == size + HEAD
                assert Blosc().decode(found.body) == row.tobytes()

    asyncio.run(act())


def test_small_bodies_and_those_without_room_go_with_their_frame():
    memory = mmap(-1, 1 << 15)
    assert [put(memory, bytes(size)) for size in (0, 10, 1 << 14, 1 << 15, (1 << 15) + 1)] == [
        *(False, False, True, True, False)
    ]
    assert not put(None, bytes(1 << 14))


@pytest.mark.parametrize("size", [0, -1, (1 << 15) + 1, 2**63])
def test_a_worker_cannot_tell_of_more_than_there_is(size):
    with pytest.raises(FrameError, match="no room"):
        take(mmap(-1, 1 << 15), size)
    with pytest.raises(FrameError, match="no room"):
        take(None, size)


def test_what_was_taken_stays_as_it_was():
    memory = mmap(-1, 1 << 15)
    assert put(memory, b"a" * (1 << 14))
    taken = take(memory, 1 << 14)
    assert put(memory, b"b" * (1 << 14))
    assert taken == b"a" * (1 << 14)


FAULTS = """
import resource, sys
from jupyter_zarr_serve.shared_memory import recycle
if sys.argv[1:]:
    recycle()
body = bytearray(1 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for turn in range(50):
    three = [bytes(body) for _ in range(3)]
    del three
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone learns from what was freed")
def test_the_memory_of_bodies_that_were_sent_is_used_again():
    def faults(*how: str) -> int:
        command = [sys.executable, "-c", FAULTS, *how]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert faults("recycled") < 1000  # three bodies have 768 pages
    assert faults() > 10_000
