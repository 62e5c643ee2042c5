import ctypes
import os
import subprocess
import sys
import zlib
from itertools import product

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.adapters.hdf5 import chunks as module
from jupyter_zarr_serve.adapters.hdf5 import filters as filters_module
from jupyter_zarr_serve.adapters.hdf5.filters import decode
from jupyter_zarr_serve.adapters.hdf5.nodes import Opened, node_of
from jupyter_zarr_serve.core.chunks import encode_chunk
from jupyter_zarr_serve.core.dialects import DIALECTS
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.grid import grid_shape
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.readers.hdf5 import read
from tests.nodes import child, read_all
from tests.store import open_node

POLICY = Policy(target_bytes=4096)  # so that small chunks are large enough to be sent as they are
VALUES = np.random.default_rng(0).integers(0, 50, (70, 100))


def array(path, name="a", policy=POLICY) -> Array:
    found = child(read(path, policy), name)
    assert isinstance(found, Array)
    return found


def write(path, values=VALUES, name="a", **options):
    with h5py.File(path, "w") as file:
        file.create_dataset(name, data=values, **options)
    return path


FILTERS = [
    {}, {"compression": "gzip"}, {"shuffle": True}, {"compression": "gzip", "shuffle": True},
    {"fletcher32": True},
    {"fletcher32": True, "compression": "gzip", "compression_opts": 9, "shuffle": True},
    {"compression": "lzf"}, {"compression": "lzf", "shuffle": True}, {"scaleoffset": 0},
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["<i4", ">i8", "f8", "u1", "S3", "c8"])
@pytest.mark.parametrize("options", FILTERS, ids=str)
@pytest.mark.parametrize("chunks", [(32, 16), (1, 100), (7, 5), (70, 100)])
def test_every_filter(tmp_path, options, dtype, chunks):
    if "scaleoffset" in options and dtype not in ("<i4", ">i8", "u1"):
        options = {}
    values = VALUES.astype(dtype)
    a = array(write(tmp_path / "a.h5", values, chunks=chunks, **options))
    np.testing.assert_array_equal(read_all(a), values)
    for region in (
        (slice(3, 40), slice(15, 50)),
        (slice(31, 33), slice(16, 32)),
        (slice(69, 70), slice(0, 1)),
    ):
        np.testing.assert_array_equal(a.read(region), values[region])


@pytest.mark.parametrize("dtype", ["<i4", "f8", "u1", "c8", "?", "S3"])
def test_stored_chunks_are_what_is_read(tmp_path, dtype):
    a = array(write(tmp_path / "a.h5", VALUES.astype(dtype), chunks=(32, 32)))
    assert set(a.stored) == {2, 3}
    for coords in product(*map(range, grid_shape(a.shape, a.chunk_shape))):
        blob = a.stored[2].chunk(coords)
        data = blob.read(0, blob.size)
        assert blob.read(1, 5) == data[1:5]
        assert data == encode_chunk(a, coords, ())


@pytest.mark.parametrize("options", FILTERS[1:], ids=str)
def test_filtered_chunks_are_encoded_so_that_every_client_reads_them(tmp_path, options, zarr_format):
    a = array(write(tmp_path / "a.h5", chunks=(32, 32), **options))
    assert a.chunk_shape == (32, 32)
    document = DIALECTS[zarr_format].document(a, {2: ".zarray", 3: "zarr.json"}[zarr_format])
    if zarr_format == 2:  # zarr.js ignores filters, zarrs has no zlib
        assert document["filters"] is None
        assert document["compressor"]["id"] == "blosc"
    np.testing.assert_array_equal(open_node(a, zarr_format)[:], VALUES)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (VALUES.astype(">i4"), {"compression": "gzip"}),
        (VALUES.astype(">i4"), {}),
        (VALUES, {"compression": "gzip"}),
        (VALUES, {"fletcher32": True}),
        (VALUES.astype([("x", "i4")]), {}),
    ],
)
def test_what_not_every_client_reads_is_not_sent_as_stored(tmp_path, values, options):
    assert array(write(tmp_path / "a.h5", values, chunks=(32, 32), **options)).stored == {}


def test_small_chunks_are_joined_and_large_ones_divided(tmp_path):
    policy = Policy(target_bytes=1 << 16)
    small = array(write(tmp_path / "s.h5", chunks=(7, 5), compression="gzip"), policy=policy)
    assert small.stored == {}
    assert small.chunk_shape[0] % 7 == small.chunk_shape[1] % 5 == 0
    large = array(write(tmp_path / "l.h5", np.zeros((2000, 1000)), chunks=(2000, 1000)), policy=policy)
    assert large.stored == {}
    assert large.chunk_shape < (2000, 1000)


