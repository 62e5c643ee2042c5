"""Parquet files as nodes, compared with pyarrow."""

import decimal
import threading

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import ServeError, Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.core.walk import descendants, members
from jupyter_zarr_serve.readers.arrow import parquet
from tests.nodes import FILE_FAILURES, child, read_all

SMALL = Policy(target_bytes=64)
MIXED = pa.table(
    {
        "i": pa.array([1, None, 3, -(2**15), 5] * 20, pa.int16()),
        "u": pa.array([1, None, 255, 2, 3] * 20, pa.uint8()),
        "b": [True, None, False, True, True] * 20,
        "s": ["a", None, "", "ä", "d" * 9] * 20,
        "a.b": np.arange(100),
        "a": np.arange(100) / 3,
        "bytes": [b"x", None, b"\0y", b"", b"q"] * 20,
        "d": [decimal.Decimal("1.5"), None] * 50,
        "t": pa.array([1, None, 3, 4, 5] * 20, pa.timestamp("us", "Europe/Berlin")),
        "cat": pa.array(["x", None, "y", "y", "x"] * 20).dictionary_encode(),
        "st": [{"x": 1, "y": "q"}, None] * 50,
        "l": pa.array([[1, None], [2, 3], None, [4, 5]] * 25, pa.list_(pa.int16(), 2)),
        "n": pa.nulls(100),
    }
)


def write(path, table, **options):
    pq.write_table(table, path, **options)
    return path


def same(node, expected):
    """Whether a group serves the same columns as the table in memory."""
    wanted = dict(descendants(expected))
    found = dict(descendants(node))
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        if not isinstance(array, Group):
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(read_all(found[name]), read_all(array))


@pytest.mark.parametrize("groups", [7, 25, 1000])
@pytest.mark.parametrize("options", [{}, {"write_statistics": False, "use_dictionary": False}])
def test_serves_what_pyarrow_reads(tmp_path, groups, options):
    path = write(tmp_path / "x.parquet", MIXED, row_group_size=groups, **options)
    same(parquet.read(path, SMALL), adapt(pq.read_table(path), SMALL))


def test_bounded_segments_serve_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_SEGMENT", 100)
    path = write(tmp_path / "x.parquet", MIXED, row_group_size=50)
    same(parquet.read(path, SMALL), adapt(pq.read_table(path), SMALL))


def test_remote_paths(tmp_path):
    path = write(tmp_path / "x.parquet", MIXED)
    remote = UPath("memory://parquet/x.parquet")
    remote.write_bytes(path.read_bytes())
    same(parquet.read(remote, SMALL), adapt(MIXED, SMALL))


def test_chunks_are_aligned_to_row_groups(tmp_path):
    table = pa.table({"x": np.arange(1000)})
    regular = parquet.read(write(tmp_path / "a.parquet", table, row_group_size=96), SMALL)
    assert 96 % child(regular, "x").chunk_shape[0] == 0
    path = write(tmp_path / "b.parquet", table, row_group_size=499)
    prime = parquet.read(path, Policy(target_bytes=256))
    assert child(prime, "x").chunk_shape == (25,)


def test_opening_and_metadata_read_no_data(tmp_path, monkeypatch):
    path = write(tmp_path / "x.parquet", MIXED.select(["i", "s", "a"]), row_group_size=10)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", None)
    node = parquet.read(path, SMALL)
    assert [name for name, _ in members(node)] == ["s", "a"]  # the lowest int16 occurs: i must be scanned


def test_a_chunk_reads_its_row_group_and_column_once(tmp_path, monkeypatch):
    path = write(tmp_path / "x.parquet", MIXED, row_group_size=10)
    array = child(parquet.read(path, SMALL), "a")
    asked, original = [], pq.ParquetFile.iter_batches

    def noted(self, size, groups, columns, **options):
        asked.append((groups, columns))
        return original(self, size, groups, columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", noted)
    threads = [threading.Thread(target=array.read, args=((slice(31 + i, 35),),)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [([3], ["a"])]
    np.testing.assert_array_equal(array.read((slice(31, 35),)), np.arange(31, 35) / 3)


def test_duplicate_names(tmp_path):
    table = pa.Table.from_arrays([pa.array([1, 2]), pa.array([3, 4])], names=["x", "x"])
    node = parquet.read(write(tmp_path / "x.parquet", table), SMALL)
    assert read_all(child(node, "x")).tolist() == [1, 2]
    assert read_all(child(node, "x_1")).tolist() == [3, 4]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"v": [1, 2, 3]}),
        pd.DataFrame({"v": [1, 2, 3]}, index=pd.Index(["a", "b", "c"], name="k")),
        pd.DataFrame({"v": [1, 2, 3]}, index=[9, 8, 7]),
        pd.DataFrame(
            {"v": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["p", None])
        ),
        pd.DataFrame({"v": [1, 2, 3]}).iloc[1:],
    ],
)
def test_pandas_index(tmp_path, frame):
    frame.to_parquet(tmp_path / "x.parquet")
    node = parquet.read(tmp_path / "x.parquet", SMALL)
    same(node, adapt(frame, SMALL))
    assert child(node, "v").axis_names == child(adapt(frame, SMALL), "v").axis_names


