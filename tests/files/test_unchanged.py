"""What did not change is not read again, what did is never served stale, and few files stay open."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
import tifffile
import zarr

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.files import library as disk
from jupyter_zarr_serve.files import remembered
from jupyter_zarr_serve.files.tree import Settings, root_of
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files.in_threads import LocalSource
from jupyter_zarr_serve.sources.send_budget import SendBudget

VALUES = np.random.default_rng(0).random((256, 256))
LINE = VALUES.ravel()
REWRITE = """
import sys, h5py
with h5py.File(sys.argv[1], "r+", locking=False) as file:
    file["x"][...] = 7
"""


def _hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=LINE, chunks=LINE.shape, compression="gzip")


def _netcdf(path: Path) -> None:
    with scipy.io.netcdf_file(path, "w") as file:
        file.createDimension("n", LINE.size)
        file.createVariable("x", "f8", ("n",))[:] = LINE


WRITERS: dict[str, Callable[[Path], Any]] = {
    "a.npy": lambda path: np.save(path, LINE),
    "a.npz/x": lambda path: np.savez_compressed(path, x=LINE),
    "a.h5/x": _hdf5,
    "a.nc/x": _netcdf,
    "a.csv/x": lambda path: pd.DataFrame({"x": LINE}).to_csv(path, index=False),
    "a.parquet/x": lambda path: pd.DataFrame({"x": LINE}).to_parquet(path),
    "a.feather/x": lambda path: pd.DataFrame({"x": LINE}).to_feather(path),
    "a.tif": lambda path: tifffile.imwrite(path, VALUES, compression="zlib"),
    "a.zarr": lambda path: zarr.create_array(path, data=LINE, chunks=LINE.shape),
}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Callable[..., LocalSource]]:
    made: list[LocalSource] = []

    def source(cache_bytes: int = 1 << 24) -> LocalSource:
        tree = root_of(Settings(tmp_path))
        made.append(LocalSource(tree, workers=1, memory=Memory(cache_bytes), budget=SendBudget()))
        return made[-1]

    yield source
    for one in made:
        one.close()


def ask(source: LocalSource, path: str, zarr_format: int = 3, **fields: Any) -> Response:
    request = Request(zarr_format, ("files", *path.split("/")), **fields)
    return asyncio.run(response_of(source, request))


def bytes_read() -> int:
    """How many bytes this process has read from files so far."""
    return int(Path("/proc/self/io").read_text().split()[1])


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("cache_bytes", [0, 1 << 24])
@pytest.mark.parametrize("path", WRITERS)
def test_a_304_reads_nothing(tmp_path, source, zarr_format, path, cache_bytes):
    """Not even where nobody remembers the chunk."""
    WRITERS[path](tmp_path / path.split("/")[0])
    served = source(cache_bytes)
    axes = 2 if path == "a.tif" else 1
    key = ".".join("0" * axes) if zarr_format == 2 else "/".join("c" + "0" * axes)
    first = ask(served, f"{path}/{key}", zarr_format)
    assert first.status == 200
    before = bytes_read()
    again = ask(served, f"{path}/{key}", zarr_format, if_none_match=first.etag)
    assert (again.status, again.etag, again.body) == (304, first.etag, b"")
    assert bytes_read() - before < 2000, f"of {first.size:,}"


def test_an_hdf5_file_that_another_process_writes(tmp_path, source, zarr_format):
    _hdf5(tmp_path / "a.h5")
    served = source()
    key = {2: "a.h5/x/0", 3: "a.h5/x/c/0"}[zarr_format]
    first = ask(served, key, zarr_format)
    subprocess.run([sys.executable, "-c", REWRITE, tmp_path / "a.h5"], check=True)
    second = ask(served, key, zarr_format, if_none_match=first.etag)
    assert second.status == 200
    assert second.etag != first.etag
    assert second.body == ask(source(), key, zarr_format).body != first.body


def test_few_descriptors_are_open(tmp_path, source, monkeypatch):
    """One for each file that is kept open, and those are few, by whatever they are kept."""
    few = 4
    monkeypatch.setattr(disk, "_OPENED_LIMIT", few)
    monkeypatch.setattr(remembered, "_FILES", few)
    served = source()
    before = descriptors()
    for number in range(10 * few):
        _hdf5(tmp_path / f"{number}.h5")
        assert ask(served, f"{number}.h5/x/c/0").status == 200
        assert ask(served, f"{number}.h5/zarr.json").status == 200
    assert descriptors() - before <= 2 * few + 1
