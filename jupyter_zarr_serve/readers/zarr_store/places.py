"""Where the bytes of a Zarr store come from: a local folder or a remote one (fsspec's `UPath`).

A file is named by its store key. Links that lead out of the store's folder are refused by name; what
is opened is the resolved path that was checked. See `members` for stores in an archive.
"""

import os
import stat
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import Forbidden, Unavailable, Unreadable
from ...core.known_names import DOCUMENT_KEYS
from ...core.stored import Blob
from .. import ZARR_MARKERS
from ..files import is_local, open_at, stamp_of_status
from ..no_links import open_folder, resolved, status_of

_SEPARATORS = frozenset("/\\\0:" if os.name == "nt" else "/\0")
_ABSENT = (FileNotFoundError, NotADirectoryError)


class Files(Protocol):
    """The files of one store.

    Attributes
    ----------
    name
        The store's name, for messages.
    is_near
        Whether files are found and opened quickly, so that no index of them is worth trusting.
    """

    name: str
    is_near: bool

    def blob(self, key: str) -> Blob | None:
        """The file at a key; None where there is none."""

    def children(self, path: str) -> list[str]:
        """The names of the folders directly below a path that may be nodes, from one listing."""


def files_of(folder: Path) -> Files:
    """The files of a folder, local or remote."""
    if is_local(folder):
        return LocalFiles(folder)
    remote: Any = folder
    if remote.protocol in {"file", "local"}:
        return LocalFiles(Path(remote.path).resolve())
    return RemoteFiles(remote)


class LocalFiles:
    """The files below a local folder, whose path is resolved."""

    is_near = True

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._root = folder

    def blob(self, key: str) -> Blob | None:
        """See `Files`.

        Raises
        ------
        Forbidden
            If the key leads outside the store's folder.
        Unreadable
            If it names a device, a socket or a pipe.
        """
        path = self._inside(key)
        try:
            status = status_of(path)
        except _ABSENT:
            if (self._root / key).is_symlink():
                raise Unavailable(f"{self.name}/{key}: a link whose target is missing; fetch it") from None
            return None
        if stat.S_ISDIR(status.st_mode):
            refuse_folder(f"{self.name}/{key}")
            return None
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"{self.name}/{key}: is no regular file; replace it by one")
        places = self._root / key, path
        return Blob(status.st_size, partial(read_range, path), stamp_of_status(status), places)

    def children(self, path: str) -> list[str]:
        """See `Files`."""
        try:
            folder = self._inside(path)
            with open_folder(folder) as opened, os.scandir(opened) as entries:
                folders = [entry for entry in entries if is_member_name(entry.name) and entry.is_dir()]
        except _ABSENT:
            return []
        return sorted(entry.name for entry in folders if _has_marker(f"{folder}/{entry.name}"))

    def _inside(self, key: str) -> Path:
        path = resolved(self._root / key)
        if not path.is_relative_to(self._root):
            raise Forbidden(
                f"{self.name}/{key}: a link leads outside the store's folder; copy the store with "
                "cp -rL, or mount what the link leads to by c.ZarrServeApp.mounts"
            )
        return path


def _has_marker(folder: str) -> bool:
    return any(os.path.lexists(f"{folder}/{marker}") for marker in ZARR_MARKERS)


class RemoteFiles:
    """The files below a folder of an fsspec file system; a range is one request."""

    is_near = False

    def __init__(self, folder: Any) -> None:
        self.name = folder.name
        self._folder = folder
        self._fs = folder.fs
        self._root = folder.path.rstrip("/")

    def blob(self, key: str) -> Blob | None:
        """See `Files`."""
        path = f"{self._root}/{key}"
        try:
            info = self._fs.info(path)
        except _ABSENT:
            return None
        if info["type"] == "directory":
            refuse_folder(f"{self.name}/{key}")
            return None
        if info.get("size") is None:
            data = self._fs.cat_file(path)
            return Blob(len(data), lambda start, stop: bytes(data[start:stop]))
        return Blob(int(info["size"]), partial(read_range, self._folder / key), str(info))

    def children(self, path: str) -> list[str]:
        """See `Files`; none where the file system cannot list."""
        try:
            entries = self._fs.ls(f"{self._root}/{path}".rstrip("/"), detail=True)
        except (*_ABSENT, NotImplementedError):
            return []
        folders = (entry["name"].rstrip("/") for entry in entries if entry["type"] == "directory")
        return sorted(filter(is_member_name, (name.rpartition("/")[2] for name in folders)))


def refuse_folder(where: str) -> None:
    """Refuse a folder in the place of a chunk; one that is named like a document is only a folder.

    Raises
    ------
    Unreadable
        If it is not: no chunk is missing there, and clients must not take it for one.
    """
    if where.rpartition("/")[2] not in DOCUMENT_KEYS:
        raise Unreadable(
            f"{where}: is a folder where a chunk should be; the store is damaged, copy it again"
        )


def read_range(path: Path, start: int, stop: int) -> bytes:
    """The bytes ``[start, stop)`` of a file; one request where the file is remote.

    Raises
    ------
    Unavailable
        If a local file ends before.
    OSError
        If it cannot be read.
    """
    if start == stop:
        return b""
    if is_local(path):
        with open_at(path) as read_at:
            return read_at(start, stop - start)
    remote: Any = path
    return bytes(remote.fs.cat_file(remote.path, start=start, end=stop))


def is_member_name(name: str) -> bool:
    """Whether a name can be a node's: not hidden, and one segment of a path."""
    return not name.startswith(".") and name != "" and _SEPARATORS.isdisjoint(name)
