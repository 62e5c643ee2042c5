"""Feather, Arrow IPC files and streams as nodes, compared with pyarrow."""

import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather as pyarrow_feather
from upath import UPath

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import ServeError, Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import files
from jupyter_zarr_serve.readers.arrow import feather
from tests.nodes import FILE_FAILURES, child, read_all
from tests.readers.test_parquet import MIXED, same

SMALL = Policy(target_bytes=64)


def write_stream(path, *tables):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table)
    return path


def write_file(path, table, codec=None, rows=30):
    pyarrow_feather.write_feather(table, path, compression=codec or "uncompressed", chunksize=rows)
    return path


@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
@pytest.mark.parametrize("rows", [7, 30, 1000])
def test_files(tmp_path, codec, rows):
    path = write_file(tmp_path / "x.feather", MIXED, codec, rows)
    same(feather.read(path, SMALL), adapt(MIXED, SMALL))


def test_remote_paths(tmp_path):
    remote = UPath("memory://feather/x.feather")
    remote.write_bytes(write_file(tmp_path / "x.feather", MIXED, "lz4").read_bytes())
    same(feather.read(remote, SMALL), adapt(MIXED, SMALL))


@pytest.mark.parametrize("delta", [False, True])
def test_streams_with_changing_dictionaries(tmp_path, delta):
    words = [pa.array(w).dictionary_encode() for w in (["x", "y"], ["q", None], ["x", "y", "z"])]
    if delta:
        whole = pa.array(["x", "y", "z"])
        parts = [(2, [0, 1]), (3, [2, None]), (3, [1, 0, 2])]
        words = [pa.DictionaryArray.from_arrays(pa.array(i, pa.int32()), whole[:n]) for n, i in parts]
    tables = [pa.table({"d": w, "n": np.arange(len(w))}) for w in words]
    path = tmp_path / "x.arrows"
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=delta)
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_stream(sink, tables[0].schema, options=options) as out,
    ):
        for table in tables:
            out.write_table(table)
    node = feather.read(path, SMALL)
    expected = [word or "" for word in pa.ipc.open_stream(path).read_all()["d"].to_pylist()]
    array = child(node, "d")
    assert [array.read((slice(i, i + 1),))[0] for i in reversed(range(7))] == expected[::-1]
    assert read_all(child(node, "n")).tolist() == [0, 1, 0, 1, 0, 1, 2]


def test_streams_without_batches_or_rows(tmp_path):
    assert child(
        feather.read(write_stream(tmp_path / "a", pa.table({"x": [1]}).slice(0, 0)), SMALL), "x"
    ).shape == (0,)
    empty = pa.table({"x": [1, 2]})
    node = feather.read(
        write_stream(tmp_path / "b", empty.slice(0, 1), empty.slice(0, 0), empty.slice(1)), SMALL
    )
    assert read_all(child(node, "x")).tolist() == [1, 2]


@pytest.mark.filterwarnings("ignore:Feather V1:DeprecationWarning")
def test_version_1(tmp_path):
    table = pa.table({"x": [1.5, None], "s": ["a", "b"]})
    pyarrow_feather.write_feather(table, tmp_path / "x", version=1)
    node = feather.read(tmp_path / "x", SMALL)
    assert read_all(child(node, "s")).tolist() == ["a", "b"]
    with pytest.raises(Unreadable, match="write_feather"):
        feather.read(tmp_path / "x", Policy(limit_bytes=10))


def test_pandas_index(tmp_path):
    frame = pd.DataFrame({"v": [1.0, 2.0]})
    frame.to_feather(tmp_path / "x.feather")
    assert list(feather.read(tmp_path / "x.feather", SMALL).children) == ["index", "v"]


def test_opening_reads_heads_and_a_chunk_its_column(tmp_path, monkeypatch):
    table = pa.table({"a": np.arange(100_000), "b": ["text"] * 100_000})
    path = write_file(tmp_path / "x.feather", table, rows=10_000)
    taken = []
    remote = UPath("memory://feather/big.feather")
    remote.write_bytes(path.read_bytes())

    class Counted:
        def __init__(self, file):
            self.file = file

        def read(self, size=-1):
            data = self.file.read(size)
            taken.append(len(data))
            return data

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    for module in (files, feather.open_arrow.__globals__):
        names = module if isinstance(module, dict) else vars(module)
        monkeypatch.setitem(names, "open_binary", lambda path: Counted(path.open("rb")))
    node = feather.read(remote, Policy(target_bytes=8192))
    opened = sum(taken)
    assert opened < 20_000
    array = child(node, "a")
    assert sum(taken) == opened
    assert array.read((slice(50_000, 50_003),)).tolist() == [50_000, 50_001, 50_002]
    assert sum(taken) - opened < 100_000
    array.read((slice(50_010, 50_013),))
    assert sum(taken) - opened < 100_000


def test_what_decodes_to_too_much_is_refused_undecoded(tmp_path):
    bomb = pa.table({"x": np.zeros(4_000_000), "small": np.zeros(4_000_000, "i1")})
    path = write_file(tmp_path / "x.feather", bomb, "zstd", rows=4_000_000)
    assert path.stat().st_size < 100_000
    node = feather.read(path, Policy(limit_bytes=1 << 24))
    with pytest.raises(Unreadable, match="smaller record batches"):
        child(node, "x").read((slice(0, 1),))
    stream = write_stream(tmp_path / "x.arrows", bomb)
    with pytest.raises(Unreadable, match="smaller record batches"):
        child(feather.read(stream, Policy(limit_bytes=1 << 24)), "small").read((slice(0, 1),))


@pytest.mark.parametrize("kind", [write_file, write_stream])
@pytest.mark.parametrize("keep", [0, 4, 6, 9, 100, 700, -40])
def test_truncated_files_raise(tmp_path, kind, keep):
    path = kind(tmp_path / "x", MIXED)
    data = path.read_bytes()
    path.write_bytes(data[:keep])
    with pytest.raises((*FILE_FAILURES, ServeError)):
        feather.read(path, SMALL)


@pytest.mark.parametrize("kind", [write_file, write_stream])
def test_a_claim_of_many_rows_is_noticed(tmp_path, kind):
    """Lengths and counts in the message say 2**40 where 1000 were written."""
    path = kind(tmp_path / "x", pa.table({"x": np.arange(1000, dtype="i4"), "s": ["a"] * 1000}), **(
        {"rows": 1000} if kind is write_file else {}
    ))  # fmt: skip
    path.write_bytes(path.read_bytes().replace(struct.pack("<q", 1000), struct.pack("<q", 2**40)))
    array = child(feather.read(path, SMALL), "s")
    assert array.shape == (2**40,)
    with pytest.raises((*FILE_FAILURES, ServeError)):
        array.read((slice(0, 4),))


def test_damaged_offsets_are_noticed(tmp_path):
    path = write_stream(tmp_path / "x", pa.table({"s": ["aaaa", "bbbb", "cccc"]}))
    offsets = struct.pack("<4i", 0, 4, 8, 12)
    path.write_bytes(path.read_bytes().replace(offsets, struct.pack("<4i", 0, 4, 2**30, 12)))
    with pytest.raises(FILE_FAILURES):
        read_all(child(feather.read(path, SMALL), "s"))


def test_a_replaced_file_is_noticed(tmp_path):
    path = write_file(tmp_path / "x", pa.table({"x": np.arange(10)}))
    array = child(feather.read(path, SMALL), "x")
    write_file(path, pa.table({"x": np.arange(7)}))
    with pytest.raises((*FILE_FAILURES, Unavailable)):
        read_all(array)
