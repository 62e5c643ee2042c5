"""CSV files as nodes, compared with pandas.read_csv."""

import io
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from jupyter_zarr_serve.core.dtypes import STRING
from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import members
from jupyter_zarr_serve.readers import csv
from jupyter_zarr_serve.readers.csv import index as csv_index
from tests.nodes import child, read_all

SMALL = Policy(target_bytes=64)
CELLS = [
    "", "1", "2.5", "-3", "007", "abc", '"q,q"', '"a""b"', '"two\nlines"', "True", "False", "NA", 'x"y',
    '"p"tail', "é", '"\r\n"', "1e3", "18446744073709551615", '""', " 7", "inf",
]  # fmt: skip


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def frame_of(text, **options):
    return pd.read_csv(io.BytesIO(text.encode()), low_memory=False, **options)


def same(node, text, **options):
    """Whether a group has the columns that pandas reads, text as it is written."""
    frame, written = (frame_of(text, dtype=dtype, **options) for dtype in (None, str))
    assert list(node.children) == [str(name) for name in frame.columns]
    for name in frame.columns:
        array = child(node, str(name))
        served = read_all(array)
        if array.dtype == STRING:
            assert frame[name].dtype.kind == "O" or not len(frame)
            assert served.tolist() == written[name].fillna("").tolist()
        elif array.dtype == np.int8:
            assert served.tolist() == frame[name].map({True: 1, False: 0}).fillna(-1).tolist()
        else:
            assert array.dtype == frame[name].dtype
            np.testing.assert_array_equal(served, frame[name].to_numpy())


@st.composite
def tables(draw):
    """The text of a table as it is on some system, and with newlines at the ends of its rows."""
    pools = draw(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3), min_size=1, max_size=4))
    rows = draw(st.lists(st.tuples(*map(st.sampled_from, pools)), max_size=20))
    lines = [",".join(f"c{i}" for i in range(len(pools))), *map(",".join, rows)]
    is_ended = draw(st.booleans())
    return [end.join(lines) + end * is_ended for end in (draw(st.sampled_from(["\n", "\r\n", "\r"])), "\n")]


@settings(deadline=None, max_examples=200)
@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([5, 20, 77, 1 << 22]))
def test_serves_what_pandas_reads(tmp_path_factory, texts, encoding, block):
    written, text = texts
    path = write(tmp_path_factory.mktemp("csv") / "x.csv", written, encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_index, "BLOCK", block)
        try:
            frame_of(text)
        except pd.errors.ParserError:
            with pytest.raises(Unreadable):
                csv.read(path, SMALL).attributes_in(3)
            return
        same(csv.read(path, SMALL), text)


@pytest.mark.parametrize("text", ["a\r 7", "a\r\r 7", "a,b\r 1,2\r 3,4\r", 'a,b\r 1," x"\r 2,"y\r z"\r'])
def test_spaces_after_a_carriage_return(tmp_path, text):
    """pandas reads the rows before it again, some of them without end."""
    same(
        csv.read(write(tmp_path / "x.csv", text), SMALL), text.replace("\r", "\n").replace("y\n z", "y\r z")
    )


@pytest.mark.parametrize(
    ("name", "mark"),
    [("x.csv", ","), ("x.csv", ";"), ("x.csv", "\t"), ("x.csv", "|"), ("x.tsv", "\t"), ("X.TSV", ",")],
)
def test_delimiters(tmp_path, name, mark):
    text = f'"a, b"{mark}c{mark}d\n1{mark}x{mark}2.5\n2{mark}y{mark}\n'
    same(csv.read(write(tmp_path / name, text), SMALL), text, sep=mark)


def test_a_header_alone_does_not_decide_the_delimiter(tmp_path):
    text = "size;in;mm,name\n1,a\n"
    same(csv.read(write(tmp_path / "x.csv", text), SMALL), text)


def test_the_dimension_is_row_without_an_index(tmp_path):
    node = csv.read(write(tmp_path / "x.csv", "row,v\n1,2\n"), SMALL)
    assert list(node.children) == ["row", "v"]
    assert child(node, "v").axis_names == ("row_1",)
    other = csv.read(write(tmp_path / "y.csv", "u,v\n1,2\n"), SMALL)
    assert {array.axis_names for _, array in members(other)} == {("row",)}


def test_header_names_are_those_of_pandas(tmp_path):
    text = "a,a,,km/h\n1,2,3,4\n"
    node = csv.read(write(tmp_path / "x.csv", text), SMALL)
    assert list(node.children) == ["a", "a.1", "Unnamed: 2", "km_h"]
    assert child(node, "km_h").attributes == {"original_name": "km/h"}


