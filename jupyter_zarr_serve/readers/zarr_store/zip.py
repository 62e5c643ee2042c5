"""The files of Zarr stores in a zip file, which may lie in any folder of the archive.

The directory of the archive is read once. A member that is stored plain is read by ranges; a
deflated one is inflated up to the end of the wanted range, and never to more than it announces.

References
----------
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import stat
import struct
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from ...core.errors import Unreadable
from ...core.stored import Blob
from .. import ZARR_MARKERS
from ..files import is_local
from ..zipped import members_of
from .member_names import has_below, names_below
from .places import is_member_name, read_range, refuse_folder

_HEADER = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field
_PIECE = 1 << 16
_ENCRYPTED = 1


class Archive:
    """A zip file and the names in it.

    Parameters
    ----------
    limit
        The size that a deflated member may have, in bytes.

    Attributes
    ----------
    names
        Of all members, sorted.
    nodes, stores
        The folders that are nodes of Zarr, and those of them that lie in no other; sorted, each "" or with
        a slash at its end.

    Raises
    ------
    zipfile.BadZipFile
        If the file is no archive.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.limit = limit
        self.members = {info.filename: info for info in members_of(path)}
        self.names = sorted(self.members)
        self.nodes = sorted({_folder(name) for name in self.names if _marks(name)})
        self.stores = _outermost(self.nodes)

    def is_in_store(self, name: str) -> bool:
        """Whether a member belongs to one of the stores."""
        before = bisect_right(self.stores, name) - 1
        return before >= 0 and name.startswith(self.stores[before])


class ZipFiles:
    """The files of one store in an archive.

    Parameters
    ----------
    prefix
        The store's folder, one of `Archive.stores`.
    """

    def __init__(self, archive: Archive, prefix: str) -> None:
        self.name = f"{archive.path.name}/{prefix}".rstrip("/")
        self.is_near = is_local(archive.path)
        self._archive = archive
        self._path = archive.path
        self._prefix = prefix

    def blob(self, key: str) -> Blob | None:
        """See `places.Files`.

        Raises
        ------
        Unreadable
            If the member is encrypted, a link, compressed by an uncommon method, or larger than allowed.
        """
        info = self._archive.members.get(self._prefix + key)
        if info is None:
            if has_below(self._archive.names, f"{self._prefix}{key}/"):
                refuse_folder(f"{self.name}/{key}")
            return None
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable(f"{self.name}: {key} is encrypted; unpack the archive")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable(f"{self.name}: {key} is a link; put what it leads to into the archive")
        if info.compress_type == zipfile.ZIP_STORED:
            return Blob(info.compress_size, partial(self._read, info, _stored))
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise Unreadable(f"{self.name}: {key} has compression method {info.compress_type}; use 0 or 8")
        if info.file_size > self._archive.limit:
            raise Unreadable(
                f"{self.name}: {key} inflates to {info.file_size:,} bytes, more than the "
                f"{self._archive.limit:,} allowed; store it in the archive without compression"
            )
        return Blob(info.file_size, partial(self._read, info, _inflated))

    def children(self, path: str) -> list[str]:
        """See `places.Files`."""
        folder = f"{self._prefix}{path}/" if path else self._prefix
        return names_below(self._archive.nodes, folder, only_paths=True)

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


def _folder(member: str) -> str:
    """The folder that a member lies in, "" or with a slash at its end."""
    return member[: member.rindex("/") + 1] if "/" in member else ""


def _outermost(folders: Iterable[str]) -> list[str]:
    """Those of some sorted folders that lie in no other one."""
    found: list[str] = []
    for folder in folders:  # what lies in a folder follows it
        if not found or not folder.startswith(found[-1]):
            found.append(folder)
    return found


def _marks(member: str) -> bool:
    """Whether a member says that its folder is a node."""
    return member.rpartition("/")[2] in ZARR_MARKERS and is_member_path(_folder(member)[:-1])


def is_member_path(path: str) -> bool:
    """Whether each part of a path in an archive can be a node's name; the path of the archive is ""."""
    names = path.split("/") if path else []
    return all(map(is_member_name, names)) and names[:1] != ["__MACOSX"]
