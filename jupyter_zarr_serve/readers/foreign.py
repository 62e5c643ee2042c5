"""Containers that are recognised, but not read: they say what they are and what helps.

Without this they would be groups with nothing in them. Only local folders are looked at.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.errors import Unreadable
from ..core.known_names import ZMETADATA
from .files import is_local, open_binary

_MOST_BYTES = 1 << 20  # of a document that tells what a folder is
_PUBLISH = "publish it from a notebook"


def _is_n5(folder: Path) -> bool:
    told = _document(folder / "attributes.json")
    return "n5" in told or {"dimensions", "blockSize", "dataType"} <= told.keys()


def _is_icechunk(folder: Path) -> bool:
    has_branches = (folder / "refs" / "branch.main" / "ref.json").is_file() or (folder / "repo").is_file()
    return has_branches and (folder / "snapshots").is_dir()


def _is_kerchunk(folder: Path) -> bool:
    return (folder / ZMETADATA).is_file()


def _is_zarr_1(folder: Path) -> bool:
    return _document(folder / "meta").get("zarr_format") == 1


def _is_tiledb(folder: Path) -> bool:
    return (folder / "__schema").is_dir() or (folder / "__tiledb_group.tdb").is_file()


def _is_lance(folder: Path) -> bool:
    return folder.name.endswith(".lance") and (folder / "_versions").is_dir()


_COMPRESSED = (".tgz", ".tbz2", ".txz", ".tzst", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz4")
_FOLDERS: tuple[tuple[Callable[[Path], bool], str], ...] = (
    (
        _is_n5,
        "an N5 container, which is not Zarr: convert it, or open it with tensorstore's driver n5 and "
        + _PUBLISH,
    ),
    (
        _is_icechunk,
        f"an Icechunk repository: open a session of it with the package icechunk and {_PUBLISH}: "
        "zarr.open_group(session.store)",
    ),
    (
        _is_kerchunk,
        "has .zmetadata, but no .zgroup: kerchunk's references in Parquet, or a Zarr store that was not "
        f"copied whole: open references with xarray and {_PUBLISH}, or copy the file .zgroup, too",
    ),
    (_is_zarr_1, "a Zarr array of version 1: copy it with zarr-python 2 to version 2 or 3"),
    (_is_tiledb, f"a TileDB array or group: open it with the package tiledb and {_PUBLISH}"),
    (_is_lance, "a Lance dataset: export it to Parquet"),
)


def refuse_foreign(path: Path, *, is_folder: bool) -> None:
    """Refuse a local folder, or a file without a reader, that is of a format which is recognised.

    Raises
    ------
    Unreadable
        If it is; the message says what helps.
    """
    if is_local(path):
        told = foreign_folder(path) if is_folder else foreign_file(path)
        if told:
            raise Unreadable(f"{path.name}: {told}")


def foreign_folder(folder: Path) -> str:
    """What a local folder is that cannot be read, and what helps; "" for any other folder."""
    return next((told for is_one, told in _FOLDERS if is_one(folder)), "")


def foreign_file(path: Path) -> str:
    """What a local file is that has the suffix of no reader, and what helps; "" for any other file."""
    if path.name.lower().endswith(_COMPRESSED):
        return (
            "a compressed archive, no part of which can be read by itself: unpack it, or make a .zip of it"
        )
    if path.suffix != ".json" or not _has_references(path):
        return ""
    return (
        "kerchunk's references to other files, which are not followed: open them with xarray "
        f"(engine kerchunk) and {_PUBLISH}"
    )


def _has_references(path: Path) -> bool:
    try:
        with open_binary(path) as file:
            head = file.read(4096).lstrip()
    except OSError:
        return False
    return head.startswith(b"{") and (b'"refs"' in head or b'".zgroup"' in head)


def _document(path: Path) -> dict[str, Any]:
    """The JSON object in a small file; empty where there is none."""
    try:
        with open_binary(path) as file:
            told = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
