"""How bright an image is: the range of its values, and the part of it that shows something.

It is told by a sample where that is cheap, else by the values in the middle of a file's image, else it
is not told: viewers then look at the smallest level.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from ...core.chunks import read_as
from ...core.dtypes import Block
from ...core.grid import Region
from ...preview.colours import greatest
from .image import has_inks, is_coloured
from .levels import Pyramid
from .tiles import Tiles

_SAMPLES = 256  # along each axis of a plane, at most
_MIDDLE = 512  # pixels in height and width that are read of a file
_MOST_READ = 1 << 24  # bytes that chunks may have to be read for it
_FEW, _NEARLY_ALL = 0.1, 99.9  # percentiles


@dataclass(frozen=True)
class Window:
    """The values of a channel: all of them, and, from `start` to `end`, those worth seeing."""

    least: float
    most: float
    start: float
    end: float


def windows_of(pyramid: Pyramid) -> list[Window] | None:
    """The window of each channel; None where that cannot be told without reading much."""
    image = pyramid.stored[0]
    array = image.array
    letters = array.dimension_names or ()
    count = array.shape[letters.index("c")] if "c" in letters else 1
    is_byte = array.dtype == np.uint8 and image.source.dtype == np.uint8
    if is_byte or is_coloured(image) or has_inks(image):
        most = float(greatest(image.source))
        return [Window(0.0, most, 0.0, most)] * count
    if image.source.dtype.kind == "b":
        return [Window(0.0, 1.0, 0.0, 1.0)] * count
    windows = [_window(_values(pyramid, channel)) for channel in range(count)]
    known = [window for window in windows if window is not None]
    return known if len(known) == count else None


def _values(pyramid: Pyramid, channel: int) -> Block | None:
    """Some values of a channel; None where they would be costly."""
    image = pyramid.stored[0]
    if image.array.reading.sample is not None:
        region = _place(image.array.shape, image.array.dimension_names, channel, _SAMPLES)
        return read_as(image.array.dtype, image.array.reading.sample, region)
    smallest = pyramid.stored[-1]
    array = smallest.array
    chunk = math.prod(array.chunk_shape) * array.dtype.itemsize
    if array.version is None or chunk > _MOST_READ:
        return None
    region = _place(array.shape, array.dimension_names, channel, None)
    return Tiles(smallest, "", pyramid.side).read(region)


def _place(
    shape: tuple[int, ...], letters: tuple[str | None, ...] | None, channel: int, samples: int | None
) -> Region:
    """The middle plane of a channel: every so many pixels of it, or the middle of it."""
    region: list[slice] = []
    for letter, length in itertools.zip_longest(letters or (), shape):
        if letter == "c":
            region.append(slice(channel, channel + 1))
        elif letter not in {"y", "x"}:
            region.append(slice(length // 2, length // 2 + 1))
        elif samples is not None:
            region.append(slice(0, length, max(1, -(-length // samples))))
        else:
            start = max(0, length - _MIDDLE) // 2
            region.append(slice(start, min(length, start + _MIDDLE)))
    return tuple(region)


def _window(values: Block | None) -> Window | None:
    if values is None:
        return None
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values.reshape(-1)
    if finite.size == 0:
        return None
    start, end = (float(value) for value in np.percentile(finite, (_FEW, _NEARLY_ALL)))
    least, most = float(finite.min()), float(finite.max())
    if end <= start:
        end = start + 1.0
    return Window(least, max(most, end), start, end)
