"""Files of 2 GB that are exported: what memory they take, and whether they are the same as their source.

``python -m benchmarks.exports``
"""

import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import requests
import tifffile

from benchmarks import peers
from benchmarks.table import Row, keep, most, show
from tests.server import Server

SHAPE = 64, 4096, 4096  # of uint16, which are 2 GiB
LINES = 1 << 24  # of 64 values, of which CSV makes 2 GiB
ROWS = 16_000_000  # of a table, of which CSV makes 2 GB
WRITTEN = 1 << 17  # rows of a row group, as DuckDB and polars write about as many
MARKS = 1000  # values that are not 0
STEP = 8  # planes that are compared at once
MB = 1e6


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        write(data)
        keep("exports", rows(folder, data))


def write(data: Path) -> None:
    """Numbers in files with holes; noise, which nothing compresses; a table; and a small one of each."""
    data.mkdir()
    rng = np.random.default_rng(0)
    for name, shape, dtype in (
        ("stack", SHAPE, "u2"),
        ("lines", (LINES, 64), "u1"),
        ("small", (9, 9, 9), "u2"),
    ):
        file = np.lib.format.open_memmap(data / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
        file[tuple(rng.integers(0, length, MARKS) for length in shape)] = rng.integers(1, 10, MARKS)
        file.flush()
    noise = np.lib.format.open_memmap(data / "noise.npy", mode="w+", dtype="u2", shape=SHAPE)
    for plane in noise:
        plane[:] = rng.integers(0, 1 << 16, plane.shape, "u2")
    noise.flush()
    for name, length in (("table", ROWS), ("short", 9)):
        with pa.parquet.ParquetWriter(data / f"{name}.parquet", columns(0, 1).schema) as table:
            for start in range(0, length, WRITTEN):
                table.write_table(columns(start, min(start + WRITTEN, length)))


def columns(start: int, stop: int) -> pa.Table:
    """Rows of the table: numbers of all digits, counts and text."""
    number = np.arange(start, stop)
    waves = {f"wave{factor}": np.sin(number * factor) for factor in range(1, 7)}
    return pa.table({"id": number, **waves, "name": np.char.mod("row %d", number)})


def rows(folder: Path, data: Path) -> Iterator[Row]:
    """Of each form: how long it took, and what it added to the highest memory of the processes."""
    made = folder / "made"
    source = np.load(data / "stack.npy", mmap_mode="r")
    readers: dict[str, Callable[[], object]] = {
        "npy": lambda: np.load(made, mmap_mode="r"),
        "tiff": lambda: tifffile.memmap(made, mode="r"),
        "netcdf": lambda: max(h5py.File(made).values(), key=lambda part: part.ndim),
    }
    with peers.ours(folder, data, "exports") as server:
        for form in (*readers, "zarr.zip"):
            export(server, "small.npy", form, made)
        for form, read in readers.items():
            yield from figures(server, "stack.npy", form, made)
            assert_same(read(), source)
        yield from figures(server, "noise.npy", "zarr.zip", made)
        assert_archive(made, np.load(data / "noise.npy", mmap_mode="r"))
        export(server, "lines.npy", "csv&region=0:9,:", made)
        yield from figures(server, "lines.npy", "csv", made)
        assert_lines(made, np.load(data / "lines.npy", mmap_mode="r"))
        export(server, "short.parquet", "csv", made)
        yield from figures(server, "table.parquet", "csv", made)
        assert_table(made)


def figures(server: Server, name: str, form: str, made: Path) -> Iterator[Row]:
    """Export a file, and tell of it."""
    before, began = highest(server), time.perf_counter()
    size = export(server, name, form, made)
    seconds = time.perf_counter() - began
    grown = (highest(server) - before) / MB
    told = f"{seconds:.1f} s, {size / MB / seconds:,.0f} MB/s"
    yield show(Row(f"{name} as {form}, {size / MB:,.0f} MB, saved", told))
    yield most("the same: memory that server and workers took more", grown, 300, "MB")


def export(server: Server, name: str, form: str, made: Path) -> int:
    """Save a file; its bytes."""
    url = f"{server.url}zarr/api/export/files/{name}?form={form}"
    with (
        requests.get(url, headers=server.headers, stream=True, timeout=600) as answer,
        made.open("wb") as file,
    ):
        answer.raise_for_status()
        for part in answer.iter_content(1 << 22):
            file.write(part)
    return made.stat().st_size


def highest(server: Server) -> int:
    """Bytes of memory that the server and its workers took at their highest."""
    server_process = psutil.Process(server.process.pid)
    found = 0
    for process in (server_process, *server_process.children(recursive=True)):
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        found += 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return found


def assert_same(found: object, source: np.ndarray) -> None:
    """All planes are those of the source."""
    assert np.shape(found) == source.shape
    for start in range(0, len(source), STEP):
        part = slice(start, start + STEP)
        np.testing.assert_array_equal(found[part], source[part])  # type: ignore[index]


def assert_archive(made: Path, source: np.ndarray) -> None:
    """All chunks of an archive are those of the source; those that are not there hold nothing but 0."""
    import zarr

    with zipfile.ZipFile(made) as members:
        assert json.loads(members.read("zarr.json"))["shape"] == list(source.shape)
    with zarr.storage.ZipStore(made, mode="r") as store:
        assert_same(zarr.open_array(store, mode="r"), source)


def assert_lines(made: Path, source: np.ndarray) -> None:
    """All lines of CSV, whose values have one digit each, are those of the source."""
    found = np.memmap(made, np.uint8, "r")
    assert found.size == 2 * source.size
    found = found.reshape(len(source), -1)
    for start in range(0, len(source), 1 << 20):
        part = slice(start, start + (1 << 20))
        np.testing.assert_array_equal(found[part, ::2] - ord("0"), source[part])


def assert_table(made: Path) -> None:
    """All rows of CSV are those of the table, with all digits of their numbers."""
    read = 0
    with pa.csv.open_csv(made, read_options=pa.csv.ReadOptions(block_size=1 << 26)) as parts:
        for part in parts:
            expected = columns(read, read + len(part))
            for name in expected.column_names:
                assert part[name].equals(expected[name].combine_chunks()), (name, read)
            read += len(part)
    assert read == ROWS


if __name__ == "__main__":
    main()