def test_labels_without_a_name_are_a_column(tmp_path):
    node = csv.read(write(tmp_path / "x.csv", "a,b\nx,1,2\ny,3,4\n"), SMALL)
    assert list(node.children) == ["index", "a", "b"]
    assert read_all(child(node, "index")).tolist() == ["x", "y"]
    assert read_all(child(node, "b")).tolist() == [2, 4]


def test_latin_1_is_told(tmp_path, monkeypatch):
    path = write(tmp_path / "x.csv", "name,v\nMüller,1\n", "latin-1")
    node = csv.read(path, SMALL)
    assert read_all(child(node, "name")).tolist() == ["Müller"]
    assert node.attributes_in(2) == node.attributes_in(3) == {"encoding": "latin-1"}
    monkeypatch.setattr(csv_index, "BLOCK", 1000)
    late = "name,v\n" + "ascii,1\n" * 50_000 + "é,2\n"
    array = child(csv.read(write(path, late, "latin-1"), SMALL), "name")
    assert array.read((slice(49_999, 50_001),)).tolist() == ["ascii", "é"]


@pytest.mark.parametrize("text", ["a,b\n", "a,b", "\n\na,b\n\n"])
def test_header_only(tmp_path, text):
    node = csv.read(write(tmp_path / "x.csv", text), SMALL)
    assert {(name, array.shape) for name, array in members(node)} == {("a", (0,)), ("b", (0,))}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no header"),
        (b" \n\r\n", "no header"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL bytes"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 fields where 2"),
        (b"a,b\n1,2\n\n3,4\n1,2,3,4\n", "line 5 has 4 fields where 2"),
        (b'a,b\n1,"2\n3,4\n', "quotation marks"),
        (b"a,b\n1,2\n1,\0\n", "NUL bytes"),
        ("a,b\n1,2\n".encode("utf-16") + b"1", "part of a character"),
    ],
)
def test_bad_files_say_why(tmp_path, data, reason):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(Unreadable, match=reason):
        csv.read(tmp_path / "x.csv", SMALL).attributes_in(3)


def big_text(rows=100_000):
    return "i,f,s\n" + "".join(f'{i},{i / 7},"word, {i}"\n' for i in range(rows))


def test_text_beside_integers_of_64_bits_may_be_missing(tmp_path):
    node = csv.read(write(tmp_path / "x.csv", "a,b\n,18446744073709551615\n,\n"), SMALL)
    assert read_all(child(node, "b")).tolist() == ["18446744073709551615", ""]
    assert child(node, "b").attributes["missing"]


def test_integers_beyond_64_bits_keep_their_digits(tmp_path):
    node = csv.read(write(tmp_path / "x.csv", "a\n99999999999999999999\n1\n"), SMALL)
    assert read_all(child(node, "a")).tolist() == ["99999999999999999999", "1"]


@pytest.mark.parametrize("rows", [2, 100_000])
def test_opening_a_file_reads_its_head_alone(tmp_path, monkeypatch, rows):
    path = write(tmp_path / "x.csv", big_text(rows))
    monkeypatch.setattr(csv, "index_of", lambda *_: pytest.fail("the whole file was read"))
    assert list(csv.read(path, Policy()).children) == ["i", "f", "s"]


def test_a_large_file_is_indexed_once_and_a_chunk_parses_its_blocks(tmp_path, monkeypatch):
    text = big_text()
    path = write(tmp_path / "x.csv", text)
    monkeypatch.setattr(csv_index, "BLOCK", 1 << 17)
    indexed, parsed = [], []
    index_of, parse = csv.index_of, csv._Source.parse
    monkeypatch.setattr(csv, "index_of", lambda *a: (indexed.append(1), index_of(*a))[1])
    monkeypatch.setattr(csv._Source, "parse", lambda self, n: (parsed.append(n), parse(self, n))[1])
    node = csv.read(path, Policy())
    threads = [threading.Thread(target=child, args=(node, name)) for name in "ifs"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert indexed == [1]
    assert child(node, "i").read((slice(50_000, 50_002),)).tolist() == [50_000, 50_001]
    assert child(node, "s").read((slice(50_000, 50_001),)).tolist() == ["word, 50000"]
    assert len(parsed) == 1
    same(node, text)


def test_wide_files_have_short_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_index, "BLOCK", 20_000)
    names = [f"c{i}" for i in range(1000)]
    text = ",".join(names) + "\n" + (",".join("1" for _ in names) + "\n") * 200
    node = csv.read(write(tmp_path / "x.csv", text), Policy())
    assert child(node, "c7").chunk_shape[0] <= 16


