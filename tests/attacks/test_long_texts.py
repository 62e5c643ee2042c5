"""Texts that claim to be long, or are repeated without end, are refused before room is made for them."""

import re
import resource
import zlib

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import child, read_all

POLICY = Policy()
STRING = h5py.string_dtype()
STRUCTURE = np.dtype([("i", "i2"), ("inner", [("f", "f8", (3,)), ("t", STRING)])])
ROWS = [(1, ((0, 0, 0), "hello")), (2, ((0, 0, 0), "world"))]


def compact(file):
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_layout(h5py.h5d.COMPACT)
    kind, space = h5py.h5t.py_create(STRING, logical=True), h5py.h5s.create_simple((2,))
    h5py.Dataset(h5py.h5d.create(file.id, b"a", kind, space, dcpl=properties))[:] = ["hello", "world"]


def structures(file, **options):
    file.create_dataset("a", data=np.array(ROWS, STRUCTURE), **options)


FORGED = {
    "attribute": lambda file: file.attrs.update({"t": "hello"}),
    "attribute of several": lambda file: file.attrs.create("t", ["hello", "world"], dtype=STRING),
    "compact": compact,
    "structures": structures,
    "structures in chunks": lambda file: structures(file, chunks=(2,)),
}


def read(path, name):
    return read_all(child(open_file(path, POLICY), name))


@pytest.mark.parametrize("user_block", [0, 512])
@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
def test_texts_wherever_they_are_that_claim_to_be_gigabytes_long(tmp_path, make, libver, user_block):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=libver, userblock_size=user_block) as file:
        make(file)
    data = path.read_bytes()
    heap = (data.index(b"GCOL") - user_block).to_bytes(8, "little")
    at = data.index((5).to_bytes(4, "little") + heap)
    path.write_bytes(data[:at] + (0xF0000000).to_bytes(4, "little") + data[at + 4 :])
    before = peak()
    with pytest.raises(Unreadable, match="texts that claim"):
        read(path, "a" if make is compact else "a/inner/t")
    assert peak() - before < 1 << 24


def test_texts_in_compressed_structures_that_claim_to_be_gigabytes_long(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        structures(file, chunks=(2,), compression="gzip")
        mask, data = file["a"].id.read_direct_chunk((0,))
        plain = zlib.decompress(data)
        at = plain.index((5).to_bytes(4, "little"))
        plain = plain[:at] + (0xF0000000).to_bytes(4, "little") + plain[at + 4 :]
        file["a"].id.write_direct_chunk((0,), zlib.compress(plain), mask)
    before = peak()
    with pytest.raises(Unreadable, match="texts that claim"):
        read_all(child(open_file(tmp_path / "a.h5", POLICY), "a/inner/t"))
    assert peak() - before < 1 << 24


def test_an_attribute_that_repeats_a_long_text(tmp_path):
    path, long_text = tmp_path / "a.h5", (1 << 20).to_bytes(4, "little")
    with h5py.File(path, "w") as file:
        file.attrs.create("t", ["hello"] * 1000 + ["x" * (1 << 20)], dtype=STRING)
    data = bytearray(path.read_bytes())
    at = next(m.start() for m in re.finditer(re.escape(long_text), data) if is_place(data, m.start()))
    data[at - 16_000 : at] = data[at : at + 16] * 1000
    path.write_bytes(data)
    before = peak()
    with pytest.raises(Unreadable, match="texts that claim"):
        open_file(path, POLICY)
    assert peak() - before < 1 << 25


def is_place(data: bytes, at: int) -> bool:
    heap = int.from_bytes(data[at + 4 : at + 12], "little")
    return data[heap : heap + 4] == b"GCOL"


def test_texts_of_attributes_and_structures_are_read(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        structures(file, chunks=(1,), compression="gzip")
        file.attrs.create("t", ["hello", "x" * (1 << 20)], dtype=STRING)
    node = open_file(tmp_path / "a.h5", POLICY)
    assert [len(text) for text in node.attributes["t"]] == [5, 1 << 20]
    assert read_all(child(node, "a/inner/t")).tolist() == ["hello", "world"]


@pytest.mark.parametrize("path", ["d", "s/t", "r"])
@pytest.mark.parametrize("name", ["x.arrow", "x.parquet"])
def test_a_long_text_that_is_repeated_without_end(tmp_path, name, path):
    rows, words = 100_000, pa.array(["x" * (1 << 20)])
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "i4")), words)
    columns = {"d": text, "s": pa.StructArray.from_arrays([text], names=["t"])}
    if name == "x.arrow":
        columns["r"] = pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int32()), words)
        table = pa.table(columns)
        with pa.ipc.new_file(str(tmp_path / name), table.schema) as writer:
            writer.write_table(table)
    else:
        columns["r"] = pa.DictionaryArray.from_arrays(text.indices, words.cast(pa.large_string()))
        pq.write_table(pa.table(columns), tmp_path / name, dictionary_pagesize_limit=1 << 24)
    before = peak()
    array = child(open_file(tmp_path / name, POLICY), path)
    with pytest.raises(Unreadable, match="rows of text take"):
        array.read((slice(0, array.chunk_shape[0]),))
    assert peak() - before < 1 << 26


def peak() -> int:
    """The most memory that the process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
