"""Zarr stores: how few bytes are read of them, by how many threads."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr
import zarr.codecs

from jupyter_zarr_serve.core.nodes import Array
from jupyter_zarr_serve.readers.zarr_store import places
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import read_all
from .zarr_stores import (
    BOTH,
    GRID,
    QUIET,
    RangeStore,
    assert_same,
    open_store,
    write,
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


def spy(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Every range of a local file that is read from now on."""
    ranges: list[tuple[str, int, int]] = []
    original = places.read_range

    def read_range(path: Path, start: int, stop: int) -> bytes:
        ranges.append((path.name, start, stop))
        return original(path, start, stop)

    monkeypatch.setattr(places, "read_range", read_range)
    return ranges


@BOTH
def test_opening_reads_no_chunks_and_a_region_only_its_own(
    tmp_path: Path, zarr_format: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranges = spy(monkeypatch)
    write(tmp_path, GRID, zarr_format, chunks=(2, 5), chunk_key_encoding={"name": "v2", "separator": "."})
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert {name for name, *_ in ranges} <= {"zarr.json", ".zarray", ".zattrs"}
    ranges.clear()
    assert_same(node.read((slice(3, 5), slice(6, 9))), GRID[3:5, 6:9])
    assert [name for name, *_ in ranges] == ["1.1", "2.1"]


def test_a_region_of_a_shard_reads_its_index_and_its_inner_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranges = spy(monkeypatch)
    data = np.arange(64 * 64, dtype="<i4").reshape(64, 64)
    write(tmp_path, data, 3, chunks=(8, 8), shards=(64, 64), compressors=None)
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    assert node.chunk_shape == (64, 64)
    ranges.clear()
    assert_same(node.read((slice(3, 20), slice(8, 16))), data[3:20, 8:16])
    sizes = [stop - start for _, start, stop in ranges]
    assert sizes == [64 * 16 + 4, 256, 256, 256]


def test_clients_read_shards_by_range(tmp_path: Path) -> None:
    data = np.arange(64 * 64, dtype="<i4").reshape(64, 64)
    write(tmp_path, data, 3, chunks=(8, 8), shards=(32, 64))
    store = RangeStore(open_store(tmp_path), 3)
    array = zarr.open_array(store, mode="r")
    assert array.shards == (32, 64)
    assert_same(array[40:43, 9:12], data[40:43, 9:12])
    assert [status for key, header, status in store.asked if header] == [206, 206]


@BOTH
def test_regions_of_every_kind(tmp_path: Path, zarr_format: int) -> None:
    extra: dict[str, Any] = {"shards": (4, 10)} if zarr_format == 3 else {"order": "F"}
    write(tmp_path, GRID, zarr_format, chunks=(2, 5), **extra)
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    for top, bottom in itertools.combinations_with_replacement(range(8), 2):
        for left, right in ((0, 10), (4, 6), (5, 5), (9, 10)):
            block = node.read((slice(top, bottom), slice(left, right)))
            assert_same(block, GRID[top:bottom, left:right])


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2, chunks=(2, 5), order="F", compressors=numcodecs.Blosc())
    node = open_store(tmp_path)
    assert isinstance(node, Array)
    barrier = threading.Barrier(8)

    def run(_: int) -> Any:
        barrier.wait()
        return read_all(node)

    with ThreadPoolExecutor(8) as pool:
        for block in pool.map(run, range(8)):
            assert_same(block, GRID)


def test_a_chunk_names_its_version_without_being_read(tmp_path: Path) -> None:
    write(tmp_path, GRID, 3)
    chunk = Request(3, ("c", "0", "0"))
    first = respond(open_store(tmp_path), chunk)
    again = Request(3, ("c", "0", "0"), if_none_match=first.etag)
    assert respond(open_store(tmp_path), again).status == 304
    zarr.open_array(tmp_path)[0, 0] = 99
    second = respond(open_store(tmp_path), again)
    assert second.status == 200
    assert second.etag != first.etag
