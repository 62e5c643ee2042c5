"""Members of a ZIP archive, read at offsets: in place if they are stored, else by partial decoding.

A deflated member can only be decoded from its beginning. While that happens the decoder's state is
remembered at regular distances, so that later reads start near to what they want. No more than the part
that was asked for is ever in memory.

References
----------
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import io
import zipfile
import zlib
from bisect import bisect_right, insort
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from ..core import limits
from ..core.errors import Unreadable
from ..core.memory import MEMORY, Share
from ..core.strided import ReadAt
from .files import open_at, open_binary, size_of

_STEP = 1 << 20  # bytes decoded at once
_INPUT = 1 << 14  # bytes decoded from at once; a remembered decoder may hold as many
_MOST_DECODERS = 128  # of one member
_DECODER_BYTES = 50_000
_CHECKED = 1 << 26  # members up to this size are checked as a whole before any of them is used
_ENCRYPTED = 1


class _Directory(io.BufferedReader):
    """An archive whose directory is read, at once, and nothing else."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all, unless they are too many; see `members_of`."""
        if size is None or size < 0:
            here = self.tell()
            size = self.seek(0, io.SEEK_END) - here
            self.seek(here)
        if size > limits.DIRECTORY:
            raise Unreadable(
                f"the list of its members takes more than the {limits.DIRECTORY:,} bytes that are read; "
                "unpack the archive or split it"
            )
        return super().read(size)


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The members of an archive, without its folders.

    Raises
    ------
    Unreadable
        If there are too many of them.
    zipfile.BadZipFile
        If it is no archive, or its directory is damaged.
    """
    with _Directory(open_binary(path)) as file, zipfile.ZipFile(file) as archive:
        return [info for info in archive.infolist() if not info.is_dir()]


class Member(Protocol):
    """The content of a member: its size in bytes, and access to it."""

    size: int

    def check(self) -> None:
        """Compare the content with its checksum, where that costs little; once.

        Raises
        ------
        Unreadable
            If they do not match.
        """

    def open_at(self) -> AbstractContextManager[ReadAt]:
        """Open the content for reads at offsets, like `files.open_at`."""


def open_member(path: Path, info: zipfile.ZipInfo) -> Member:
    """A member of the archive at `path`.

    Raises
    ------
    Unreadable
        If it is encrypted, compressed by an unusual method or lies outside the archive.
    """
    name = f"{path.name}/{info.filename}"
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable(f"{name}: is encrypted; save it without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(f"{name}: ZIP method {info.compress_type} is not supported; use deflate or none")
    start = _content_offset(path, info, name)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        if info.file_size > limits.INFLATED:
            raise Unreadable(
                f"{name}: is compressed and has {info.file_size:,} bytes, more than the "
                f"{limits.INFLATED:,} that are decoded to find a part; save it with numpy.savez, or as Zarr"
            )
        return Deflated(path, start, info, name)
    if info.compress_size != info.file_size:
        raise Unreadable(f"{name}: is stored, yet its two sizes differ; the archive is damaged")
    return InPlace(path, start, info.file_size)


def _content_offset(path: Path, info: zipfile.ZipInfo, name: str) -> int:
    """Where a member's bytes start: names and extra fields before them may differ from the directory's."""
    with open_at(path) as read_at:
        local = read_at(info.header_offset, 30)
    start = info.header_offset + 30 + int.from_bytes(local[26:28], "little")
    start += int.from_bytes(local[28:30], "little")
    if local[:4] != b"PK\x03\x04" or start + info.compress_size > size_of(path):
        raise Unreadable(f"{name}: lies outside the archive or is overwritten; save the archive again")
    return start


class InPlace:
    """A member that is stored as it is."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._path, self._start, self.size = path, start, size

    def check(self) -> None:
        """See `Member`; what is read in place is not read twice."""

    @contextmanager
    def open_at(self) -> Iterator[ReadAt]:
        """See `Member`."""
        with open_at(self._path) as read_at:
            yield lambda offset, length: read_at(self._start + offset, length)


