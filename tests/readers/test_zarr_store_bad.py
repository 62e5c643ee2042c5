"""Chunks of Zarr stores that are damaged or hostile: refused by name, and within bounds."""

import bz2
import gzip
import lzma
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest
import zarr
import zarr.codecs

from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.core.zstd import zstd_bound
from jupyter_zarr_serve.readers.zarr_store import read

from ..nodes import read_all
from .zarr_stores import (
    GRID,
    QUIET,
    ask,
    edit,
    reason,
    write,
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


CODECS: dict[str, Any] = {
    "plain": None,
    "blosc": numcodecs.Blosc(),
    "gzip": numcodecs.GZip(),
    "zstd": numcodecs.Zstd(),
    "zlib": numcodecs.Zlib(),
    "bz2": numcodecs.BZ2(),
    "lzma": numcodecs.LZMA(),
    "lz4": numcodecs.LZ4(),
}


@pytest.mark.parametrize("keep", [1, 3, 7, 20, -1])
@pytest.mark.parametrize("name", [name for name in CODECS if name != "plain"])
def test_truncated_chunks_pass_as_they_are_and_are_refused_where_decoded(
    tmp_path: Path, name: str, keep: int
) -> None:
    write(tmp_path, GRID, 2, compressors=CODECS[name], order="F")
    file = tmp_path / "0.0"
    file.write_bytes(file.read_bytes()[:keep])
    assert ask(tmp_path, 2, "0.0").body == file.read_bytes()
    assert "c/0/0" in reason(ask(tmp_path, 3, "c/0/0"))
    assert ask(tmp_path, 3, "c/1/1").status == 200


@pytest.mark.parametrize(("name", "keep"), [*((name, 0) for name in CODECS), ("plain", 1), ("plain", -1)])
def test_chunks_that_clients_would_take_for_data_are_refused(tmp_path: Path, name: str, keep: int) -> None:
    write(tmp_path, GRID, 2, compressors=CODECS[name], order="F")
    file = tmp_path / "0.0"
    file.write_bytes(file.read_bytes()[:keep])
    assert "damaged" in reason(ask(tmp_path, 2, "0.0"))
    assert "c/0/0" in reason(ask(tmp_path, 3, "c/0/0"))


@pytest.mark.parametrize("name", [name for name in CODECS if name != "plain"])
def test_garbage_is_refused_where_it_is_decoded(tmp_path: Path, name: str) -> None:
    write(tmp_path, GRID, 2, compressors=CODECS[name], order="F")
    (tmp_path / "0.0").write_bytes(np.random.default_rng(1).bytes(200))
    assert ask(tmp_path, 2, "0.0").size == 200
    reason(ask(tmp_path, 3, "c/0/0"))


def _lz4(size: int) -> bytes:
    return struct.pack("<I", size) + bytes(numcodecs.LZ4().encode(b"x" * 100))[4:]


def _blosc(size: int) -> bytes:
    data = bytearray(numcodecs.Blosc().encode(b"x" * 1000))
    data[4:8] = struct.pack("<I", size)
    return bytes(data)


def _zstd_stream(blocks: int) -> bytes:
    """A frame that does not announce its size: runs of 128 KiB, four bytes each."""
    run = 1 << 1 | (1 << 17) << 3
    body = b"".join((run | (i == blocks - 1)).to_bytes(3, "little") + b"x" for i in range(blocks))
    return b"\x28\xb5\x2f\xfd\x00\x58" + body


BOMB = 1 << 24
BOMBS: dict[str, tuple[dict[str, Any], Callable[[], bytes]]] = {
    "gzip": ({"id": "gzip", "level": 1}, lambda: gzip.compress(bytes(BOMB))),
    "gzip-members": ({"id": "gzip", "level": 1}, lambda: gzip.compress(bytes(1 << 15)) * 500),
    "zlib": ({"id": "zlib", "level": 1}, lambda: zlib.compress(bytes(BOMB))),
    "bz2": ({"id": "bz2", "level": 9}, lambda: bz2.compress(bytes(BOMB))),
    "lzma": ({"id": "lzma"}, lambda: lzma.compress(bytes(BOMB), preset=0)),
    "lzma-raw": (
        {"id": "lzma", "format": lzma.FORMAT_RAW, "filters": [{"id": lzma.FILTER_LZMA2, "preset": 0}]},
        lambda: lzma.compress(
            bytes(BOMB), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}]
        ),
    ),
    "zstd": ({"id": "zstd", "level": 1}, lambda: bytes(numcodecs.Zstd(1).encode(bytes(BOMB)))),
    "zstd-stream": ({"id": "zstd", "level": 1}, lambda: _zstd_stream(4000)),
    "lz4": ({"id": "lz4"}, lambda: _lz4(1 << 30)),
    "blosc": ({"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 0}, lambda: _blosc(1 << 30)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_chunk_that_expands_too_far_is_cut(tmp_path: Path, name: str) -> None:
    compressor, make = BOMBS[name]
    write(tmp_path, GRID, 2, compressors=None, order="F")
    edit(tmp_path / ".zarray", compressor=compressor)
    (tmp_path / "0.0").write_bytes(make())
    tracemalloc.start()
    response = ask(tmp_path, 3, "c/0/0")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "c/0/0" in reason(response) or "allowed" in reason(response)
    assert peak < 1 << 21


def test_a_bomb_behind_filters_is_cut(tmp_path: Path) -> None:
    write(tmp_path, GRID, 2, compressors=None)
    edit(tmp_path / ".zarray", filters=[{"id": "zlib", "level": 1}], compressor={"id": "gzip", "level": 1})
    (tmp_path / "0.0").write_bytes(gzip.compress(zlib.compress(bytes(BOMB))))
    assert "allowed" in reason(ask(tmp_path, 3, "c/0/0"))
    edit(tmp_path / ".zarray", filters=[{"id": "packbits"}], dtype="|b1")
    (tmp_path / "0.0").write_bytes(gzip.compress(bytes(1 << 15)))
    assert "allowed" in reason(ask(tmp_path, 3, "c/0/0"))


def test_text_that_announces_more_elements_than_a_chunk_has_is_refused(tmp_path: Path) -> None:
    write(tmp_path, np.array(["a", "b"], "T"), 2, dtype="str", compressors=numcodecs.Zlib(), chunks=(2,))
    (tmp_path / "0").write_bytes(zlib.compress(struct.pack("<I", 0xFFFFFFFF) + bytes(8)))
    assert "4,294,967,295 elements" in reason(ask(tmp_path, 3, "c/0"))


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("kind", ["portable", "decoded"])
def test_huge_chunks_pass_where_stored_and_are_never_made(
    tmp_path: Path, zarr_format: int, kind: str
) -> None:
    big = zarr.codecs.BytesCodec(endian="big")
    extra: dict[str, Any] = {"order": "F"} if zarr_format == 2 else {"serializer": big}
    compressor = numcodecs.GZip() if zarr_format == 2 else zarr.codecs.GzipCodec()
    write(tmp_path, GRID, zarr_format, compressors=compressor, **(extra if kind == "decoded" else {}))
    name = ".zarray" if zarr_format == 2 else "zarr.json"
    size = 10**12
    grid = {"name": "regular", "configuration": {"chunk_shape": [size, 10]}}
    edit(tmp_path / name, **({"chunks": [size, 10]} if zarr_format == 2 else {"chunk_grid": grid}))
    first = {2: "0.0", 3: "c/0/0"}
    (tmp_path / first[zarr_format]).write_bytes(b"short")
    other = 5 - zarr_format
    assert ask(tmp_path, zarr_format, first[zarr_format]).body == b"short"
    if kind == "portable":
        assert ask(tmp_path, other, first[other]).body == b"short"
    else:
        assert "allowed" in reason(ask(tmp_path, other, first[other]))
    (tmp_path / first[zarr_format]).unlink()
    assert ask(tmp_path, zarr_format, first[zarr_format]).status == 404
    if kind == "portable" and other == 3:
        assert ask(tmp_path, other, first[other]).status == 404
    else:
        assert "allowed" in reason(ask(tmp_path, other, first[other]))


@pytest.mark.parametrize(
    "data", [b"", b"\x28\xb5", b"\x28\xb5\x2f\xfd", _zstd_stream(1)[:-3], b"other bytes"]
)
def test_the_bound_of_a_damaged_zstandard_stream(data: bytes) -> None:
    with pytest.raises(ValueError, match="Zstandard"):
        zstd_bound(data)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_791, 65_792, 200_000, 1 << 20])
def test_the_bound_of_a_zstandard_stream_is_its_size(size: int) -> None:
    data = bytes(numcodecs.Zstd().encode(bytes(size)))
    assert zstd_bound(data) == size
    assert zstd_bound(data * 3) == 3 * size


def test_a_zstandard_stream_without_its_size_is_decoded(tmp_path: Path) -> None:
    write(
        tmp_path,
        np.zeros((2, 1 << 17), "u1"),
        2,
        compressors=numcodecs.Zstd(),
        order="F",
        chunks=(2, 1 << 17),
    )
    (tmp_path / "0.0").write_bytes(_zstd_stream(2))
    node = read(tmp_path, Policy())
    assert isinstance(node, Array)
    assert (read_all(node) == ord("x")).all()
