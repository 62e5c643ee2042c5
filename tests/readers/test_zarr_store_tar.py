"""Zarr stores in tar files."""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group
from jupyter_zarr_serve.readers import open_file
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import child, read_all
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
)

pytestmark = [pytest.mark.filterwarnings(rule) for rule in QUIET]
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def tarred(folder: Path, path: Path, prefix: str = "", tar_format: int = tarfile.PAX_FORMAT) -> Path:
    """An archive of what is in a folder."""
    with tarfile.open(path, "w", format=tar_format) as archive:
        for file in sorted(folder.rglob("*")):
            archive.add(file, f"{prefix}{file.relative_to(folder).as_posix()}", recursive=False)
    return path


def put(path: Path, *members: tuple[tarfile.TarInfo | str, bytes]) -> Path:
    """Add members to an archive."""
    with tarfile.open(path, "a" if path.exists() else "w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def special(name: str, kind: bytes, to: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info, b""


def message_of(path: Path, *key: str) -> str:
    response = respond(open_store(path), Request(3, key))
    assert response.status == 422
    return response.message


@BOTH
@pytest.mark.parametrize("tar_format", FORMATS)
@pytest.mark.parametrize("prefix", ["", "./", "x.zarr/", "./data/2020/x.zarr/"])
def test_a_tar_file(tmp_path: Path, zarr_format: int, tar_format: str, prefix: str) -> None:
    fill(tmp_path / "x.zarr", zarr_format)
    node = open_file(tarred(tmp_path / "x.zarr", tmp_path / "x.tar", prefix, FORMATS[tar_format]), POLICY)
    check_filled(node)
    assert isinstance(node, Group)
    assert list(node.children) == ["a", "g"]


@pytest.mark.parametrize("tar_format", ["gnu", "ustar", "pax", "v7", "oldgnu"])
def test_a_tar_file_by_gnu_tar(tmp_path: Path, tar_format: str) -> None:
    fill(tmp_path / "x.zarr", 3)
    subprocess.run(
        ["tar", "-cf", "x.tar", f"--format={tar_format}", "x.zarr"], cwd=tmp_path, check=True, timeout=60
    )
    check_filled(open_file(tmp_path / "x.tar", POLICY))


@pytest.mark.parametrize("tar_format", ["gnu", "pax"])
def test_long_names(tmp_path: Path, tar_format: str) -> None:
    folder = "é" * 60 + "/" + "long" * 60
    fill(tmp_path / "in" / folder, 3)
    path = tarred(tmp_path / "in", tmp_path / "x.tar", tar_format=FORMATS[tar_format])
    check_filled(open_file(path, POLICY))


def test_several_stores_are_members_of_their_folders(tmp_path: Path) -> None:
    fill(tmp_path / "in/2024/first.zarr", 2)
    fill(tmp_path / "in/2024/second.zarr", 3)
    write(tmp_path / "in/dark", GRID, 3)
    (tmp_path / "in/2024/raw.h5").write_bytes(b"")
    node = open_file(tarred(tmp_path / "in", tmp_path / "x.tar"), POLICY)
    check_filled(child(node, "2024/first.zarr"))
    check_filled(child(node, "2024/second.zarr"))
    assert_same(read_all(child(node, "dark")), GRID)
    refused = respond(node, Request(3, ("2024", "raw.h5", "zarr.json")))
    assert refused.message == "x.tar: of its members, only Zarr stores are read; unpack 2024/raw.h5"


def test_chunks_are_sent_as_they_are_stored(tmp_path: Path) -> None:
    check_ranges(tmp_path, lambda folder: tarred(folder, tmp_path / "x.tar"))


def test_the_last_of_two_members_of_one_name_counts(tmp_path: Path) -> None:
    write(tmp_path / "x", GRID, 3, chunks=GRID.shape)
    path = tarred(tmp_path / "x", tmp_path / "x.tar")
    write(tmp_path / "y", GRID + 1, 3, chunks=GRID.shape)
    put(path, ("c/0/0", (tmp_path / "y/c/0/0").read_bytes()))
    node = open_store(path)
    assert_same(read_all(node), GRID + 1)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (special("c/0", tarfile.SYMTYPE, "../../ab"), "c/0 is a link"),
        (special("c/0", tarfile.LNKTYPE, "zarr.json"), "c/0 is a link"),
        (special("c/0", tarfile.FIFOTYPE), "c/0 is no regular file"),
        (special("c/0", tarfile.CHRTYPE), "c/0 is no regular file"),
    ],
)
def test_what_is_no_file_in_the_place_of_a_chunk_is_refused(
    tmp_path: Path, member: Any, reason: str
) -> None:
    write(tmp_path / "x", np.arange(8, dtype="u1"), 3, compressors=None, chunks=(8,))
    path = put(tarred(tmp_path / "x", tmp_path / "x.tar"), member)
    assert reason in message_of(path, "c", "0")


