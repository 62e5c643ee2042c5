"""Zarr stores in zip files."""

import stat
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import zarr
import zarr.codecs

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.readers.zarr_store import read
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import read_all
from .zarr_stores import (
    BOTH,
    GRID,
    POLICY,
    QUIET,
    assert_same,
    check_filled,
    check_ranges,
    fill,
    open_store,
    write,
    zipped,
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]


@BOTH
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("prefix", ["", "x.zarr/", "data/2020/x.zarr/"])
def test_a_zip_file(tmp_path: Path, zarr_format: int, method: int, prefix: str) -> None:
    fill(tmp_path / "x.zarr", zarr_format)
    path = zipped(tmp_path / "x.zarr", tmp_path / "x.zarr.zip", method, prefix)
    node = open_file(path, POLICY)
    check_filled(node)
    assert isinstance(node, Group)
    assert list(node.children) == ["a", "g"]


def test_a_zip_file_with_files_beside_its_store(tmp_path: Path) -> None:
    fill(tmp_path / "x.zarr", 3)
    path = zipped(tmp_path / "x.zarr", tmp_path / "x.zip", prefix="x.zarr/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.md", "read me")
        archive.writestr("figures/1.png", "")
    check_filled(open_store(path))


@BOTH
def test_a_zip_file_by_zarr_python(tmp_path: Path, zarr_format: int) -> None:
    with zarr.storage.ZipStore(tmp_path / "x.zip", mode="w") as store:
        fill(store, zarr_format)
    check_filled(open_store(tmp_path / "x.zip"))


def test_a_zip_file_that_holds_one_array(tmp_path: Path) -> None:
    write(tmp_path / "x", GRID, 3)
    node = open_store(zipped(tmp_path / "x", tmp_path / "x.zip"))
    assert isinstance(node, Array)
    assert_same(read_all(node), GRID)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a.txt"], "holds no Zarr hierarchy"),
        ([], "holds no Zarr hierarchy"),
        (["__MACOSX/zarr.json", "../zarr.json", ".hidden/zarr.json"], "holds no Zarr hierarchy"),
    ],
)
def test_a_zip_file_without_a_store_says_so(tmp_path: Path, names: list[str], reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    with pytest.raises(Unreadable, match=f"x.zip: {reason}"):
        open_store(tmp_path / "x.zip")


def test_a_zip_file_with_dot_dot_in_names_gives_no_child(tmp_path: Path) -> None:
    fill(tmp_path / "x", 3)
    path = zipped(tmp_path / "x", tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("../evil/zarr.json", "g/../zarr.json", ".hidden/zarr.json", "/abs/zarr.json"):
            archive.writestr(name, (tmp_path / "x/a/zarr.json").read_bytes())
    root = open_store(path)
    assert isinstance(root, Group)
    assert list(root.children) == ["a", "g"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_ranges_of_zip_members(tmp_path: Path, method: int) -> None:
    check_ranges(tmp_path, lambda folder: zipped(folder, tmp_path / "x.zip", method))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damaged_zip_members(tmp_path: Path, method: int) -> None:
    data = np.random.default_rng(0).integers(0, 50, 10_000).astype("u1")
    write(tmp_path / "x", data, 3, compressors=None, chunks=data.shape)
    path = zipped(tmp_path / "x", tmp_path / "x.zip", method)
    with zipfile.ZipFile(path) as archive:
        offset = archive.getinfo("c/0").header_offset
    content = bytearray(path.read_bytes())
    content[offset + 3000] ^= 0xFF
    path.write_bytes(content)
    assert respond(open_store(path), Request(3, ("c", "0"))).status == 422
    content[offset] ^= 0xFF
    path.write_bytes(content)
    response = respond(open_store(path), Request(3, ("c", "0")))
    assert response.status == 422
    assert b"header" in response.body


def test_a_zip_member_that_inflates_too_far_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x", np.zeros(1 << 20, "u1"), 3, compressors=None, chunks=(1 << 20,), fill_value=1)
    path = zipped(tmp_path / "x", tmp_path / "x.zip", zipfile.ZIP_DEFLATED)
    response = respond(read(path, Policy(limit_bytes=1 << 16)), Request(3, ("c", "0")))
    assert response.status == 422
    assert b"inflates to 1,048,576 bytes" in response.body
    content = path.read_bytes()
    lie = content.replace(struct.pack("<I", 1 << 20), struct.pack("<I", 100))
    assert lie != content
    path.write_bytes(lie)
    assert respond(read(path, Policy(limit_bytes=1 << 16)), Request(3, ("c", "0"))).status == 422


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_zip_methods_are_refused(tmp_path: Path, method: int) -> None:
    write(tmp_path / "x", GRID, 3)
    with pytest.raises(Unreadable, match="compression method"):
        open_store(zipped(tmp_path / "x", tmp_path / "x.zip", method))


def test_an_encrypted_zip_member_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x", GRID, 3)
    path = zipped(tmp_path / "x", tmp_path / "x.zip")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"PK\1\2\x14\x03\x14\0\0", b"PK\1\2\x14\x03\x14\0\1"))
    with pytest.raises(Unreadable, match="encrypted"):
        open_store(path)


def test_what_is_no_zip_file(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip file")
    with pytest.raises(zipfile.BadZipFile):
        open_store(tmp_path / "x.zip")


def test_chunks_behind_a_link_are_no_fill_values(tmp_path: Path) -> None:
    write(tmp_path / "x", np.arange(8, dtype="u1"), 3, compressors=None, chunks=(8,))
    link = zipfile.ZipInfo("c")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("zarr.json", (tmp_path / "x/zarr.json").read_bytes())
        archive.writestr(link, "elsewhere")
    response = respond(open_store(tmp_path / "x.zip"), Request(3, ("c", "0")))
    assert response.status == 422
    assert b"c is a link" in response.body


def test_a_link_in_the_place_of_a_chunk_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x", np.arange(8, dtype="u1"), 3, compressors=None, chunks=(8,))
    path = zipped(tmp_path / "x", tmp_path / "x.zip")
    link = zipfile.ZipInfo("c/0")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the name is there twice: the last one counts
        archive.writestr(link, "../../ab")
    response = respond(open_store(path), Request(3, ("c", "0")))
    assert response.status == 422
    assert b"c/0 is a link" in response.body
