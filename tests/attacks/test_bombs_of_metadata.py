"""Small files that claim, nest and count without end: each is refused by itself, and costs nothing else."""

import json
import struct
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tifffile
from pyarrow import feather

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.attributes import attributes_json
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.serve.request import JSON, NODE, Request
from jupyter_zarr_serve.serve.respond import respond

V3 = {
    "zarr_format": 3, "node_type": "array", "shape": [4], "data_type": "uint8", "fill_value": 0,
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}},
    "chunk_key_encoding": {"name": "default"}, "codecs": [{"name": "bytes"}],
}  # fmt: skip
V2 = {
    "zarr_format": 2, "shape": [4], "chunks": [4], "dtype": "|u1", "fill_value": 0, "order": "C",
    "filters": None, "compressor": None,
}  # fmt: skip


def nested(depth):
    return json.loads("[" * depth + "]" * depth)


def grid(shape):
    return {"name": "regular", "configuration": {"chunk_shape": shape}}


def answers(folder, *path):
    """All that is asked of a node in a second: listings, documents, what is told of it."""
    root = Library(folder, Policy()).top()
    started = time.process_time()
    found = {}
    for zarr_format in (2, 3):
        keys = ("zarr.json",) if zarr_format == 3 else (".zgroup", ".zattrs", ".zmetadata", ".zarray")
        for key in keys:
            found[key] = respond(root, Request(zarr_format, (*path, key)))
    found["listing"] = respond(root, Request(3, (*path, ""), form=JSON))
    found["node"] = respond(root, Request(3, path, form=NODE))
    assert time.process_time() - started < 5
    return found


@pytest.fixture
def store(tmp_path):
    """A group with a sound member, in a folder with a sound file."""
    group = tmp_path / "g.zarr"
    (group / "good").mkdir(parents=True)
    (group / "zarr.json").write_text(json.dumps({"zarr_format": 3, "node_type": "group"}))
    (group / "good" / "zarr.json").write_text(json.dumps(V3))
    np.save(tmp_path / "good.npy", np.arange(4))
    return group


def put(group, zarr_format, document, text=None):
    (group / "bad").mkdir()
    name = "zarr.json" if zarr_format == 3 else ".zarray"
    (group / "bad" / name).write_text(text or json.dumps(document))


BAD = {
    "many axes": (3, V3 | {"shape": [1] * 1200, "chunk_grid": grid([1] * 1200)}),
    "many axes, v2": (2, V2 | {"shape": [1] * 1200, "chunks": [1] * 1200}),
    "a length of 400 digits": (3, V3 | {"shape": [10**400]}),
    "a length of 400 digits, v2": (2, V2 | {"shape": [10**400]}),
    "a chunk of 400 digits": (3, V3 | {"chunk_grid": grid([10**400])}),
    "a length of 65 bits": (3, V3 | {"shape": [1 << 64]}),
    "deep codecs": (3, V3 | {"codecs": [{"name": "bytes", "configuration": {"endian": nested(900)}}]}),
    "deep type": (2, V2 | {"dtype": nested(900)}),
    "many fields": (2, V2 | {"dtype": [[f"f{i}", "|u1"] for i in range(20_000)], "fill_value": None}),
    "deep fill": (3, V3 | {"fill_value": nested(900)}),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_a_bad_document_is_refused_and_its_group_is_not(store, case):
    put(store, *case)
    document = "zarr.json" if case[0] == 3 else ".zarray"
    assert answers(store.parent, "g.zarr", "bad")[document].status == 422
    found = answers(store.parent, "g.zarr")
    assert {key: answer.status for key, answer in found.items() if key != ".zarray"} == dict.fromkeys(
        found.keys() - {".zarray"}, 200
    )
    assert b'"good"' in found["zarr.json"].body
    assert b'"good"' in found["listing"].body
    assert answers(store.parent)["listing"].status == 200


@pytest.mark.parametrize("depth", [70, 300, 900, 5000, 200_000])
def test_deep_attributes_cost_neither_the_array_nor_its_group(store, depth):
    text = json.dumps(V3)[:-1] + ', "attributes": {"unit": "m", "deep": ' + "[" * depth + "]" * depth + "}}"
    put(store, 3, None, text)
    status = answers(store.parent, "g.zarr", "bad")["zarr.json"].status
    assert status == (200 if depth < 1000 else status)
    assert status in {200, 422}
    found = answers(store.parent, "g.zarr")
    assert found["zarr.json"].status == found[".zmetadata"].status == found["listing"].status == 200
    assert b'"good"' in found["zarr.json"].body


def test_what_is_left_out_of_attributes_says_why():
    spelled = attributes_json({"deep": nested(900), "long": "x" * (limits.ATTRIBUTES + 1), "unit": "m"})
    assert spelled["unit"] == "m"
    assert "nested" in spelled["deep"]
    assert "bytes" in spelled["long"]


@pytest.mark.parametrize("digits", [400, 5000])
@pytest.mark.parametrize("sign", [1, -1])
def test_integers_beyond_all_floats_are_texts(digits, sign):
    number = sign * 10**digits
    body = json.dumps(attributes_json({"n": number, "inner": [number]}))
    assert isinstance(json.loads(body)["n"], str)


def test_consolidated_metadata_have_a_bound():
    array = make_array((1,), np.dtype("u1"), np.zeros, Policy(), attributes={"text": "x" * (1 << 20)})
    group = Group({str(number): array for number in range(200)})
    answer = respond(group, Request(3, ("zarr.json",)))
    assert answer.status == 200
    assert answer.size < limits.CONSOLIDATED
    assert respond(group, Request(2, (".zmetadata",))).status == 404
    assert respond(group, Request(3, ("7", "zarr.json"))).status == 200


@pytest.mark.parametrize("shape", [(10**400,), (1,) * 65, (-1,)], ids=len)
def test_no_array_of_any_source_has_such_a_shape(shape):
    with pytest.raises(Unreadable):
        make_array(shape, np.dtype("u1"), np.zeros, Policy())


def refused(tmp_path, name, match):
    np.save(tmp_path / "good.npy", np.arange(4))
    started = time.process_time()
    answer = answers(tmp_path, name)["zarr.json"]
    assert answer.status == 422
    assert match in answer.body.decode()
    assert "good.npy" in answers(tmp_path)["listing"].body.decode()
    assert time.process_time() - started < 5


@pytest.mark.parametrize("code", [34675, 65000])
def test_a_tag_that_claims_more_than_the_file_has(tmp_path, code):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((8, 8), "u1"), extratags=[(code, 7, 64, b"x" * 64, True)])
    data = bytearray((tmp_path / "x.tif").read_bytes())
    entry = struct.pack("<HHI", code, 7, 64)
    at = data.find(entry)
    data[at : at + 8] = struct.pack("<HHI", code, 7, 2**31 - 1)
    (tmp_path / "x.tif").write_bytes(data)
    refused(tmp_path, "x.tif", f"tag {code}")


