"""Files and folders whose names clients mistake, or that are no text, are served under other names."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import Forbidden, NotFound
from jupyter_zarr_serve.core.walk import child_of, names_of
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.files.tree import Settings, Tree
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.nodes import child, read_all

FILES = {"a#b.npy": "a_b.npy_1", "a?b.npy": "a_b.npy_2", "a_b.npy": "a_b.npy", "100%.npy": "100_.npy"}
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
pytestmark = POSIX


def save(path: Path | bytes, *values: int) -> None:
    with open(path, "wb") as file:  # noqa: PTH123 (no path has such a name)
        np.save(file, np.array(values))


def tree(root: Path) -> Tree:
    return Tree(Settings(root))


@pytest.fixture
def root(tmp_path):
    for number, name in enumerate(FILES):
        save(tmp_path / name, number)
    (tmp_path / "run #1").mkdir()
    save(tmp_path / "run #1" / "x?.npy", 7)
    return tmp_path


def test_every_file_is_listed_and_opens(root):
    files = child(tree(root).root, "files")
    for number, (name, other) in enumerate(FILES.items()):
        assert read_all(child(files, other)).tolist() == [number]
        assert child(files, other).attributes.get("original_name", name) == name
    assert set(names_of(files)) == {*FILES.values(), "run _1"}
    assert read_all(child(files, "run _1/x_.npy")).tolist() == [7]


def test_names_that_are_no_text_open(tmp_path):
    save(os.fsencode(tmp_path) + b"/caf\xe9.npy", 1, 2)
    save(os.fsencode(tmp_path) + b"/caf\xe8.npy", 3)
    files = child(tree(tmp_path).root, "files")
    assert names_of(files) == ["caf_.npy", "caf_.npy_1"]
    originals = [child(files, name).attributes["original_name"] for name in names_of(files)]
    assert originals == ["caf\\xe8.npy", "caf\\xe9.npy"]
    answer = respond(files, Request(3, ("caf_.npy_1", "zarr.json")))
    assert json.loads(answer.body)["shape"] == [2]


def test_a_part_of_the_tree_is_found_by_its_served_names(root):
    part = tree(root).below(("files", "run _1"))
    assert read_all(child(part, "files/run _1/x_.npy")).tolist() == [7]
    assert names_of(child(part, "files")) == ["run _1"]
    part = tree(root).below(("files", "a_b.npy_1"))
    assert read_all(child(part, "files/a_b.npy_1")).tolist() == [0]


def test_what_is_hidden_stays_hidden_under_any_name(tmp_path):
    (tmp_path / ".secret#").mkdir()
    save(tmp_path / ".secret#" / "x.npy", 1)
    files = child(tree(tmp_path).root, "files")
    assert names_of(files) == []
    for name in (".secret#", "_secret_", ".secret_"):
        with pytest.raises(NotFound):
            child_of(files, name, "")
        assert names_of(Library(tmp_path, Settings(tmp_path).policy).top()) == []


def test_a_link_out_of_the_folder_stays_refused_under_another_name(tmp_path):
    (tmp_path / "served").mkdir()
    save(tmp_path / "outside.npy", 1)
    (tmp_path / "served" / "in#.npy").symlink_to(tmp_path / "outside.npy")
    with pytest.raises(Forbidden):
        child_of(child(tree(tmp_path / "served").root, "files"), "in_.npy", "")
