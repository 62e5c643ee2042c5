"""Large things: what listing, opening and one chunk of them cost, beside the same of small ones."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import peers
from benchmarks.reading import resident
from benchmarks.table import Row, keep, most, ratio, show
from tests.server import Server

FILES, ARRAYS, ROW_GROUPS = 100_000, 10_000, 100
GROUP_ROWS = 1_000_000
SIDE, CHUNK = 1 << 18, 1 << 9  # float64 elements; SIDE x 2 SIDE of them are 1 TiB
_GROUP = {"zarr_format": 3, "node_type": "group", "attributes": {}}
_ARRAY = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [4],
    "data_type": "int64",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    "attributes": {},
}


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        write(data)
        with peers.ours(folder, data, "big") as server:
            keep("big", rows(server))


def write(data: Path) -> None:
    """The large things, and a small one of each kind."""
    data.mkdir()
    np.save(data / "one.npy", np.arange(4))
    content = (data / "one.npy").read_bytes()
    (data / "folder").mkdir()
    for at in range(FILES):
        (data / "folder" / f"{at:06}.npy").write_bytes(content)
    for name, count in (("small", 1), ("many", ARRAYS)):
        with h5py.File(data / f"{name}.h5", "w", libver="latest") as file:
            for at in range(count):
                file[f"a{at}"] = np.arange(4)
        store = data / f"{name}.zarr"
        store.mkdir()
        (store / "zarr.json").write_text(json.dumps(_GROUP))
        for at in range(count):
            (store / f"a{at}").mkdir()
            (store / f"a{at}" / "zarr.json").write_text(json.dumps(_ARRAY))
    for name, side in (("little", CHUNK), ("huge", SIDE)):
        with h5py.File(data / f"{name}.h5", "w") as file:
            array = file.create_dataset("x", (side, 2 * side), "f8", chunks=(CHUNK, CHUNK))
            array[-CHUNK:, -CHUNK:] = 1.0
    table = pa.table({"a": np.repeat(np.arange(GROUP_ROWS // 1000), 1000)})
    for name, groups in (("small", 2), ("many", ROW_GROUPS)):
        with pq.ParquetWriter(data / f"{name}.parquet", table.schema) as writer:
            for _ in range(groups):
                writer.write_table(table, row_group_size=GROUP_ROWS)


def rows(server: Server) -> list[Row]:
    """All rows, in the order of the page."""
    for name in ("one.npy", "small.h5/a0", "small.zarr/a0", "small.parquet/a"):  # what is imported once
        _milliseconds(server, f"zarr/v3/files/{name}/zarr.json")
        _milliseconds(server, f"zarr/v3/files/{name}/c/0")
    before = resident(server)
    made = [*folders(server), *groups(server), *files(server)]
    grown = (resident(server) - before) / 1e6
    return [*made, most("memory that the server took for all of it", grown, 100, "MB")]


def folders(server: Server) -> Iterator[Row]:
    """A folder of many files."""
    what = f"folder of {FILES:,} files"
    page = _milliseconds(server, "zarr/api/node/files/folder?limit=100")
    yield most(f"{what}: its first 100 members, described", page, 1000, "ms")
    listed = _milliseconds(server, "zarr/v3/files/folder/")
    yield most(f"{what}: the listing for programs (4.6 MB)", listed, 2000, "ms")
    yield _beside(server, f"{what}: a chunk of one of them", "folder/050000.npy/c/0", "one.npy/c/0")


def groups(server: Server) -> Iterator[Row]:
    """Groups of many arrays."""
    for name in ("h5", "zarr"):
        what = f"{'HDF5' if name == 'h5' else 'Zarr'} group of {ARRAYS:,} arrays"
        page = _milliseconds(server, f"zarr/api/node/files/many.{name}?limit=100")
        yield most(f"{what}: its first 100 members, described", page, 300, "ms")
        first = _milliseconds(server, f"zarr/v3/files/many.{name}/zarr.json", 1)
        yield show(Row(f"{what}: opened first", f"{first:,.0f} ms"))
        again = _milliseconds(server, f"zarr/v3/files/many.{name}/zarr.json")
        yield most(f"{what}: opened again, unchanged", again, 100, "ms")
        listed = _milliseconds(server, f"zarr/v3/files/many.{name}/")
        yield most(f"{what}: the listing for programs", listed, 300, "ms")
        large, small = f"many.{name}/a5000/zarr.json", f"small.{name}/a0/zarr.json"
        yield _beside(server, f"{what}: one array, opened", large, small)


def files(server: Server) -> Iterator[Row]:
    """Files of large arrays and tables."""
    last = f"huge.h5/x/c/{SIDE // CHUNK - 1}/{2 * SIDE // CHUNK - 1}"
    what = "HDF5 array of 1 TiB"
    yield _beside(server, f"{what}, opened", "huge.h5/x/zarr.json", "little.h5/x/zarr.json")
    yield _beside(server, f"{what}: its last chunk (2 MiB)", last, "little.h5/x/c/0/1")
    what = f"Parquet file of {ROW_GROUPS * GROUP_ROWS:,} rows"
    yield _beside(server, f"{what}, opened", "many.parquet/a/zarr.json", "small.parquet/a/zarr.json")
    yield _beside(server, f"{what}: a chunk in its middle", "many.parquet/a/c/50", "small.parquet/a/c/1")


def _beside(server: Server, what: str, large: str, small: str) -> Row:
    """A row of how much faster the small thing is, which should be hardly."""
    mine = _milliseconds(server, f"zarr/v3/files/{large}")
    theirs = _milliseconds(server, f"zarr/v3/files/{small}")
    return ratio(f"{what}, beside a small one", theirs, mine, 0.5, " ms")


def _milliseconds(server: Server, path: str, times: int = 7) -> float:
    """How long a request takes; the median of several."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        answer = server.get(path)
        taken.append(time.perf_counter() - start)
        assert answer.status_code in (200, 404), answer.text
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    main()
