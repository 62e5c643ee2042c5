"""The members of a tar file that is not compressed, each of which lies in it as it is.

Such a file has no directory: all headers are read once, one after another. `tarfile` decodes a header; it
does not walk the file, as its own walk has no bounds. Nothing is unpacked, and no link is followed.

References
----------
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13 (pax, ustar)
https://www.gnu.org/software/tar/manual/html_node/Standard.html (GNU's additions)
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...core import limits
from ...core.errors import Unreadable
from ...core.stored import Blob
from ...core.strided import ReadAt
from ..files import is_local, open_at, size_of
from .members import LINKED, Archive
from .places import read_range

_BLOCK = tarfile.BLOCKSIZE
_LONGEST_HEADER = 1 << 20  # bytes of a header in further blocks, such as one with a long name
_LINKS = {tarfile.LNKTYPE, tarfile.SYMTYPE}
_SPECIAL = {tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
_WITHOUT_DATA = {*_LINKS, *_SPECIAL, tarfile.DIRTYPE}
_PAX = {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
_FURTHER = {*_PAX, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_WANTED = (b" path=", b" size=", b" GNU.sparse.")  # of what a pax header tells
_IS_CONTINUED = 482, 504  # where a sparse member's header, and a further block of it, say so
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_SPARSE = "is sparse; make the archive anew without --sparse"
_NOT_REGULAR = "is no regular file; leave it out of the archive"


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a member lies, in bytes, and why it cannot be read, if it cannot."""

    start: int
    size: int
    refusal: str = ""
    is_link: bool = False


def open_tar(path: Path) -> Archive:
    """A tar file as an archive; of two members of one name the last counts, as when it is unpacked.

    Raises
    ------
    Unreadable
        If it is not on this machine, compressed, damaged or cut off, or has too many members.
    """
    if not is_local(path):
        raise Unreadable(f"{path.name}: tar files are only read from local disks; copy it, or use .zip")
    members: dict[str, _Member] = {}
    size = 0
    for name, member in _members(path):
        size += len(name)
        if size > limits.DIRECTORY:
            raise Unreadable(f"{path.name}: its names take more than {limits.DIRECTORY:,} bytes; unpack it")
        members[name] = member

    def blob(name: str, where: str) -> Blob:
        member = members[name]
        if member.refusal:
            raise Unreadable(f"{where} {member.refusal}")
        return Blob(member.size, partial(_read, path, member.start))

    return Archive(path, members, [name for name, member in members.items() if member.is_link], blob)


def _read(path: Path, offset: int, start: int, stop: int) -> bytes:
    return read_range(path, offset + start, offset + stop)


def _members(path: Path) -> Iterator[tuple[str, _Member]]:
    """The members that are no folders, and their names."""
    end = size_of(path)
    with open_at(path) as read_at:
        _refuse_compressed(path, read_at(0, min(_BLOCK, end)))
        at, further = 0, 0
        told: dict[str, str] = {}
        while (header := _header(path, read_at, at, end)) is not None:
            at += _BLOCK
            if header.type in _FURTHER:
                further += 1 + _blocks(header.size)
                _check(path, at, header.size, further, end)
                told |= _told(header.type, read_at(at, header.size))
                at += _BLOCK * _blocks(header.size)
                continue
            is_sparse = header.type == tarfile.GNUTYPE_SPARSE
            if is_sparse:
                at, further = _after_map(path, read_at, at, further, end)
            further += 1
            size = 0 if header.type in _WITHOUT_DATA else _size(path, told, header)
            _check(path, at, size, further, end, is_data=True)
            name = _normal(told.get("path", header.name))
            if name and header.type != tarfile.DIRTYPE and not name.endswith("/"):
                refusal = _refusal(header.type, is_sparse=is_sparse or "sparse" in told)
                yield name, _Member(at, size, refusal, header.type == tarfile.SYMTYPE)
            at += _BLOCK * _blocks(size)
            told = {}


