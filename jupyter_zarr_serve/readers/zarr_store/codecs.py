"""Undoing one codec of a chunk, never producing more than a limit of bytes.

What a stream expands to is checked before it is decoded (Blosc, LZ4 and Zstandard announce it) or
while it is (deflate, bzip2, LZMA). A codec that is not listed here is not decoded, nor one with an
option that is not: nothing is unpickled, and nothing unbounded runs.

References
----------
https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
https://numcodecs.readthedocs.io/
"""

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numcodecs import LZ4, Blosc, VLenBytes, VLenUTF8, Zstd, get_codec

from ...core.dtypes import DType
from ...core.errors import MissingLibrary, Unreadable
from ...core.zstd import zstd_bound
from .options import Configuration, check_options

Buffer = Any  # bytes, or an array whose bytes are meant

_BLOSC = struct.Struct("<4xI4xI")  # flags, raw size, block size, encoded size

_LZMA_MEMORY = 1 << 27  # bytes; decoding what was compressed by the highest preset takes half of it


class Step(NamedTuple):
    """A codec by its name in numcodecs, its configuration, and the dtype it is given where it must know."""

    name: str
    configuration: Configuration
    dtype: DType | None = None


def undo(step: Step, data: Buffer, limit: int) -> Buffer:
    """What a codec was given to encode, from what it made of it.

    Parameters
    ----------
    limit
        The size that the result may have, in bytes.

    Raises
    ------
    Unreadable
        If the codec or one of its options is not to be decoded here, or the result would be too large.
    ValueError, RuntimeError, zlib.error, ...
        If the data are damaged.
    """
    name, configuration, _ = step
    check_options(name, configuration)
    if name in _EXPANDING:
        return _EXPANDING[name](_bytes(data), configuration, limit)
    _check(_grown(step, memoryview(data).nbytes), limit)
    return get_codec({**configuration, "id": name}).decode(data)


def undo_vlen(name: str, data: Buffer, count: int) -> Buffer:
    """The `count` elements of variable length that a chunk holds, as objects.

    Raises
    ------
    ValueError
        If the chunk says that it holds another number of elements.
    """
    raw = _bytes(data)
    announced = int.from_bytes(raw[:4], "little")
    if len(raw) < 4 or announced != count:
        raise ValueError(f"the chunk holds {announced:,} elements where {count:,} are expected")
    return (VLenUTF8() if name == "vlen-utf8" else VLenBytes()).decode(raw)


def check_crc32c(data: bytes) -> bytes:
    """The data in front of their checksum.

    Raises
    ------
    MissingLibrary
        If the library that computes it is not installed.
    ValueError
        If the checksum is wrong.
    """
    try:
        from google_crc32c import value
    except ImportError:
        raise MissingLibrary("a checksum (crc32c)", "zarr") from None
    body, checksum = data[:-4], data[-4:]
    if value(body).to_bytes(4, "little") != checksum:
        raise ValueError("a checksum (crc32c) is wrong")
    return body


def _bytes(data: Buffer) -> bytes:
    return data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise Unreadable(
            f"a chunk expands to {size:,} bytes or more, where {limit:,} are allowed; store smaller "
            "chunks or raise c.ZarrServeApp.chunk_limit_bytes"
        )


def _grown(step: Step, size: int) -> int:
    """The size of what a codec of numcodecs that works element by element makes of `size` bytes."""
    if step.name == "packbits":
        return 8 * size
    wide = step.configuration.get("decode_dtype", step.configuration.get("dtype", "u1"))
    narrow = step.configuration.get("encode_dtype", step.configuration.get("astype", wide))
    return size * np.dtype(wide).itemsize // max(1, np.dtype(narrow).itemsize)


def _blosc(data: bytes, _: Configuration, limit: int) -> Buffer:
    size, encoded = _BLOSC.unpack_from(data)
    if encoded > len(data):
        raise ValueError(f"a chunk ends at byte {len(data):,} of {encoded:,}: it is truncated")
    _check(size, limit)
    return Blosc().decode(data)


def _zstd(data: bytes, _: Configuration, limit: int) -> Buffer:
    _check(zstd_bound(data), limit)
    return Zstd().decode(data)


def _lz4(data: bytes, _: Configuration, limit: int) -> Buffer:
    _check(int.from_bytes(data[:4], "little"), limit)
    return LZ4().decode(data)


def _zlib(data: bytes, _: Configuration, limit: int) -> bytes:
    return _inflate(zlib.decompressobj, data, limit)


def _gzip(data: bytes, _: Configuration, limit: int) -> bytes:
    return _inflate(lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), data, limit)


def _bz2(data: bytes, _: Configuration, limit: int) -> bytes:
    return _inflate(bz2.BZ2Decompressor, data, limit)


def _lzma(data: bytes, configuration: Configuration, limit: int) -> bytes:
    container = configuration.get("format", lzma.FORMAT_XZ)
    filters = configuration.get("filters") if container == lzma.FORMAT_RAW else None
    if any(each.get("dict_size", 0) > max(limit, _LZMA_MEMORY) for each in filters or ()):
        raise Unreadable("codec 'lzma' has a dictionary larger than allowed; write smaller chunks")
    memory = None if container == lzma.FORMAT_RAW else max(limit, _LZMA_MEMORY)
    return _inflate(lambda: lzma.LZMADecompressor(container, memory, filters), data, limit)


def _inflate(make: Callable[[], Any], data: bytes, limit: int) -> bytes:
    """All streams of `data`, one after the other, as `gzip` and `bz2` read them."""
    parts, size = [], 0
    while data:
        stream = make()
        parts.append(stream.decompress(data, limit - size + 1))
        size += len(parts[-1])
        _check(size, limit)
        if not stream.eof:
            raise ValueError(f"a chunk ends after {size:,} bytes of content: it is truncated")
        data = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _crc32c(data: bytes, configuration: Configuration, _: int) -> bytes:
    if configuration.get("location", "end") != "end":
        raise Unreadable("codec 'crc32c' in front of the data is not decoded here")
    return check_crc32c(data)


_EXPANDING: dict[str, Callable[[bytes, Configuration, int], Buffer]] = {
    "blosc": _blosc,
    "zstd": _zstd,
    "lz4": _lz4,
    "zlib": _zlib,
    "gzip": _gzip,
    "bz2": _bz2,
    "lzma": _lzma,
    "crc32c": _crc32c,
}