@pytest.mark.parametrize("fillvalue", [None, 0, -5])
@pytest.mark.parametrize("options", FILTERS[:5], ids=str)
def test_what_is_not_stored_holds_the_fill_value(tmp_path, fillvalue, options):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in ("nothing", "some"):
            file.create_dataset(name, (70, 100), "i4", chunks=(32, 32), fillvalue=fillvalue, **options)
        file["some"][:5, :5] = 1
        file.create_dataset("whole", (70, 100), "i4", fillvalue=fillvalue)
    for name in ("nothing", "some", "whole"):
        a = array(tmp_path / "a.h5", name)
        assert a.fill_value == (fillvalue or None)
        with h5py.File(tmp_path / "a.h5") as file:
            np.testing.assert_array_equal(read_all(a), file[name][()])
        assert all(stored.chunk((1, 1)) is None for stored in a.stored.values())


def raw_dataset(path, chunk, mask=0, shape=(64, 64), **options):
    """A dataset whose only stored chunk is these very bytes."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("a", shape, "i4", chunks=(32, 32), **options)
        data.id.write_direct_chunk((0, 0), chunk, mask)
    return array(path)


BLOCK = np.arange(1024, dtype="i4").reshape(32, 32)
FIRST = (slice(0, 32), slice(0, 32))


@pytest.mark.parametrize("mask", [0b01, 0b10, 0b11])
def test_filters_that_were_left_out_of_a_chunk(tmp_path, mask):
    data = BLOCK.tobytes()
    if not mask & 1:
        data = np.frombuffer(data, "u1").reshape(-1, 4).T.tobytes()
    if not mask & 2:
        data = zlib.compress(data)
    a = raw_dataset(tmp_path / "a.h5", data, mask, compression="gzip", shuffle=True)
    assert a.read(FIRST).tolist() == BLOCK.tolist()


@pytest.mark.parametrize(
    "chunk",
    [
        zlib.compress(bytes(1 << 22)),  # a bomb
        zlib.compress(bytes(4095)),
        zlib.compress(BLOCK.tobytes())[:-10],
        zlib.compress(b""),
    ],
    ids=["bomb", "short", "cut", "empty"],
)
def test_damaged_chunks_are_errors(tmp_path, chunk):
    a = raw_dataset(tmp_path / "a.h5", chunk, compression="gzip")
    with pytest.raises(Unreadable, match=r"damaged|holds"):
        a.read(FIRST)
    assert not a.read((slice(32, 64), slice(0, 64))).any()


def test_a_chunk_that_is_no_compressed_stream_is_an_error(tmp_path):
    with pytest.raises(zlib.error):
        raw_dataset(tmp_path / "a.h5", b"rubbish" * 20, compression="gzip").read(FIRST)


def test_more_bytes_than_a_chunk_can_need(tmp_path):
    with pytest.raises(Unreadable, match="more bytes"):
        raw_dataset(tmp_path / "a.h5", bytes(100_000), compression="gzip").read(FIRST)


def test_wrong_checksums_are_errors(tmp_path):
    path = write(tmp_path / "a.h5", BLOCK, chunks=(32, 32), fletcher32=True)
    with h5py.File(path) as file:
        offset = file["a"].id.get_chunk_info(0).byte_offset
    with path.open("r+b") as raw:
        raw.seek(offset + 100)
        raw.write(b"\xff")
    with pytest.raises(RuntimeError, match="checksum"):
        array(path).read(FIRST)


def test_chunks_larger_than_allowed_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("packed", (1 << 20, 64), "f8", chunks=(1 << 20, 64), compression="gzip")
        file.create_dataset("plain", (1 << 20, 64), "f8", chunks=(1 << 20, 64))
    policy = Policy(limit_bytes=1 << 24)
    with pytest.raises(Unreadable, match="h5repack"):
        array(tmp_path / "a.h5", "packed", policy)
    plain = array(tmp_path / "a.h5", "plain", policy)
    assert plain.read((slice(5, 7), slice(0, 2))).tolist() == [[0, 0]] * 2


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (32999, {True: "HDF5_PLUGIN_PATH", False: "pip install hdf5plugin"}),
        (305, "has .LZO"),
    ],
)
def test_a_filter_that_is_not_installed_is_named(tmp_path, monkeypatch, number, remedy, installed):
    monkeypatch.setattr(filters_module, "_has_plugins", lambda: installed)
    path = write(tmp_path / "a.h5", BLOCK, chunks=(32, 32), compression="lzf")
    content = path.read_bytes()
    lzf = (32000).to_bytes(2, "little") + (8).to_bytes(
        2, "little"
    )  # the filter's number, its name's length
    assert content.count(lzf) == 1
    path.write_bytes(content.replace(lzf, number.to_bytes(2, "little") + lzf[2:]))
    remedy = remedy[installed] if isinstance(remedy, dict) else remedy
    with pytest.raises(Unreadable, match=f"filter {number} .*{remedy}"):
        array(path)


def test_filters_of_hdf5plugin_come_when_they_are_needed(tmp_path):
    """In a process that has not imported the package, reading what another one wrote."""
    code = f"""