def test_statistics_choose_the_mark_without_a_scan(tmp_path, monkeypatch):
    path = write(tmp_path / "x.parquet", pa.table({"x": pa.array([5, None], pa.int32())}))
    node = parquet.read(path, SMALL)
    monkeypatch.setattr(parquet._Table, "fetch", lambda *_: pytest.fail("the column was read"))
    assert child(node, "x").fill_value == -(2**31)


def test_empty_tables(tmp_path):
    node = parquet.read(write(tmp_path / "x.parquet", MIXED.slice(0, 0)), SMALL)
    assert child(node, "i").shape == (0,)
    assert list(parquet.read(write(tmp_path / "y.parquet", pa.table({})), SMALL).children) == []


def test_repeated_text_is_refused_before_it_is_decoded(tmp_path):
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(50_000, "i4")), pa.array(["x" * 100_000]))
    path = write(tmp_path / "x.parquet", pa.table({"s": words}), store_schema=False)
    assert path.stat().st_size < 200_000
    array = child(parquet.read(path, Policy(limit_bytes=1 << 28)), "s")
    with pytest.raises(Unreadable, match="rows of text take"):
        array.read((slice(0, 32768),))
    assert array.read((slice(0, 1),)).tolist() == ["x" * 100_000]


def test_lists_are_refused_by_name(tmp_path):
    node = parquet.read(write(tmp_path / "x.parquet", pa.table({"l": [[1]], "v": [2]})), SMALL)
    with pytest.raises(Unreadable, match="column 'l'"):
        child(node, "l")
    assert [name for name, _ in members(node)] == ["v"]


@pytest.mark.parametrize("keep", [0, 3, 4, 100, -1, -8, -500])
def test_truncated_files_raise(tmp_path, keep):
    path = write(tmp_path / "x.parquet", MIXED)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises((*FILE_FAILURES, ServeError)):
        parquet.read(path, SMALL)


def test_damaged_pages_raise(tmp_path):
    path = write(tmp_path / "x.parquet", pa.table({"x": np.arange(1000)}), use_dictionary=False)
    node = parquet.read(path, SMALL)
    path.write_bytes(path.read_bytes()[:4] + b"\xff" * 300 + path.read_bytes()[304:])
    with pytest.raises((*FILE_FAILURES, ServeError)):
        read_all(child(node, "x"))


def test_a_file_replaced_by_a_shorter_one_is_noticed(tmp_path, monkeypatch):
    path = write(tmp_path / "x.parquet", pa.table({"x": np.arange(1000)}))
    array = child(parquet.read(path, SMALL), "x")
    monkeypatch.setattr(parquet._Table, "decode", lambda *_: pa.chunked_array([pa.array([1])]))
    with pytest.raises(Unavailable, match="has changed"):
        read_all(array)


def test_claimed_rows_allocate_nothing(tmp_path):
    """A footer that claims 2**60 rows, as Thrift's compact varint, where 1000 were written."""
    path = write(tmp_path / "x.parquet", pa.table({"x": np.arange(1000)}), store_schema=False)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    claim = _varint(2 * 2**60)
    forged = data[footer:-8].replace(_varint(2000), claim)
    path.write_bytes(data[:footer] + forged + len(forged).to_bytes(4, "little") + b"PAR1")
    array = child(parquet.read(path, Policy()), "x")
    assert array.shape == (2**60,)
    with pytest.raises((*FILE_FAILURES, ServeError)):
        array.read((slice(2**59, 2**59 + 8),))


def _varint(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
@pytest.mark.parametrize("rows", [10, 1000])
def test_texts_and_bytes_in_every_encoding(tmp_path, encoding, rows):
    texts = [None if i % 7 == 0 else f"common prefix {i}é" for i in range(rows)]
    data = [None if text is None else text.encode() for text in texts]
    table = pa.table(
        {"text": texts, "data": pa.array(data, pa.binary()), "large": pa.array(texts, "large_string")}
    )
    path = tmp_path / "x.parquet"
    names = dict.fromkeys(table.column_names, encoding)
    pq.write_table(table, path, use_dictionary=False, column_encoding=names, row_group_size=300)
    group = parquet.read(path, Policy())
    want = pq.read_table(path)
    for name in table.column_names:
        found = read_all(child(group, name)).tolist()
        empty = b"" if name == "data" else ""
        assert found == [empty if value is None else value for value in want[name].to_pylist()]
