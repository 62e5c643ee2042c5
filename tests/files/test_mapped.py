"""What a program writes through mapped memory is served as it is; the file's times do not tell of it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import requests
import zarr

from tests.waiting import until

WRITER = """
import sys
import numpy as np

array = np.memmap(sys.argv[1], sys.argv[2], "r+", int(sys.argv[3]), (int(sys.argv[4]),))
for line in sys.stdin:
    array[:] = int(line)
    print(flush=True)
"""
LENGTH = 1 << 15

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others tell nothing of maps")


def npy(folder: Path) -> tuple[str, Path, int]:
    np.save(folder / "a.npy", np.full(LENGTH, 9, "<i4"))
    return "a.npy", folder / "a.npy", 128


def store(folder: Path) -> tuple[str, Path, int]:
    data = np.full(LENGTH, 9, "<i4")
    zarr.create_array(
        folder / "a.zarr", data=data, chunks=(LENGTH,), compressors=None,
        config={"write_empty_chunks": True},
    )  # fmt: skip
    return "a.zarr", folder / "a.zarr" / "c" / "0", 0


@pytest.mark.parametrize("make", [npy, store])
def test_what_is_written_in_mapped_memory_is_read(server, served_dir, zarr_format, make):
    folder = served_dir / f"mapped_{make.__name__}_{zarr_format}"
    folder.mkdir()
    name, file, offset = make(folder)
    array = server.open(zarr_format, f"files/{folder.name}/{name}")
    key = {2: "0", 3: "c/0"}[zarr_format]
    chunk = f"zarr/v{zarr_format}/files/{folder.name}/{name}/{key}"

    def settled(path: str, headers: dict[str, str] | None = None) -> requests.Response:
        """The answer, once the file is older than a tick of the clock of its file system."""
        found = [server.get(path, headers=headers or {})]
        until(lambda: found[-1].status_code != 503 or found.append(server.get(path, headers=headers or {})))
        return found[-1]

    command = [sys.executable, "-c", WRITER, str(file), "<i4", str(offset), str(LENGTH)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for number in (1, 2, 3, 4):
            before = settled(chunk).headers["ETag"]
            writer.stdin.write(f"{number}\n")
            writer.stdin.flush()
            writer.stdout.readline()
            assert settled(chunk, {"If-None-Match": before}).status_code == 200
            np.testing.assert_array_equal(array[...], number)
        same = settled(chunk).headers["ETag"]
        assert server.get(chunk, headers={"If-None-Match": same}).status_code == 304
        writer.stdin.close()
    np.testing.assert_array_equal(array[...], 4)


def test_a_chunk_that_is_written_anew_is_not_what_it_was(server, served_dir, zarr_format):
    """Also for who has its ETag."""
    folder = served_dir / f"anew_{zarr_format}"
    array = zarr.create_array(folder, data=np.full(8, 1, "<i4"), compressors=None, zarr_format=zarr_format)
    chunk = f"zarr/v{zarr_format}/files/{folder.name}/" + {2: "0", 3: "c/0"}[zarr_format]
    assert server.get(chunk).content == np.full(8, 1, "<i4").tobytes()
    tag = server.get(chunk).headers["ETag"]
    assert server.get(chunk, headers={"If-None-Match": tag}).status_code == 304
    array[:] = 2
    answer = server.get(chunk, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.content == np.full(8, 2, "<i4").tobytes()