def _refuse_compressed(path: Path, begin: bytes) -> None:
    kind = next((kind for magic, kind in _COMPRESSED.items() if begin.startswith(magic)), "")
    if kind:
        raise Unreadable(
            f"{path.name}: is compressed ({kind}), so that no part of it can be read by itself; unpack it, "
            "or make the archive anew without compression: the chunks of Zarr are compressed already"
        )


def _header(path: Path, read_at: ReadAt, at: int, end: int) -> tarfile.TarInfo | None:
    """The header at a place; None at the end of the archive."""
    if at + _BLOCK > end:
        raise Unreadable(f"{path.name}: ends before the mark of its end; it is cut off, copy it again")
    block = read_at(at, _BLOCK)
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        if not any(block):
            return None
        what = f"no header of a member at byte {at:,}; it is damaged" if at else "it is no tar file"
        raise Unreadable(f"{path.name}: {what} ({error})") from error


def _check(path: Path, at: int, size: int, further: int, end: int, *, is_data: bool = False) -> None:
    """Raise `Unreadable` if what a header tells of does not fit, or there are too many headers."""
    if size < 0 or at + size > end:
        raise Unreadable(f"{path.name}: ends within a member; it is damaged or cut off, copy it again")
    if further > limits.TAR_HEADERS or (size > _LONGEST_HEADER and not is_data):
        raise Unreadable(
            f"{path.name}: the headers of its members take more than the {limits.TAR_HEADERS:,} blocks, or "
            f"one more than the {_LONGEST_HEADER:,} bytes, that are read; unpack it, or use .zip"
        )


def _told(kind: bytes, body: bytes) -> dict[str, str]:
    """What a further header tells of the next member: its path, its size, and whether it is sparse."""
    if kind == tarfile.GNUTYPE_LONGNAME:
        return {"path": _text(body.partition(b"\0")[0])}
    found: dict[str, str] = {}
    if kind not in _PAX or not any(key in body for key in _WANTED):
        return found
    at, real = 0, ""
    while at < len(body) and body[at : at + 1] != b"\0":
        length, space, _ = body[at : at + 20].partition(b" ")
        stop = at + int(length) if space and length.isdigit() else 0
        if not at < stop <= len(body) or body[stop - 1 : stop] != b"\n":
            raise Unreadable("what is said of a member has no sound form; the archive is damaged")
        key, _, value = body[at + len(length) + 1 : stop - 1].partition(b"=")
        if key in {b"path", b"size"}:
            found[key.decode()] = _text(value)
        elif key.startswith(b"GNU.sparse."):
            found["sparse"] = ""
            if key == b"GNU.sparse.name":  # the path is another, for programs that know no sparse members
                real = _text(value)
        at = stop
    return {**found, "path": real} if real else found


def _size(path: Path, told: dict[str, str], header: tarfile.TarInfo) -> int:
    size = told.get("size", "")
    if size and not (size.isascii() and size.isdecimal() and len(size) < 20):
        raise Unreadable(f"{path.name}: a member of {size[:40]!r} bytes; the archive is damaged")
    return int(size) if size else header.size


def _after_map(path: Path, read_at: ReadAt, at: int, further: int, end: int) -> tuple[int, int]:
    """Where the data of a sparse member begin, behind the blocks that continue its header."""
    is_continued = read_at(at - _BLOCK, _BLOCK)[_IS_CONTINUED[0]]
    while is_continued:
        further += 1
        _check(path, at, _BLOCK, further, end)
        is_continued = read_at(at, _BLOCK)[_IS_CONTINUED[1]]
        at += _BLOCK
    return at, further


def _refusal(kind: bytes, *, is_sparse: bool) -> str:
    if is_sparse:
        return _SPARSE
    if kind in _LINKS:
        return LINKED
    return "" if kind in tarfile.REGULAR_TYPES else _NOT_REGULAR


def _normal(name: str) -> str:
    """A name without the "./" that ``tar -C folder .`` puts in front of each."""
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def _blocks(size: int) -> int:
    return -(-size // _BLOCK)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
