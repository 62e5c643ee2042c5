"""Compression in TIFF: what can be decoded, and limits for what decodes to more than it claims.

Byte codecs are given the size of their output by tifffile and stop there. Image codecs (JPEG and its
kind) bring dimensions of their own, which are looked at before they are trusted.
"""

import importlib.util
import math
import struct
from collections.abc import Callable

import tifffile

from ...core.errors import Unreadable

Size = tuple[int, ...]


def check_codec(key: tifffile.TiffPage) -> None:
    """Look whether pages like `key` can be decoded.

    Raises
    ------
    Unreadable
        If the compression, predictor or packing of bits is unknown or lacks its library.
    """
    name = getattr(key.compression, "name", f"number {int(key.compression)}")
    packed = key.dtype is not None and key.bitspersample != 8 * key.dtype.itemsize
    if (int(key.compression) != 1 or packed) and importlib.util.find_spec("imagecodecs") is None:
        raise Unreadable(f"decoding its pixels ({name}) needs a library; run: pip install imagecodecs")
    try:
        key.decode(None, 0)
    except (NotImplementedError, ValueError) as error:
        raise Unreadable(
            f"its pixels cannot be decoded: compression {name}, {error}; store it anew with deflate or zstd"
        ) from error


def check_header(compression: int, data: bytes, limit: int) -> None:
    """Look at the dimensions that an encoded image claims.

    Raises
    ------
    Unreadable
        If it would take more than `limit` bytes.
    """
    dimensions = _DIMENSIONS.get(compression)
    size = math.prod(dimensions(data) or (0,)) if dimensions else 0
    if size > limit:
        raise Unreadable(f"an encoded tile claims {size:,} bytes, more than the {limit:,} allowed")


def jpeg_dimensions(data: bytes) -> Size | None:
    """Bytes per sample, length, width and samples of a JPEG stream (ITU T.81, B.2.2)."""
    at = 2
    while at + 10 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            bits, length, width, samples = struct.unpack_from(">BHHB", data, at + 4)
            return (-(-bits // 8), length, width, samples)
        at += 1 if marker == 0xFF else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _jpeg2000_dimensions(data: bytes) -> Size | None:
    """Bytes per sample, length, width and samples of a JPEG 2000 codestream (ITU T.800, A.5.1)."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or at + 43 > len(data):
        return None
    width, length, left, top = struct.unpack_from(">4I", data, at + 8)
    samples, bits = struct.unpack_from(">HB", data, at + 40)
    return (-(-((bits & 0x7F) + 1) // 8), max(0, length - top), max(0, width - left), samples)


def _png_dimensions(data: bytes) -> Size | None:
    """Length, width and at most eight bytes per pixel of a PNG (its IHDR chunk)."""
    return (8, *struct.unpack_from(">2I", data, 16)) if len(data) >= 24 else None


_DIMENSIONS: dict[int, Callable[[bytes], Size | None]] = {
    **dict.fromkeys((6, 7, 33007, 34892), jpeg_dimensions),
    **dict.fromkeys((33003, 33004, 33005, 34712), _jpeg2000_dimensions),
    34933: _png_dimensions,
}