def test_malformed_rows_of_a_large_file_are_named_for_every_column(tmp_path):
    path = write(tmp_path / "x.csv", big_text() + "1,2,3,4\n")
    node = csv.read(path, Policy())
    for _ in range(2):
        with pytest.raises(Unreadable, match="line 100,002 has 4 fields"):
            child(node, "f")
    assert list(members(node)) == []


def test_a_quotation_that_never_closes_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_index, "_LONGEST_ROW", 1 << 16)
    monkeypatch.setattr(csv_index, "BLOCK", 1 << 12)
    path = write(tmp_path / "x.csv", 'a,b\n1,2\n3,"' + "x,y\n" * 50_000)
    with pytest.raises(Unreadable, match="probably not closed"):
        csv.read(path, SMALL).attributes_in(3)


def test_a_file_that_changed_is_noticed(tmp_path):
    path = write(tmp_path / "x.csv", "a\n1\n2\n3\n")
    array = child(csv.read(path, SMALL), "a")
    path.write_bytes(b"a\n1\n")
    with pytest.raises(Unreadable, match="truncated"):
        read_all(array)
    path.write_bytes(b"a\n12345\n")
    with pytest.raises(Unavailable, match="changed"):
        read_all(array)


def test_remote_paths():
    remote = UPath("memory://csv/x.csv")
    remote.write_bytes(b"a,b\n1,x\n2,y\n")
    same(csv.read(remote, SMALL), "a,b\n1,x\n2,y\n")


def test_real_files():
    """Those that matplotlib brings along."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "sample_data"
    files = sorted(folder.rglob("*.csv"))
    assert files
    for path in files:
        node = csv.read(path, SMALL)
        above = len(node.attributes_in(3).get("comments", ()))
        same(node, path.read_text(), names=list(node.children), header=0, skiprows=above)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n# so, they, say, it\n3,4\n",
        "a,b\n" + "1,2\n" * 600_000 + "# so, they, say, it\n3,4\n",
    ],
    ids=["small", "large"],
)
def test_comments_between_rows_are_named_and_so_is_the_remedy(tmp_path, text):
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(Unreadable, match=r"begin with '#'.*comment='#'"):
        dict(csv.read(path, Policy()).children)


ROWS = "1,5\n2,6\n"


@pytest.mark.parametrize(
    ("above", "names", "comments"),
    [
        ("sep=,\na,b\n", ["a", "b"], None),
        ('"sep=,"\r\na,b\r\n', ["a", "b"], None),
        ("# made by hand\na,b\n", ["a", "b"], ["# made by hand"]),
        ("\n# made\n\n  # by hand, too\na,b\n", ["a", "b"], ["# made", "# by hand, too"]),
        ("# c\ra,b\r", ["a", "b"], ["# c"]),
        ("sep=,\n# c\na,b\n", ["a", "b"], ["# c"]),
        ("# é\n" * 100_000 + "a,b\n", ["a", "b"], ["# é"] * 100),
        ("#a,b\n", ["_a", "b"], None),
        ("# a,b\n", ["_ a", "b"], None),
        ("##v=1, x\n#a,b\n", ["_a", "b"], ["##v=1, x"]),
        ("# 1 and 2 and, 3, of\n7,8\n", ["7", "8"], ["# 1 and 2 and, 3, of"]),
        ("#a,b\nx,1,2\n", ["index", "_a", "b"], None),
        ("sep=x,b\n", ["sep=x", "b"], None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_above_the_header_is_no_row(tmp_path, above, names, comments, encoding):
    path = write(tmp_path / "x.csv", above + ROWS if "index" not in names else above, encoding)
    node = csv.read(path, SMALL)
    assert list(node.children) == names
    assert node.attributes_in(3).get("comments") == comments
    rows = [read_all(child(node, name)).tolist() for name in names]
    assert rows == ([["x"], [1], [2]] if "index" in names else [[1, 2], [5, 6]])


def test_a_named_delimiter_comes_before_the_usual_ones(tmp_path):
    node = csv.read(write(tmp_path / "x.csv", "sep=;\na,b;c\n1,5;2\n"), SMALL)
    assert {name: read_all(array).tolist() for name, array in members(node)} == {"a,b": ["1,5"], "c": [2]}


def test_comments_alone_give_the_last_one_as_header(tmp_path):
    assert list(csv.read(write(tmp_path / "x.csv", "# c\n#a,b\n"), SMALL).children) == ["_a", "b"]
