"""One flipped bit anywhere in a file ends no server: each answer is data or an honest failure.

``python -m tests.attacks.test_bit_flips 1000`` tries so many flips of each format and prints what came.
"""

import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pyarrow as pa
import pytest
import tifffile
from pyarrow import feather, parquet

from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files.source import FilesSource
from jupyter_zarr_serve.sources.send_budget import SendBudget

HONEST = {200, 403, 404, 409, 422, 503}
VALUES = np.arange(4096.0)
TABLE = pa.table({"x": VALUES, "text": [f"{n % 7}" for n in range(4096)], "n": pa.array([None, 1] * 2048)})


def _hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("g/x", data=VALUES, chunks=(1024,), compression="gzip", shuffle=True)
        file["text"] = ["a", "bc"]
        file.attrs["units"] = "m"


def _netcdf(path: Path) -> None:
    with netCDF4.Dataset(path, "w") as data:
        data.createDimension("t", 4096)
        data.createVariable("x", "f8", ("t",), zlib=True)[:] = VALUES


MAKE: dict[str, Callable[[Path], None]] = {
    "h5": _hdf5,
    "nc": _netcdf,
    "parquet": lambda path: parquet.write_table(TABLE, path),
    "feather": lambda path: feather.write_feather(TABLE, path),
    "tif": lambda path: tifffile.imwrite(path, VALUES.reshape(64, 64), compression="deflate"),
}


async def walk(source: FilesSource, path: tuple[str, ...], found: Counter[int]) -> None:
    """Ask for a node, its members and the first chunk of each array."""
    response = await response_of(source, Request(3, (*path, "zarr.json")))
    found[response.status] += 1
    if response.status != 200:
        return
    document = json.loads(bytes(response.body))
    if document["node_type"] == "array":
        key = ("c", *("0" for _ in document["shape"]))
        found[(await response_of(source, Request(3, (*path, *key)))).status] += 1
        return
    listed = await response_of(source, Request(3, (*path, ""), form="json"))
    found[listed.status] += 1
    if listed.status == 200:
        for name in json.loads(bytes(listed.body))["members"]:
            await walk(source, (*path, name), found)


async def flip(folder: Path, suffix: str, flips: int) -> Counter[int]:
    """The statuses of the answers for a file of a format, each time with another bit flipped."""
    file = folder / f"a.{suffix}"
    MAKE[suffix](file)
    np.save(folder / "sound.npy", VALUES)
    whole, chance, found = file.read_bytes(), random.Random(suffix), Counter[int]()
    source = FilesSource(Settings(folder, workers=2, worker_timeout=20.0), SendBudget())
    try:
        for number in range(flips):
            damaged = bytearray(whole)
            damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
            (folder / f"{number}.{suffix}").write_bytes(damaged)
            await walk(source, ("files", f"{number}.{suffix}"), found)
            (folder / f"{number}.{suffix}").unlink()
        assert (await response_of(source, Request(3, ("files", "sound.npy", "c", "0")))).status == 200
    finally:
        source.close()
    return found


@pytest.mark.parametrize("suffix", MAKE)
def test_a_flipped_bit_ends_no_server(tmp_path, suffix):
    found = asyncio.run(flip(tmp_path, suffix, 15))
    assert set(found) <= HONEST
    assert found.total() >= 15


if __name__ == "__main__":
    for kind in MAKE:
        with tempfile.TemporaryDirectory() as place:
            told = asyncio.run(flip(Path(place), kind, int(sys.argv[1])))
        sys.stdout.write(f"{kind}: {dict(sorted(told.items()))}\n")