def test_chunks_behind_a_link_are_no_fill_values(tmp_path: Path) -> None:
    write(tmp_path / "in", np.arange(8, dtype="u1"), 3, compressors=None, chunks=(8,))
    path = put(tmp_path / "x.tar", ("zarr.json", (tmp_path / "in/zarr.json").read_bytes()),
               special("c", tarfile.SYMTYPE, "elsewhere"))  # fmt: skip
    assert "c is a link" in message_of(path, "c", "0")


def test_a_link_in_the_place_of_a_member_is_told(tmp_path: Path) -> None:
    fill(tmp_path / "in", 3)
    path = put(tarred(tmp_path / "in", tmp_path / "x.tar"), special("linked", tarfile.SYMTYPE, "g"))
    response = respond(open_file(path, POLICY), Request(3, ("",), form="json"))
    assert b'"members": {"a": "array", "g": "group"}' in response.body
    assert b"linked: x.tar: linked is a link" in response.body


@pytest.mark.parametrize("options", [["--format=gnu"], ["--format=oldgnu"],
                                     ["--format=pax", "--sparse-version=0.0"],
                                     ["--format=pax", "--sparse-version=0.1"],
                                     ["--format=pax", "--sparse-version=1.0"]], ids=" ".join)  # fmt: skip
def test_sparse_members_are_refused_and_others_read(tmp_path: Path, options: list[str]) -> None:
    write(tmp_path / "x", np.arange(16, dtype="u1"), 3, compressors=None, chunks=(8,))
    with (tmp_path / "x/c/0").open("wb") as file:
        for at in range(0, 20 << 20, 1 << 20):  # more holes than a header tells of
            file.seek(at)
            file.write(b"a" * 4096)
    subprocess.run(["tar", "-cSf", "../x.tar", *options, "c", "zarr.json"], cwd=tmp_path / "x", check=True)
    with tarfile.open(tmp_path / "x.tar") as archive:
        assert archive.getmember("c/0").issparse()
    assert "c/0 is sparse" in message_of(tmp_path / "x.tar", "c", "0")
    response = respond(open_store(tmp_path / "x.tar"), Request(3, ("c", "1")))
    assert bytes(response.body) == bytes(range(8, 16))


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a.txt"], "holds no Zarr hierarchy"),
        ([], "holds no Zarr hierarchy"),
        (["__MACOSX/zarr.json", "../zarr.json", ".hidden/zarr.json", "/zarr.json", "a/../zarr.json"],
         "holds no Zarr hierarchy"),
    ],
)  # fmt: skip
def test_a_tar_file_without_a_store_says_so(tmp_path: Path, names: list[str], reason: str) -> None:
    put(tmp_path / "x.tar", *((name, b"{}") for name in names))
    with pytest.raises(Unreadable, match=f"x.tar: {reason}"):
        open_store(tmp_path / "x.tar")


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_compressed_tar_file_says_what_helps(tmp_path: Path, kind: str) -> None:
    with tarfile.open(tmp_path / "x.tar", f"w:{kind}"):
        pass
    with pytest.raises(Unreadable, match=r"x.tar: is compressed \(\w+\), .* unpack it"):
        open_store(tmp_path / "x.tar")
