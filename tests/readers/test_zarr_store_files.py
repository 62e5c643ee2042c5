"""Zarr stores in folders and on remote file systems, and their consolidated metadata."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from upath import UPath

from jupyter_zarr_serve.core.errors import Forbidden, Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group
from jupyter_zarr_serve.readers.zarr_store import places, read

from ..nodes import child
from .zarr_stores import (
    BOTH,
    GRID,
    POLICY,
    QUIET,
    assert_same,
    check_filled,
    edit,
    fill,
    open_store,
    served,
    write,
    zipped,
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


@BOTH
def test_a_folder(tmp_path: Path, zarr_format: int) -> None:
    fill(tmp_path / "x.zarr", zarr_format)
    check_filled(open_store(tmp_path / "x.zarr"))


_names = itertools.count()


@pytest.fixture
def remote() -> Iterator[UPath]:
    """A folder of an fsspec file system."""
    folder = UPath(f"memory://zarr-store-{next(_names)}")
    yield folder
    if folder.exists():
        folder.fs.rm(folder.path, recursive=True)


def upload(folder: Path, remote: UPath) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            (remote / file.relative_to(folder).as_posix()).parent.mkdir(parents=True, exist_ok=True)
            (remote / file.relative_to(folder).as_posix()).write_bytes(file.read_bytes())


@BOTH
@pytest.mark.parametrize("consolidate", [False, True])
def test_a_remote_folder(tmp_path: Path, remote: UPath, zarr_format: int, consolidate: bool) -> None:
    fill(tmp_path, zarr_format, consolidate)
    upload(tmp_path, remote)
    check_filled(read(remote, POLICY))
    check_filled(read(remote, POLICY))


@BOTH
def test_a_remote_zip_file(tmp_path: Path, remote: UPath, zarr_format: int) -> None:
    fill(tmp_path / "x", zarr_format)
    remote.mkdir()
    (remote / "x.zip").write_bytes(zipped(tmp_path / "x", tmp_path / "x.zip").read_bytes())
    check_filled(read(remote / "x.zip", POLICY))


@BOTH
def test_consolidated_metadata_save_requests_for_documents(
    tmp_path: Path, remote: UPath, zarr_format: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, zarr_format, consolidate=True)
    upload(tmp_path, remote)
    asked: list[str] = []
    blob = places.RemoteFiles.blob
    monkeypatch.setattr(
        places.RemoteFiles, "blob", lambda self, key: (asked.append(key), blob(self, key))[1]
    )
    array = child(read(remote, POLICY), "g/deep/b")
    assert isinstance(array, Array)
    assert set(asked) <= {"zarr.json", ".zmetadata"}


@BOTH
def test_nodes_that_consolidated_metadata_do_not_list_are_found(
    tmp_path: Path, remote: UPath, zarr_format: int
) -> None:
    fill(tmp_path, zarr_format, consolidate=True)
    write(tmp_path / "later", GRID, zarr_format)
    upload(tmp_path, remote)
    root = read(remote, POLICY)
    assert isinstance(root, Group)
    assert list(root.children) == ["a", "g", "later"]
    assert_same(served(root, 3)["later"][...], GRID)


def test_stale_consolidated_metadata_are_not_believed_where_files_are_near(tmp_path: Path) -> None:
    fill(tmp_path, 3, consolidate=True)
    edit(tmp_path / "a/zarr.json", attributes={"units": "degC"})
    shutil.rmtree(tmp_path / "g")
    root = served(open_store(tmp_path), 3)
    assert root["a"].attrs["units"] == "degC"
    assert list(root) == ["a"]


def test_malformed_consolidated_metadata_are_named(tmp_path: Path, remote: UPath) -> None:
    fill(tmp_path, 3)
    edit(tmp_path / "zarr.json", consolidated_metadata={"metadata": [1]})
    upload(tmp_path, remote)
    with pytest.raises(Unreadable, match=r"zarr.json: is malformed"):
        read(remote, POLICY)


def test_a_file_url_is_guarded_like_a_local_folder(tmp_path: Path) -> None:
    fill(tmp_path / "x", 3)
    write(tmp_path / "secret", GRID, 3)
    (tmp_path / "x/leak").symlink_to(tmp_path / "secret")
    root = read(UPath((tmp_path / "x").as_uri()), POLICY)
    check_names = child(root, "a")
    assert isinstance(check_names, Array)
    with pytest.raises(Forbidden):
        child(root, "leak")


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_folder_in_the_place_of_a_chunk_is_not_a_chunk_that_is_missing(
    tmp_path: Path, zarr_format: int, is_zipped: bool
) -> None:
    store = tmp_path / "s.zarr"
    write(store, GRID, zarr_format, chunks=(7, 10))
    chunk = store / {2: "0.0", 3: "c/0/0"}[zarr_format]
    chunk.unlink()
    (chunk / "x").mkdir(parents=True)
    (chunk / "x" / "0").write_bytes(b"0")
    path = zipped(store, tmp_path / "s.zarr.zip") if is_zipped else store
    node = read(path, POLICY)
    for wanted in (2, 3):
        with pytest.raises(OSError, match="folder where a chunk should be"):
            served(node, wanted)[...]
