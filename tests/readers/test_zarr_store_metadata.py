"""Metadata of Zarr stores that are malformed: one bad array spoils no other."""

from pathlib import Path
from typing import Any

import pytest

from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.nodes import Group
from jupyter_zarr_serve.core.walk import child_of

from ..nodes import child
from .zarr_stores import GRID, QUIET, ask, assert_same, edit, group_of_two, open_store, reason, served

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


V2_BAD: list[tuple[dict[str, Any], str]] = [
    ({"zarr_format": 1}, "zarr_format"),
    ({"shape": [-1, 2]}, "lengths"),
    ({"shape": "big"}, "lengths"),
    ({"chunks": [2]}, "do not fit"),
    ({"chunks": [2, 0]}, "no elements"),
    ({"chunks": [2, -3]}, "lengths"),
    ({"chunks": [2, True]}, "lengths"),
    ({"dtype": "<f16"}, "precision"),
    ({"dtype": "O4,f8"}, "none of Zarr"),
    ({"dtype": "|V99999999"}, "too large"),
    ({"dtype": "|O", "filters": None, "compressor": None}, "objects"),
    ({"dtype": [["a", "<i4"], ["a", "<i4"]]}, "malformed"),
    ({"dtype": [["a", "<i4", [100000]]]}, "elements"),
    ({"dtype": 3}, "malformed"),
    ({"order": "K"}, "order"),
    ({"dimension_separator": ";"}, "dimension_separator"),
    ({"fill_value": "red"}, "malformed"),
    ({"fill_value": [1, 2, 3]}, "malformed"),
    ({"compressor": "gzip"}, "malformed"),
    ({"filters": [{}]}, "'id'"),
]
V3_BAD: list[tuple[dict[str, Any], str]] = [
    ({"zarr_format": 4}, "zarr_format"),
    ({"node_type": "table"}, "node_type"),
    ({"shape": [1.5, 2]}, "lengths"),
    ({"chunk_grid": {"name": "rectilinear"}}, "regular"),
    ({"chunk_grid": {"name": "regular"}}, "chunk_shape"),
    ({"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}}}, "do not fit"),
    ({"data_type": "bfloat16"}, "bfloat16"),
    ({"data_type": None}, "malformed"),
    ({"fill_value": "red"}, "malformed"),
    ({"chunk_key_encoding": {"name": "acme"}}, "acme"),
    ({"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "-"}}}, "separator"),
    ({"storage_transformers": [{"name": "acme"}]}, "transformers"),
    ({"dimension_names": ["y"]}, "dimension_names"),
    ({"attributes": [1]}, "object"),
    ({"acme": {"must_understand": True}}, "acme"),
    ({"acme": 3}, "acme"),
    ({"codecs": 3}, "malformed"),
]


@pytest.mark.parametrize(("members", "message"), V2_BAD, ids=str)
def test_malformed_metadata_of_version_2(tmp_path: Path, members: dict[str, Any], message: str) -> None:
    group_of_two(tmp_path, 2)
    edit(tmp_path / "bad/.zarray", **members)
    _check_one_bad(tmp_path, f"{tmp_path.name}/bad/.zarray", message)


@pytest.mark.parametrize(("members", "message"), V3_BAD, ids=str)
def test_malformed_metadata_of_version_3(tmp_path: Path, members: dict[str, Any], message: str) -> None:
    group_of_two(tmp_path, 3)
    edit(tmp_path / "bad/zarr.json", **members)
    _check_one_bad(tmp_path, f"{tmp_path.name}/bad/zarr.json", message)


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_document_that_is_no_json_object(tmp_path: Path, text: bytes) -> None:
    group_of_two(tmp_path, 3)
    (tmp_path / "bad/zarr.json").write_bytes(text)
    _check_one_bad(tmp_path, f"{tmp_path.name}/bad/zarr.json", "malformed")


def _check_one_bad(path: Path, where: str, message: str) -> None:
    root = open_store(path)
    assert isinstance(root, Group)
    assert list(root.children) == ["bad", "good"]
    with pytest.raises(Unreadable) as caught:
        child(root, "bad")
    assert str(caught.value).startswith(where)
    assert message in str(caught.value)
    for zarr_format in (2, 3):
        assert_same(served(root, zarr_format, "good")[...], GRID)
        assert list(served(root, zarr_format)) == ["good"]


def test_a_folder_without_metadata_is_no_child(tmp_path: Path) -> None:
    group_of_two(tmp_path, 3)
    (tmp_path / "bad/zarr.json").unlink()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/zarr.json").write_bytes((tmp_path / "zarr.json").read_bytes())
    root = open_store(tmp_path)
    assert isinstance(root, Group)
    assert list(root.children) == ["good"]
    assert len(root.children) == 1
    for name in ("bad", ".hidden", "", "..", ".", "good/..", "a\\b", "x\0"):
        with pytest.raises(NotFound):
            child_of(root, name, "")


@pytest.mark.parametrize("member", [{"id": "pickle", "protocol": 5}, {"id": "pickle"}])
def test_pickles_are_refused_in_both_formats(tmp_path: Path, member: dict[str, Any]) -> None:
    group_of_two(tmp_path, 2)
    edit(tmp_path / "bad/.zarray", dtype="|O", filters=[member])
    for zarr_format, key in ((2, "0.0"), (2, ".zarray"), (3, "c/0/0"), (3, "zarr.json")):
        assert "pickled" in reason(ask(tmp_path, zarr_format, f"bad/{key}"))


def test_pickles_within_shards_are_refused(tmp_path: Path) -> None:
    group_of_two(tmp_path, 3)
    inner = {"chunk_shape": [7, 10], "codecs": [{"name": "numcodecs.pickle"}], "index_codecs": ["bytes"]}
    edit(tmp_path / "bad/zarr.json", codecs=[{"name": "sharding_indexed", "configuration": inner}])
    assert "pickled" in reason(ask(tmp_path, 3, "bad/c/0/0"))


def test_an_oversized_document_is_refused(tmp_path: Path) -> None:
    group_of_two(tmp_path, 3)
    with (tmp_path / "bad/zarr.json").open("r+b") as file:
        file.truncate(1 << 27)
    with pytest.raises(Unreadable, match="too many"):
        child(open_store(tmp_path), "bad")


def test_a_folder_without_a_store_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no Zarr"):
        open_store(tmp_path)


LIMITS: list[tuple[dict[str, Any], str]] = [
    ({"chunk_grid": {"name": "rectilinear", "configuration": {"kind": "inline"}}}, "regular grid"),
    ({"data_type": "bfloat16"}, "astype('float32')"),
    ({"data_type": "float8_e4m3fn"}, "astype('float32')"),
    ({"data_type": "int4"}, "astype('int8')"),
    ({"data_type": {"name": "acme", "configuration": {}}}, "astype"),
    ({"chunk_key_encoding": {"name": "acme"}}, "write the array again"),
    ({"storage_transformers": [{"name": "acme"}]}, "write the array again"),
    ({"acme": {"must_understand": True}}, "write the array again"),
]


@pytest.mark.parametrize(("members", "remedy"), LIMITS, ids=str)
def test_metadata_that_are_right_but_not_served_are_not_to_be_repaired(
    tmp_path: Path, members: dict[str, Any], remedy: str
) -> None:
    group_of_two(tmp_path, 3)
    edit(tmp_path / "bad/zarr.json", **members)
    group = open_store(tmp_path)
    assert isinstance(group, Group)
    with pytest.raises(Unreadable) as caught:
        child_of(group, "bad", "")
    assert remedy in str(caught.value)
    assert "repair" not in str(caught.value)


def test_a_type_of_another_library_in_version_2_names_the_conversion(tmp_path: Path) -> None:
    group_of_two(tmp_path, 2)
    edit(tmp_path / "bad/.zarray", dtype="bfloat16")
    _check_one_bad(tmp_path, f"{tmp_path.name}/bad/.zarray", "astype('float32')")
