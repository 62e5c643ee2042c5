"""The files of a Zarr store in a zip file, which may lie in any folder of the archive.

The directory of the archive is read once. A member that is stored plain is read by ranges; a
deflated one is inflated up to the end of the wanted range, and never to more than it announces.

References
----------
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from ...core.errors import Unreadable
from ...core.stored import Blob
from .. import ZARR_MARKERS
from ..files import is_local
from ..zipped import members_of
from .places import is_member_name, read_range, refuse_folder

_HEADER = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field
_PIECE = 1 << 16
_ENCRYPTED = 1
_NAMED = 3  # stores in a message


class ZipFiles:
    """The files of a store in a zip file.

    Parameters
    ----------
    limit
        The size that a deflated member may have, in bytes.

    Raises
    ------
    NotFound
        If the archive holds no store.
    zipfile.BadZipFile
        If the file is no archive.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self.name = path.name
        self.is_near = is_local(path)
        self._path = path
        self._limit = limit
        self._members = {info.filename: info for info in members_of(path)}
        self._folders = _folders(self._members)
        self._prefix = _store_prefix(self._members, path.name)
        self._children = _tree(self._members, self._prefix)

    def blob(self, key: str) -> Blob | None:
        """See `places.Files`.

        Raises
        ------
        Unreadable
            If the member is encrypted, compressed by an uncommon method, or larger than allowed.
        """
        info = self._members.get(self._prefix + key)
        if info is None:
            if self._prefix + key in self._folders:
                refuse_folder(f"{self.name}/{key}")
            return None
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable(f"{self.name}: {key} is encrypted; unpack the archive")
        if info.compress_type == zipfile.ZIP_STORED:
            return Blob(info.compress_size, partial(self._read, info, _stored))
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise Unreadable(f"{self.name}: {key} has compression method {info.compress_type}; use 0 or 8")
        if info.file_size > self._limit:
            raise Unreadable(
                f"{self.name}: {key} inflates to {info.file_size:,} bytes, more than the "
                f"{self._limit:,} allowed; store it in the archive without compression"
            )
        return Blob(info.file_size, partial(self._read, info, _inflated))

    def children(self, path: str) -> list[str]:
        """See `places.Files`."""
        return self._children.get(path, [])

    def _read(self, info: zipfile.ZipInfo, extract: "_Extract", start: int, stop: int) -> bytes:
        data = extract(self._path, info, start, stop)
        if len(data) != stop - start:
            raise zipfile.BadZipFile(f"{info.filename}: ends at byte {start + len(data):,}")
        if len(data) == info.file_size and zlib.crc32(data) != info.CRC:
            raise zipfile.BadZipFile(f"{info.filename}: its checksum is wrong")
        return data


_Extract = Callable[[Path, zipfile.ZipInfo, int, int], bytes]


def _stored(path: Path, info: zipfile.ZipInfo, start: int, stop: int) -> bytes:
    offset = _data_offset(path, info)
    return read_range(path, offset + start, offset + stop)


def _inflated(path: Path, info: zipfile.ZipInfo, start: int, stop: int) -> bytes:
    """The wanted range of a deflated member; what comes before it is inflated and dropped."""
    offset = _data_offset(path, info)
    end = offset + info.compress_size
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    wanted, position = bytearray(), 0
    for at in range(offset, end, _PIECE):
        pending = read_range(path, at, min(at + _PIECE, end))
        while pending and position < stop:
            data = inflater.decompress(pending, min(stop - position, _PIECE))
            wanted += data[max(0, start - position) :]
            position += len(data)
            pending = inflater.unconsumed_tail
        if position >= stop:
            break
    return bytes(wanted)


def _data_offset(path: Path, info: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: behind a header whose length only the header itself tells."""
    start = info.header_offset
    signature, name, extra = _HEADER.unpack(read_range(path, start, start + _HEADER.size))
    if signature != b"PK\3\4":
        raise zipfile.BadZipFile(f"{info.filename}: has no header where the directory says")
    return start + _HEADER.size + int(name) + int(extra)


def _folders(members: Iterable[str]) -> set[str]:
    """The paths of all folders that hold anything."""
    found = set[str]()
    for member in members:
        folder = member.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _store_prefix(members: Iterable[str], name: str) -> str:
    """The folder of the archive that is its one store, "" or with a slash at its end.

    Raises
    ------
    Unreadable
        When there is none, or several.
    """
    stores: list[str] = []
    folders = {
        member[: member.rindex("/") + 1] if "/" in member else "" for member in members if _marks(member)
    }
    for folder in sorted(folders):  # what lies in a store follows it
        if not stores or not folder.startswith(stores[-1]):
            stores.append(folder)
    if not stores:
        raise Unreadable(f"{name}: holds no Zarr hierarchy; unpack the archive to serve what else it holds")
    if len(stores) > 1:
        raise Unreadable(
            f"{name}: holds {len(stores):,} Zarr hierarchies ({', '.join(stores[:_NAMED])}"
            f"{', ...' if len(stores) > _NAMED else ''}); unpack the archive to serve them as a folder"
        )
    return stores[0]


def _marks(member: str) -> bool:
    """Whether a member says that its folder is a node."""
    *path, marker = member.split("/")
    return marker in ZARR_MARKERS and all(map(is_member_name, path)) and path[:1] != ["__MACOSX"]


def _tree(members: Iterable[str], prefix: str) -> dict[str, list[str]]:
    """By path of a node, the names of the nodes directly below it."""
    tree: dict[str, set[str]] = {}
    for member in members:
        *path, marker = member.removeprefix(prefix).split("/")
        if marker in ZARR_MARKERS and member.startswith(prefix) and path and all(map(is_member_name, path)):
            tree.setdefault("/".join(path[:-1]), set()).add(path[-1])
    return {path: sorted(names) for path, names in tree.items()}
