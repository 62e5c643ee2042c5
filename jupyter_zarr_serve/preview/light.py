"""Bands as they look: inks as red, green and blue, and numbers whose 0 is white the other way round.

For those who draw numbers as light, whatever they are of. Nothing is lost: inks follow their colours.

References
----------
TIFF 6.0, section 16 (CMYK), and PhotometricInterpretation
"""

from typing import Any

import numpy as np

from ..core.chunks import seen_through
from ..core.derived import Derived
from ..core.dtypes import Block
from ..core.grid import Region
from ..core.nodes import Array
from .colours import BAND_AXES, RGB, are_inks, band_names, extras_of, greatest, has_bands_last, is_inverted

_LIT: Derived[Array] = Derived()
_GREY = "minisblack"


def in_light(array: Array) -> Array:
    """The array whose numbers are light; itself if they are already."""
    axis = band_axis(array)
    is_printed = axis is not None and are_inks(array, array.shape[axis])
    return _LIT.of(array, _lit) if is_printed or is_inverted(array) else array


def band_axis(array: Array) -> int | None:
    """The axis of the bands of pixels; None where there is none."""
    if has_bands_last(array):
        return len(array.shape) - 1
    names = array.dimension_names or ()
    found = [axis for axis, name in enumerate(names) if name and name.lower() in BAND_AXES]
    return found[0] if found else None


def _lit(array: Array) -> Array:
    axis = band_axis(array)
    if axis is None or not are_inks(array, array.shape[axis]):
        return _inverted(array, axis)
    count = len(RGB) + array.shape[axis]
    names, most = [*RGB, *band_names(array)], greatest(array)

    def convert(block: Block, region: Region) -> Block:
        inks = np.moveaxis(block, axis, -1)
        bands = np.concatenate([_printed(inks, most), inks], -1)[..., region[axis]]
        return np.moveaxis(bands, -1, axis)

    def source(region: Region) -> Region:
        return (*region[:axis], slice(0, array.shape[axis]), *region[axis + 1 :])

    return seen_through(
        array, convert, source,
        shape=_with(array.shape, axis, count),
        chunk_shape=_with(array.chunk_shape, axis, count),
        attributes={**array.attributes, "photometric": "rgb", "channel_names": names},
        version=_marked(array),
    )  # fmt: skip


def _printed(inks: Block, most: int) -> Block:
    """Red, green and blue of paper under inks (..., ink), as Pillow has them."""
    inks = np.minimum(inks, inks.dtype.type(most))
    white = most - inks[..., 3:4].astype("u4")
    taken = (inks[..., :3] * white + most // 2) // most
    light: Block = (white - taken).astype(inks.dtype)
    return light


def _inverted(array: Array, axis: int | None) -> Array:
    """Whole numbers keep their range, all others change their sign."""
    kept = 0 if axis is None else extras_of(array)
    most = greatest(array) if array.dtype.kind == "u" else 0

    def convert(block: Block, region: Region) -> Block:
        other: Block = _other(block, most)
        if axis is None or not kept:
            return other
        band = np.arange(array.shape[axis])[region[axis]]
        is_grey = (band < array.shape[axis] - kept).reshape(-1, *[1] * (block.ndim - axis - 1))
        return np.where(is_grey, other, block)

    mark = array.missing_mark
    marked = {} if mark is None else {"_FillValue": _other(mark, most)}
    return seen_through(
        array, convert,
        fill_value=None,
        attributes={**array.attributes, "photometric": _GREY, **marked},
        version=_marked(array),
    )  # fmt: skip


def _other(numbers: Any, most: int) -> Any:
    """Numbers the other way round; those without a sign have `most` for the greatest."""
    if numbers.dtype.kind == "f":
        return -numbers
    if numbers.dtype.kind != "u":
        return ~numbers
    whole = numbers.dtype.type(most)
    return whole - np.minimum(numbers, whole)


def _with(lengths: tuple[int, ...], axis: int, length: int) -> tuple[int, ...]:
    return (*lengths[:axis], length, *lengths[axis + 1 :])


def _marked(array: Array) -> str | None:
    """A version of its own, as other bytes may go under the same path."""
    return None if array.version is None else f"{array.version} lit"
