"""The members of a zip file.

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
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ...core.errors import Unreadable
from ...core.stored import Blob
from ..zipped import members_of
from .members import LINKED, Archive
from .places import read_range

_HEADER = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field
_PIECE = 1 << 16
_ENCRYPTED = 1


def open_zip(path: Path, limit: int) -> Archive:
    """A zip file as an archive.

    Parameters
    ----------
    limit
        The size that a deflated member may have, in bytes.

    Raises
    ------
    zipfile.BadZipFile
        If the file is no archive.
    """
    members = {info.filename: info for info in members_of(path)}

    def blob(name: str, where: str) -> Blob:
        return _blob(path, members[name], where, limit)

    return Archive(path, members, [name for name, info in members.items() if _is_link(info)], blob)


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _blob(path: Path, info: zipfile.ZipInfo, where: str, limit: int) -> Blob:
    """The content of a member.

    Raises
    ------
    Unreadable
        If the member is encrypted, a link, compressed by an uncommon method, or larger than allowed.
    """
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable(f"{where} is encrypted; unpack the archive")
    if _is_link(info):
        raise Unreadable(f"{where} {LINKED}")
    if info.compress_type == zipfile.ZIP_STORED:
        return Blob(info.compress_size, partial(_read, path, info, _stored))
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable(f"{where} has compression method {info.compress_type}; use 0 or 8")
    if info.file_size > limit:
        raise Unreadable(
            f"{where} inflates to {info.file_size:,} bytes, more than the {limit:,} allowed; store it in "
            "the archive without compression"
        )
    return Blob(info.file_size, partial(_read, path, info, _inflated))


def _read(path: Path, info: zipfile.ZipInfo, extract: "_Extract", start: int, stop: int) -> bytes:
    data = extract(path, info, start, stop)
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