class _Decoder:
    """A position in a deflated stream: how much was decoded, and from how many bytes."""

    def __init__(self) -> None:
        self.position = self.consumed = self.checksum = 0
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def copy(self) -> "_Decoder":
        other = _Decoder()
        other.position, other.consumed, other.checksum = self.position, self.consumed, self.checksum
        other._inflate = self._inflate.copy()
        return other

    def decode(self, data: bytes, most: int) -> bytes:
        """At most `most` bytes from `data`, which follows what was consumed."""
        decoded = self._inflate.decompress(data, most)
        self.consumed += len(data) - len(self._inflate.unconsumed_tail) - len(self._inflate.unused_data)
        self.position += len(decoded)
        self.checksum = zlib.crc32(decoded, self.checksum)
        return decoded

    @property
    def at_end(self) -> bool:
        return self._inflate.eof


class Deflated:
    """A member that is compressed by the deflate method."""

    def __init__(self, path: Path, start: int, info: zipfile.ZipInfo, name: str) -> None:
        self.size = info.file_size
        self._path, self._start, self._packed = path, start, info.compress_size
        self._checksum, self._name = info.CRC, name
        self._decoders: Share[_Decoder] = Share(MEMORY, "zip", lambda _: _DECODER_BYTES)
        self._positions: list[int] = []  # of the decoders that were remembered
        self._distance = max(_STEP, self.size // _MOST_DECODERS)
        self._keeping, self._checking = Lock(), Lock()
        self._is_checked = self.size > _CHECKED

    def check(self) -> None:
        """See `Member`."""
        with self._checking, open_at(self._path) as packed_at:
            if not self._is_checked:
                for _ in self._decode(_Decoder(), packed_at, self.size):
                    pass
            self._is_checked = True

    @contextmanager
    def open_at(self) -> Iterator[ReadAt]:
        """See `Member`."""
        with open_at(self._path) as packed_at:
            decoder = self._nearest(0).copy()

            def read_at(offset: int, length: int) -> bytes:
                nonlocal decoder
                nearest = self._nearest(offset)
                if not nearest.position <= decoder.position <= offset:
                    decoder = nearest.copy()
                for _ in self._decode(decoder, packed_at, offset):
                    pass
                return b"".join(self._decode(decoder, packed_at, offset + length))

            yield read_at

    def _decode(self, decoder: _Decoder, packed_at: ReadAt, stop: int) -> Iterator[bytes]:
        """What lies between the decoder's position and `stop`, in pieces."""
        while decoder.position < stop:
            yield self._step(decoder, packed_at, min(_STEP, stop - decoder.position))
            self._keep(decoder)
        while decoder.position == self.size and not decoder.at_end:
            self._step(decoder, packed_at, 1)
        if decoder.position > self.size or (decoder.at_end and decoder.checksum != self._checksum):
            raise Unreadable(f"{self._name}: its size or checksum is wrong; the archive is damaged")

    def _step(self, decoder: _Decoder, packed_at: ReadAt, most: int) -> bytes:
        before = decoder.consumed, decoder.position
        left = self._packed - decoder.consumed
        decoded = decoder.decode(packed_at(self._start + decoder.consumed, min(_INPUT, left)), most)
        if (decoder.consumed, decoder.position) == before:
            raise Unreadable(f"{self._name}: ends after {decoder.position:,} bytes; the archive is damaged")
        return decoded

    def _keep(self, decoder: _Decoder) -> None:
        """Remember a decoder, if none nearby is."""
        position = decoder.position
        with self._keeping:
            after = bisect_right(self._positions, position)
            around = [0, *self._positions[max(0, after - 1) : after + 1]]
            if decoder.at_end or any(abs(position - other) < self._distance for other in around):
                return
            insort(self._positions, position)
            self._decoders.put(position, decoder.copy())

    def _nearest(self, offset: int) -> _Decoder:
        """The last of the remembered decoders that is not beyond `offset`; not to be changed."""
        with self._keeping:
            while at := bisect_right(self._positions, offset):
                decoder = self._decoders.get(self._positions[at - 1])
                if decoder is not None:
                    return decoder
                del self._positions[at - 1]  # forgotten meanwhile
            return _Decoder()
