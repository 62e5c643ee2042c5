"""Containers that are not read say what they are, instead of being groups with nothing in them."""

import json
from pathlib import Path

import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.core.walk import child_of, members
from jupyter_zarr_serve.files.library import Library

FOREIGN: dict[str, dict[str, object]] = {
    "N5": {"attributes.json": {"n5": "2.5.1"}, "a/attributes.json": {"dimensions": [1], "blockSize": [1]}},
    "Icechunk": {"refs/branch.main/ref.json": {"snapshot": "1CECHNKREP0F1RSTCMT0"}, "snapshots/X": 0},
    "kerchunk": {".zmetadata": {"metadata": {}, "record_size": 1000}, "a/refs.0.parq": 0},
    "version 1": {"meta": {"zarr_format": 1}, "attrs": {}},
    "TileDB": {"__schema/__1": 0},
}


def write(folder: Path, files: dict[str, object]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))


def top(folder: Path) -> Group:
    node = Library(folder, Policy()).top()
    assert isinstance(node, Group)
    return node


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_folder_of_another_format_is_named_with_what_helps(tmp_path, kind):
    write(tmp_path / "data", FOREIGN[kind])
    np.save(tmp_path / "good.npy", np.arange(3))
    assert [name for name, _ in members(top(tmp_path))] == ["good.npy"]
    with pytest.raises(Unreadable, match=f"data: .*{kind}"):
        child_of(top(tmp_path), "data", "")


def test_references_in_a_file_are_named_too(tmp_path):
    write(tmp_path, {"refs.json": {"version": 1, "refs": {".zgroup": "{}"}}, "other.json": {"a": 1}})
    with pytest.raises(Unreadable, match=r"refs\.json: kerchunk's references"):
        child_of(top(tmp_path), "refs.json", "")
    with pytest.raises(NotFound):
        child_of(top(tmp_path), "other.json", "")


@pytest.mark.parametrize(
    "files",
    [
        {"attributes.json": {"title": "mine"}},
        {"attributes.json": [1]},
        {"snapshots/x": 0, "refs/main": 0, "blobs/y": 0},  # of Hugging Face
        {"meta": {"title": "mine"}},
    ],
)
def test_other_folders_stay_folders(tmp_path, files):
    write(tmp_path / "data", files)
    assert [name for name, _ in members(top(tmp_path))] == ["data"]


def test_the_served_folder_itself_is_served(tmp_path):
    write(tmp_path, FOREIGN["N5"])
    assert isinstance(top(tmp_path), Group)


@pytest.mark.parametrize("name", ["x.tar.gz", "x.TGZ", "x.zarr.tar.zst"])
def test_a_compressed_archive_says_what_helps(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x1f\x8b")
    assert [*top(tmp_path).children] == []
    with pytest.raises(Unreadable, match=f"{name}: a compressed archive.*: unpack it, or make a .zip"):
        child_of(top(tmp_path), name, name)
