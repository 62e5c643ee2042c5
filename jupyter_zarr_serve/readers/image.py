"""PNG and JPEG by Pillow, served as Pillow decodes them.

Gray images have the axes (y, x), all others (y, x, c). The pixels of a palette are numbers, as in TIFF, and
the attribute ``palette`` has its colours. Neither format can be decoded in parts: an image is decoded whole
for its first chunk and kept for the others.
Pillow would cut colours of 16 bits to 8; imagecodecs decodes those.
"""

import importlib.util
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from ..adapters.pillow_modes import layout_of, served_mode
from ..core.dtypes import Block, sealed
from ..core.errors import MissingLibrary, Unreadable
from ..core.grid import Region, chunk_shape_for
from ..core.memory import Share, blocks
from ..core.nodes import Array, Policy, make_array
from ..core.reading import Reading
from .files import open_binary, size_of

_KINDS: dict[bytes, type[ImageFile]] = {b"\x89PNG\r\n\x1a\n": PngImageFile, b"\xff\xd8": JpegImageFile}


@dataclass(frozen=True)
class Picture:
    """What an image's header says: the mode to serve it in, its pixels, attributes for people."""

    mode: str
    dtype: str
    shape: tuple[int, ...]
    deep: bool
    attributes: Mapping[str, Any]


def read(path: Path, policy: Policy) -> Array:
    """The array of an image file; only its header is read.

    Raises
    ------
    Unreadable
        If it is neither PNG nor JPEG, too large, or of a mode without an equivalent.
    MissingLibrary
        If it has 16 bits per colour and imagecodecs is not installed.
    """
    picture = _header(path)
    if picture.deep and importlib.util.find_spec("imagecodecs") is None:
        raise MissingLibrary(f"{path.name} has 16 bits per colour", "tiff")
    _check_size(picture, path, policy)
    decoded: Share[Block] = blocks("image")

    def read_region(region: Region) -> Block:
        return decoded.made(0, lambda: sealed(_decode(path, picture)))[region]

    return make_array(
        picture.shape, np.dtype(picture.dtype), Reading(read_region, is_decoding=True), policy,
        chunk_shape=_chunks(picture, policy),
        dimension_names=("y", "x", "c")[: len(picture.shape)],
        attributes=picture.attributes,
    )  # fmt: skip


def _open(file: Any, name: str) -> ImageFile:
    """The image in a file, by its first bytes; the classes themselves neither warn of bombs nor guess."""
    start = file.read(8)
    file.seek(0)
    for magic, kind in _KINDS.items():
        if start.startswith(magic):
            return kind(file, name)
    raise Unreadable(f"{name}: it is neither PNG nor JPEG, it begins with {start!r}; convert it")


def _header(path: Path) -> Picture:
    with open_binary(path) as file:
        image = _open(file, path.name)
        deep = _deep_mode(file) if isinstance(image, PngImageFile) else None
        mode = deep or served_mode(image, path.name)
        dtype, shape, attributes = layout_of(image, mode)
        return Picture(mode, "u2" if deep else dtype, shape, bool(deep), attributes)


def _deep_mode(file: Any) -> str | None:
    """The mode of a PNG with several channels of 16 bits (PNG specification, 11.2.1); else None."""
    file.seek(24)
    depth, colour = struct.unpack("2B", file.read(2))
    return {2: "RGB", 4: "LA", 6: "RGBA"}.get(colour) if depth == 16 else None


def _check_size(picture: Picture, path: Path, policy: Policy) -> None:
    raw = math.prod(picture.shape) * np.dtype(picture.dtype).itemsize
    pixels, most = math.prod(picture.shape[:2]), 2 * (Image.MAX_IMAGE_PIXELS or math.inf)
    if max(raw, size_of(path)) > policy.limit_bytes or pixels > most:
        raise Unreadable(
            f"{path.name}: the image takes {raw:,} bytes decoded ({pixels:,} pixels), more than is "
            "allowed; store it as a tiled TIFF or as Zarr, or raise c.ZarrServeApp.chunk_limit_bytes"
        )


def _chunks(picture: Picture, policy: Policy) -> tuple[int, ...]:
    """The whole of a small image, squares with all channels of a larger one."""
    y, x, *channels = picture.shape
    pixel = math.prod(channels) * np.dtype(picture.dtype).itemsize
    if y * x * pixel <= policy.target_bytes:
        return picture.shape
    return (*chunk_shape_for((y, x), pixel, policy.target_bytes, layout="tile"), *channels)


def _decode(path: Path, picture: Picture) -> Block:
    with open_binary(path) as file:
        if picture.deep:
            block = _decode_deep(file.read())
        else:
            image = _open(file, path.name)
            block = np.asarray(image if image.mode == picture.mode else image.convert(picture.mode))
    if block.shape != picture.shape:
        raise Unreadable(f"{path.name}: decodes to the shape {block.shape}, not {picture.shape} as it says")
    return block


def _decode_deep(data: bytes) -> Block:
    import imagecodecs

    block: Block = imagecodecs.png_decode(data)
    return block