def test_ome_xml_without_an_end(tmp_path):
    head = '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
    xml = head + "<Image/>" * (limits.XML // 8) + "</OME>"
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((8, 8), "u1"), description=xml, metadata=None)
    refused(tmp_path, "x.tif", "OME-XML")


def test_columns_without_an_end(tmp_path):
    (tmp_path / "x.csv").write_text(
        ",".join(map(str, range(50_000))) + "\n" + ",".join("1" * 50_000) + "\n"
    )
    refused(tmp_path, "x.csv", "columns")


@pytest.mark.parametrize("axes", [33, 64])
def test_as_many_axes_as_numpy_has_are_served(tmp_path, axes):
    data = np.arange(8).reshape((2, 2, 2) + (1,) * (axes - 3))
    np.save(tmp_path / "x.npy", data)
    node = Library(tmp_path, Policy()).top().children["x.npy"]
    np.testing.assert_array_equal(node.read(tuple(slice(0, n) for n in node.shape)), data)


def wide(nested: bool) -> pa.Table:
    columns = {f"c{n}": pa.array([n]) for n in range(200)}
    return pa.table(
        {"s": pa.StructArray.from_arrays([*columns.values()], [*columns])} if nested else columns
    )


@pytest.mark.parametrize("nested", [False, True], ids=["flat", "in a structure"])
@pytest.mark.parametrize("name", ["x.parquet", "x.arrow", "x.arrows", "x.feather"])
def test_columns_of_tables_have_a_bound(tmp_path, monkeypatch, name, nested):
    table, path = wide(nested), tmp_path / name
    if name == "x.parquet":
        pq.write_table(table, path)
    elif name == "x.feather":
        feather.write_feather(table, path)
    else:
        make = pa.ipc.new_file if name == "x.arrow" else pa.ipc.new_stream
        with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema) as writer:
            writer.write_table(table)
    assert answers(tmp_path, name)["zarr.json"].status == 200
    monkeypatch.setattr(limits, "COLUMNS", 199)
    refused(tmp_path, name, "columns")


@pytest.mark.parametrize("name", ["x.npz", "x.zarr.zip"])
@pytest.mark.parametrize("comment", [b"", b"PK\5\6" * 9], ids=["plain", "a comment like an end"])
def test_members_of_an_archive_have_a_bound(tmp_path, monkeypatch, name, comment):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.npy", b"")
        archive.comment = comment
    monkeypatch.setattr(limits, "DIRECTORY", 200 * 50)
    refused(tmp_path, name, "members")


def test_a_compressed_member_has_a_bound_and_one_that_is_stored_has_none(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "x.npz", long=np.zeros(1 << 17, "u1"), short=np.zeros(4, "u1"))
    np.savez(tmp_path / "y.npz", long=np.zeros(1 << 17, "u1"))
    monkeypatch.setattr(limits, "INFLATED", 1 << 16)
    refused_member = answers(tmp_path, "x.npz", "long")["zarr.json"]
    assert refused_member.status == 422
    assert "numpy.savez" in refused_member.body.decode()
    assert answers(tmp_path, "x.npz", "short")["zarr.json"].status == 200
    assert answers(tmp_path, "y.npz", "long")["zarr.json"].status == 200


def test_pages_of_a_tiff_have_a_bound(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((20, 8, 8), "u1"), metadata=None)
    monkeypatch.setattr(limits, "PAGES", 19)
    refused(tmp_path, "x.tif", "pages")


@pytest.mark.parametrize("value", ["x" * 30_000, np.zeros(10_000, "u1")], ids=["text", "array"])
def test_attributes_have_a_bound_together(monkeypatch, value):
    monkeypatch.setattr(limits, "ATTRIBUTES", 1 << 16)
    spelled = attributes_json({**{f"a{n}": value for n in range(20)}, "unit": "m"})
    assert len(json.dumps(spelled)) < 1 << 17
    is_left_out = ["left out" in spelled[f"a{n}"] for n in range(20)]
    assert is_left_out == [n > 1 for n in range(20)]
    assert spelled["unit"] == "m"
