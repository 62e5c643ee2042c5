"""A picture of the last two axes of an array, or of the pixels whose bands are the last one, as PNG.

References
----------
https://www.w3.org/TR/png-3/
"""

import math
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from ..core.chunks import read_region
from ..core.dtypes import Block, element_size
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.meant import as_meant
from ..core.nodes import Array
from .colours import greatest, has_alpha, has_bands_last, in_colours, is_colour
from .light import in_light
from .sample import LIMIT_BYTES, is_cheap, numbers, picked

SIDE = 256  # pixels at most
_PER_PIXEL = 4  # elements that are read each way for one; of colours half of them
_KINDS = {1: 0, 2: 4, 3: 2, 4: 6}  # number of channels to colour type: grey, with alpha, RGB, with alpha
_CONTRAST = (1, 99)  # percentiles of the values that become black and white


def can_be_drawn(array: Array) -> bool:
    """Whether an array has a picture."""
    plain = array.dtype.names is None and array.dtype.kind in "biufc"
    return plain and len(array.shape) >= 2 and math.prod(array.shape) > 0


def drawn_axes(array: Array) -> tuple[int, int]:
    """The axes that go down and to the right."""
    last = len(array.shape) - (1 if has_bands_last(array) else 0)
    return last - 2, last - 1


def drawn_region(array: Array, side: int = SIDE, most: int = LIMIT_BYTES) -> Region:
    """What is drawn: the first plane or, where that is too large to be read, some pixels all over it.

    Of a source that cannot read single pixels it is the middle.

    Parameters
    ----------
    side
        The pixels of the picture each way.
    most
        The bytes that may be read for single pixels.
    """
    leading, last = drawn_axes(array)
    if array.reading.sample is None:
        return _middle_region(array, leading, last)
    per_pixel = _PER_PIXEL // 2 if has_bands_last(array) else _PER_PIXEL
    least = -(-max(array.shape[leading : last + 1]) // (side * per_pixel))
    step = 1
    while not is_cheap(array, region := _stepping(array, leading, last, step), most):
        step = max(least, step + 1 + step // 4)
    return region


def _stepping(array: Array, leading: int, last: int, step: int) -> Region:
    """The first plane, every `step`-th pixel of it each way."""
    plane = [slice(0, n, step) for n in array.shape[leading : last + 1]]
    return (*[slice(0, 1)] * leading, *plane, *[slice(0, n) for n in array.shape[last + 1 :]])


def _middle_region(array: Array, leading: int, last: int) -> Region:
    colours = [slice(0, n) for n in array.shape[last + 1 :]]
    lengths, chunks = array.shape[leading : last + 1], array.chunk_shape[leading : last + 1]
    size = element_size(array.dtype) * math.prod(array.shape[last + 1 :])
    budget = max(1, LIMIT_BYTES // size)
    height = min(lengths[0], math.isqrt(budget))
    width = min(lengths[1], budget // height)
    sides = min(lengths[0], budget // width), width
    plane = [_middle(*each) for each in zip(lengths, sides, chunks, strict=True)]
    return (*[slice(0, 1)] * leading, *plane, *colours)


def _middle(length: int, side: int, chunk: int) -> slice:
    """The middle of an axis, from the beginning of a chunk on if that does not move it far."""
    start = (length - side) // 2
    if chunk <= side:
        start = start // chunk * chunk
    return slice(start, start + side)


def thumbnail(array: Array, side: int = SIDE, most: int = LIMIT_BYTES) -> bytes:
    """The picture of an array; NaN is transparent.

    Parameters
    ----------
    side, most
        See `drawn_region`.

    Raises
    ------
    Unreadable
        If it has none.
    Exception
        Whatever the array's `read` raises.
    """
    if not can_be_drawn(array):
        raise Unreadable("only arrays of numbers with two axes or more have a picture")
    array = as_meant(array)
    region = drawn_region(array, side, most)
    array = in_light(in_colours(array))
    has_bands = has_bands_last(array)
    planes = region[: len(array.shape) - has_bands]
    region = (*planes, *(slice(0, n) for n in array.shape[len(planes) :]))
    block = read_region(array, region) if array.reading.sample is None else picked(array, region)
    values = numbers(array, block).values.reshape(block.shape[-3 if has_bands else -2 :])
    small = _reduced(values if has_bands else values[..., None], side)
    if is_colour(array):
        opacity = small[..., -1:] if has_alpha(array) else small[..., :0]
        return png(_colours(np.concatenate([small[..., :3], opacity], -1), array))
    return png(_greys(small[..., 0], is_bool=array.dtype.kind == "b"))


def _reduced(values: Block, side: int) -> Block:
    """The mean of equal parts of a plane (y, x, channel); NaN where one has no finite value."""
    height, width = values.shape[:2]
    step = max(1.0, max(height, width) / side)
    is_float = values.dtype.kind == "f"
    if step == 1.0:
        return np.where(np.isfinite(values), values, np.nan) if is_float else values
    finite = np.isfinite(values) if is_float else np.ones((height, width, 1), bool)
    total = np.where(finite, values, 0) if is_float else values
    wide = "f4" if values.dtype.itemsize <= 2 else "f8"
    count = finite.astype("f4")
    for axis, length in enumerate((height, width)):
        parts = max(1, int(length / step))
        starts = np.arange(parts) * length // parts
        total = np.add.reduceat(total, starts, axis, wide)
        count = np.add.reduceat(count, starts, axis)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _greys(values: Block, *, is_bool: bool) -> Block:
    """Values as grey by their contrast, with transparency where there are none: (y, x, 1 or 2)."""
    finite = np.isfinite(values)
    scaled = np.where(finite, values, 0) / 4  # so that differences do not overflow
    shown = scaled[finite]
    low, high = np.percentile(shown, _CONTRAST) if shown.size else (0.0, 0.0)
    if low == high and shown.size:
        low, high = np.min(shown), np.max(shown)
    if is_bool:
        low, high = 0.0, 0.25
    grey = (scaled - low) / (high - low) * 255 if high > low else np.full(values.shape, 127.5)
    grey = np.where(finite, grey, 0).clip(0, 255).astype("u1")
    return np.stack([grey] if finite.all() else [grey, finite.astype("u1") * 255], -1)


def _colours(values: Block, array: Array) -> Block:
    scaled: Block = (values * (255 / greatest(array))).clip(0, 255).astype("u1")
    if array.dtype.itemsize == 1:
        return scaled
    high = max(1.0, float(np.percentile(values[..., :3], _CONTRAST[1])))
    colours = (values[..., :3] / high * 255).clip(0, 255).astype("u1")
    return np.concatenate([colours, scaled[..., 3:]], -1)


def png(pixels: Block) -> bytes:
    """Pixels (y, x, channel) of uint8 as a file: grey, grey and alpha, RGB, or RGB and alpha."""
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), "u1")  # each row begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, _KINDS[channels], 0, 0, 0)
    parts: Sequence[tuple[bytes, bytes]] = [
        (b"IHDR", header),
        (b"IDAT", zlib.compress(rows.tobytes(), 6)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