import h5py, hdf5plugin as plugins, numpy
kinds = [plugins.Bitshuffle(), plugins.Bitshuffle(cname="none"), plugins.Blosc(), plugins.Blosc2()]
kinds += [plugins.BZip2(), plugins.LZ4(), plugins.Zstd()]
with h5py.File({str(tmp_path / "a.h5")!r}, "w") as file:
    for number, options in enumerate(kinds):
        data = numpy.arange(4096, dtype="f4").reshape(64, 64)
        file.create_dataset(f"a{{number}}", data=data, chunks=(32, 64), **options)
"""
    # netCDF4 names its own filters there when it is imported; h5py cannot use them.
    environment = {name: value for name, value in os.environ.items() if name != "HDF5_PLUGIN_PATH"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    code = f"""
import sys
from pathlib import Path
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file
root = open_file(Path({str(tmp_path / "a.h5")!r}), Policy())
assert "hdf5plugin" not in sys.modules
region = (slice(0, 64), slice(0, 64))
print(*[int(root.children[name].read(region).sum(dtype="i8")) for name in root.children])
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.split() == [str(4095 * 2048)] * 7


@pytest.mark.parametrize("options", [{"compression": "gzip"}, {"shuffle": True}], ids=str)
def test_edge_chunks_that_are_stored_without_the_filters(tmp_path, options):
    path = tmp_path / "a.h5"
    values = VALUES.astype("i4")
    with h5py.File(path, "w", libver="latest") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((32, 32))
        if "shuffle" in options:
            properties.set_shuffle()
        else:
            properties.set_deflate(4)
        hdf5 = ctypes.CDLL(h5py.h5p.__file__)  # h5py has no function for this property
        assert hdf5.H5Pset_chunk_opts(ctypes.c_int64(properties.id), ctypes.c_uint(2)) == 0
        space = h5py.h5s.create_simple(values.shape)
        h5py.h5d.create(file.id, b"a", h5py.h5t.NATIVE_INT32, space, properties).write(
            h5py.h5s.ALL, h5py.h5s.ALL, values
        )
        assert len(file["a"].id.read_direct_chunk((64, 96))[1]) == 32 * 32 * 4
    a = array(path)
    np.testing.assert_array_equal(read_all(a), values)


def test_compact_datasets(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple(BLOCK.shape)
        h5py.h5d.create(file.id, b"a", h5py.h5t.NATIVE_INT32, space, properties).write(
            h5py.h5s.ALL, h5py.h5s.ALL, BLOCK
        )
    np.testing.assert_array_equal(read_all(array(tmp_path / "a.h5")), BLOCK)


def test_threads_read_at_once(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    values = np.random.default_rng(0).random((256, 256))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("gzip", data=values, chunks=(32, 32), compression="gzip", shuffle=True)
        file.create_dataset("lzf", data=values, chunks=(32, 32), compression="lzf")
        file["contiguous"] = values
    root = read(tmp_path / "a.h5", POLICY)
    arrays = [child(root, name) for name in ("gzip", "lzf", "contiguous")] * 8
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(read_all, arrays):
            np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("writer", ["another", "this process"])
def test_a_chunk_that_is_served_in_parts_is_decoded_once(tmp_path, monkeypatch, writer):
    """Unless this process may be writing it."""
    values = np.random.default_rng(0).integers(0, 50, (512, 256))
    path = write(tmp_path / "a.h5", values, chunks=(256, 256), compression="gzip")
    decoded = []
    monkeypatch.setattr(module, "decode", lambda *given: decoded.append(1) or decode(*given))
    with h5py.File(path) as file:
        opened = array(path) if writer == "another" else node_of(file["a"], Opened(POLICY))
        assert isinstance(opened, Array)
        assert np.prod(grid_shape(opened.shape, opened.chunk_shape)) > 100
        np.testing.assert_array_equal(read_all(opened), values)
    assert len(decoded) == 2 if writer == "another" else len(decoded) > 100


def test_parts_of_chunks_that_are_not_stored(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        a = file.create_dataset("a", (512, 256), "i8", chunks=(256, 256), compression="gzip", fillvalue=7)
        a[300:310] = 1
    opened = array(tmp_path / "a.h5")
    assert (opened.read((slice(0, 9), slice(0, 9))) == 7).all()
    assert (opened.read((slice(0, 9), slice(0, 9))) == 7).all()
    assert (opened.read((slice(300, 302), slice(0, 9))) == 1).all()
