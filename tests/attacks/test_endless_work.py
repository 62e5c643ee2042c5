"""Small files whose reading would take a worker for good are refused before the work begins."""

import bz2
import resource
import zlib

import h5py
import numpy as np
import pytest
from numcodecs import Zstd

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import child, read_all

POLICY = Policy()


def virtual(file: h5py.File, name: str, *sources: str, length: int = 4) -> None:
    """A virtual dataset of the same length, made of each source as a whole, one over the other."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    space = h5py.h5s.create_simple((length,))
    for source in sources:
        properties.set_virtual(space, b".", source.encode(), space)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_INT64, space, dcpl=properties)


def test_virtual_datasets_made_twice_of_each_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 41):
            virtual(file, f"v{level}", *[f"v{level - 1}"] * 2)
    node = open_file(tmp_path / "a.h5", POLICY)
    np.testing.assert_array_equal(read_all(child(node, "v3")), np.arange(4))
    with pytest.raises(Unreadable, match="deep"):
        child(node, "v40")


def test_virtual_datasets_made_often_of_each_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 6):
            virtual(file, f"v{level}", *[f"v{level - 1}"] * 100)
    with pytest.raises(Unreadable, match="1,000,000 places"):
        child(open_file(tmp_path / "a.h5", POLICY), "v5")


def test_virtual_datasets_one_behind_the_other(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["v0"] = np.arange(4)
        for level in range(1, 2000):
            virtual(file, f"v{level}", f"v{level - 1}")
    with pytest.raises(Unreadable, match="deep"):
        child(open_file(tmp_path / "a.h5", POLICY), "v1999")


def filtered(path, data: bytes, *numbers: int, length=1000, dtype="i4", mask=0):
    """A dataset whose first chunk is these very bytes, its filters being of these numbers."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((length,))
    for number in numbers:
        if number == h5py.h5z.FILTER_DEFLATE:
            properties.set_deflate(1)
        else:
            properties.set_filter(number, h5py.h5z.FLAG_OPTIONAL, ())
    kind = h5py.h5t.py_create(np.dtype(dtype), logical=True)
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create_simple((length,))
        dataset = h5py.h5d.create(file.id, b"a", kind, space, properties)
        dataset.write_direct_chunk((0,), data, mask)
    return child(open_file(path, POLICY), "a")


BOMB = zlib.compress(bytes(1 << 26), 9)  # 64 kB to 64 MB


@pytest.mark.parametrize("dtype", ["i4", h5py.string_dtype()], ids=["numbers", "texts"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_chunks_deflated_again_and_again(tmp_path, dtype, times):
    data = BOMB
    for _ in range(times - 1):
        data = zlib.compress(data)
    array = filtered(tmp_path / "a.h5", data, *[h5py.h5z.FILTER_DEFLATE] * times, dtype=dtype)
    before = peak()
    with pytest.raises(Unreadable, match=r"do not decode to the|more bytes than it can need"):
        array.read((slice(0, 1000),))
    assert peak() - before < 1 << 24


def test_chunks_that_were_honestly_deflated_twice_are_read(tmp_path):
    values = np.arange(1000, dtype="i4")
    data = zlib.compress(zlib.compress(values.tobytes()))
    array = filtered(tmp_path / "a.h5", data, *[h5py.h5z.FILTER_DEFLATE] * 2)
    np.testing.assert_array_equal(read_all(array), values)


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (307, bz2.compress(bytes(1 << 26))),
        (32004, (1 << 32).to_bytes(8, "big") + bytes(100)),
        (32015, bytes(Zstd().encode(bytes(1 << 26)))),
    ],
    ids=["bzip2", "lz4", "zstd"],
)
def test_chunks_of_plugins_that_claim_to_be_large(tmp_path, number, data):
    import hdf5plugin  # noqa: F401 (it brings the filters)

    array = filtered(tmp_path / "a.h5", data, number)
    before = peak()
    with pytest.raises(Unreadable, match="claims to hold"):
        array.read((slice(0, 1000),))
    assert peak() - before < 1 << 24


@pytest.mark.parametrize(
    "options", [{}, {"chunks": (2,)}, {"chunks": (2,), "compression": "gzip"}], ids=str
)
def test_texts_that_claim_to_be_gigabytes_long(tmp_path, options):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a", data=["hello", "world"], dtype=h5py.string_dtype(), **options)
        if options.get("compression"):
            mask, data = file["a"].id.read_direct_chunk((0,))
            data = zlib.compress(long(zlib.decompress(data)))
            file["a"].id.write_direct_chunk((0,), data, mask)
    if not options.get("compression"):
        path.write_bytes(long(path.read_bytes()))
    array = child(open_file(path, POLICY), "a")
    before = peak()
    with pytest.raises(Unreadable, match="texts that claim"):
        read_all(array)
    assert peak() - before < 1 << 24


def long(data: bytes) -> bytes:
    """The same, the first text of five letters claiming to have 4 GB."""
    at = data.index(b"\x05\0\0\0") if len(data) < 100 else place_of_text(data)
    return data[:at] + (0xF0000000).to_bytes(4, "little") + data[at + 4 :]


def place_of_text(data: bytes) -> int:
    heap = data.index(b"GCOL").to_bytes(8, "little")
    return data.index((5).to_bytes(4, "little") + heap)


def test_texts_of_fixed_length_that_are_long_make_small_chunks(tmp_path):
    kind = h5py.string_dtype("utf-8", 1 << 20)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", (10_000,), kind)
        file.create_dataset("b", (10,), h5py.string_dtype("utf-8", 1 << 30))
    root = open_file(tmp_path / "a.h5", POLICY)
    assert child(root, "a").chunk_shape == (1,)
    with pytest.raises(Unreadable, match="texts of"):
        child(root, "b")


def test_chunks_of_one_element_are_not_joined_by_the_million(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", (10**6,), "f8", chunks=(1,))
    assert child(open_file(tmp_path / "a.h5", POLICY), "a").chunk_shape == (4096,)


def peak() -> int:
    """The most memory that the process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
