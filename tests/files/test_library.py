"""Folders and files as nodes: what is there, what is not, and what only cannot be looked at."""

import os
from typing import Any

import h5py
import numpy as np
import pytest
import zarr

from jupyter_zarr_serve.core.nodes import Node, Policy
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.serve.respond import respond


def ask(root: Node, *path: str, zarr_format: int = 3) -> Response:
    return respond(root, Request(zarr_format, path))


def test_a_rewrite_that_keeps_size_and_time_is_noticed(tmp_path):
    path = tmp_path / "a.npy"
    library = Library(tmp_path, Policy())
    seen = []
    for value in (1, 2):
        np.save(path, np.full(4, value))
        os.utime(path, ns=(10**18, 10**18))
        seen.append(respond(library.top(), Request(3, ("a.npy", "c", "0"))))
    assert seen[0].etag != seen[1].etag
    assert seen[0].body != seen[1].body


def test_a_file_that_is_rewritten_never_describes_itself_in_part(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for number in range(20):
            file[f"d{number}"] = np.arange(3)
    library = Library(tmp_path, Policy())
    node = library.top().children["a.h5"]
    assert ask(node, "zarr.json").status == 200
    fresh = Library(tmp_path, Policy()).top().children["a.h5"]
    os.utime(path)
    assert ask(fresh, "zarr.json").status == 503


def test_an_entered_but_unlisted_folder_hides_no_chunk(tmp_path):
    folder = tmp_path / "nolist"
    folder.mkdir()
    np.save(folder / "a.npy", np.arange(1, 4))
    folder.chmod(0o711)
    assert ask(Library(tmp_path, Policy()).top(), "nolist", "a.npy", "c", "0").status == 200


def test_a_link_whose_target_is_missing_is_not_absence(tmp_path):
    zarr.create_array(tmp_path / "x.zarr", data=np.arange(1, 5), chunks=(2,))
    chunk = tmp_path / "x.zarr" / "c" / "0"
    chunk.unlink()
    chunk.symlink_to("not-fetched")
    assert ask(Library(tmp_path, Policy()).top(), "x.zarr", "c", "0").status == 503


def test_a_vanished_root_is_not_absence(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    library = Library(root, Policy())
    root.rmdir()
    with pytest.raises(Exception, match="mounted"):
        library.top()


def test_a_child_that_cannot_be_looked_at_hides_no_sibling(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.arange(3))
    (tmp_path / "locked").mkdir()
    listed = type(tmp_path).is_file

    def is_file(self: Any, *args: Any, **kwargs: Any) -> bool:
        if self.parent.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return listed(self, *args, **kwargs)

    monkeypatch.setattr(type(tmp_path), "is_file", is_file)
    page = ask(Library(tmp_path, Policy()).top(), "").body.decode()
    assert "a.npy" in page
    assert "locked" not in page


def test_a_link_is_read_by_its_own_name(tmp_path):
    np.save(tmp_path / "blob.npy", np.arange(3))
    (tmp_path / "blob.npy").rename(tmp_path / "blob123")
    (tmp_path / "link.npy").symlink_to("blob123")
    root = Library(tmp_path, Policy()).top()
    assert ask(root, "link.npy", "zarr.json").status == 200
    assert "link.npy" in ask(root, "").body.decode()


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_an_empty_chunk_is_no_chunk(tmp_path, zarr_format):
    zarr.create_array(tmp_path / "x.zarr", data=np.arange(1, 5), chunks=(2,), zarr_format=zarr_format)
    key = {2: ("0",), 3: ("c", "0")}[zarr_format]
    (tmp_path / "x.zarr").joinpath(*key).write_bytes(b"")
    for asked, path in ((2, ("0",)), (3, ("c", "0"))):
        answer = ask(Library(tmp_path, Policy()).top(), "x.zarr", *path, zarr_format=asked)
        assert answer.status == 422
