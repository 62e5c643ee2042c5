"""An array as an image: its axes in OME-Zarr's order, its elements such as viewers can draw.

Booleans become uint8, float16 becomes float32, complex numbers become their magnitude. An alpha channel
is left out. All else is the array itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...core.chunks import converted
from ...core.dtypes import Block, DType
from ...core.errors import Unreadable
from ...core.grid import Region
from ...core.nodes import Array, Read
from .axes import ORDER, letters_of

_OF_VALUES = ("_FillValue", "missing_value", "scale_factor", "add_offset", "units", "long_name")
_ALPHA = 4  # channels of colours with one

Change = Callable[[Block], Block]


def value_attributes(array: Array) -> dict[str, Any]:
    """The attributes that tell what the elements mean, and so hold for every level."""
    return {name: array.attributes[name] for name in _OF_VALUES if name in array.attributes}


@dataclass(frozen=True, eq=False)
class Image:
    """An array as an image, and as it is; the dimension names of an image are the letters of its axes."""

    array: Array
    source: Array


def image_of(array: Array) -> Image:
    """The array as an image.

    Raises
    ------
    Unreadable
        When it is no image: of text, times or structures, without elements, of one axis or of six.
    """
    dtype, change = _drawable(array)
    letters = letters_of(array)
    if 0 in array.shape:
        raise Unreadable(f"an array of shape {array.shape} has no pixels to be seen as an image")
    order = sorted(range(len(letters)), key=lambda axis: ORDER.index(letters[axis]))
    names = tuple(letters[axis] for axis in order)
    has_alpha = _has_alpha(array, letters)
    if order == list(range(len(order))) and change is None and not has_alpha:
        return Image(replace(array, dimension_names=names, parts=None), array)
    lengths = list(array.shape)
    if has_alpha:
        lengths[letters.index("c")] -= 1
    sample = None if array.sample is None else _seen(array.sample, array.dtype, order, change)
    image = replace(
        array,
        shape=tuple(lengths[axis] for axis in order),
        dtype=dtype,
        chunk_shape=tuple(array.chunk_shape[axis] for axis in order),
        read=_seen(array.read, array.dtype, order, change),
        fill_value=array.fill_value if change is None else None,
        dimension_names=names,
        attributes=array.attributes if change is None else _unmarked(array),
        stored={},
        parts=None,
        sample=sample,
        sample_bytes=None if array.sample_bytes is None else _turned(array.sample_bytes, order),
    )
    return Image(image, array)


def _turned(cost: Callable[[Region], int], order: Sequence[int]) -> Callable[[Region], int]:
    """The cost of a region of the image, by that of one of the array."""
    inverse = np.argsort(order)
    return lambda region: cost(tuple(region[axis] for axis in inverse))


def is_coloured(image: Image) -> bool:
    """Whether the channels of an image are red, green and blue."""
    array = image.source
    names = array.attributes.get("channel_names")
    told = names is None or [str(name) for name in names][:3] == ["R", "G", "B"]
    is_last = len(array.shape) > 2 and letters_of(array)[-1] == "c"
    if not is_last or image.array.dimension_names is None:
        return False
    lengths = dict(zip(image.array.dimension_names, image.array.shape, strict=True))
    return lengths["c"] == 3 and array.dtype.str[1:] in ("u1", "u2") and told


def _drawable(array: Array) -> tuple[DType, Change | None]:
    """The dtype that is served, and what makes it of the array's."""
    dtype = array.dtype
    if dtype.kind in "iu" or (dtype.kind == "f" and dtype.itemsize > 2):
        return dtype, None
    if dtype.kind == "b":
        return np.dtype("u1"), lambda block: block.view("u1")
    if dtype.kind == "f":
        return np.dtype("<f4"), lambda block: block.astype("<f4")
    if dtype.kind == "c":
        return np.dtype(f"<f{dtype.itemsize // 2}"), np.abs
    raise Unreadable(f"elements of {dtype} are no pixels; read the array itself, without ome/")


def _has_alpha(array: Array, letters: str) -> bool:
    """Whether the last of the channels, which vary fastest, says how opaque a pixel is."""
    names = array.attributes.get("channel_names")
    if letters[-1] != "c":
        return False
    if isinstance(names, Sequence) and len(names) == array.shape[-1]:
        return str(names[-1]) == "A"
    return array.shape[-1] == _ALPHA and array.dtype.str[1:] in ("u1", "u2")


def _unmarked(array: Array) -> dict[str, Any]:
    return {name: value for name, value in array.attributes.items() if name != "_FillValue"}


def _seen(read: Read, dtype: DType, order: Sequence[int], change: Change | None) -> Read:
    """What reads a region of the image by one of the array."""
    inverse = np.argsort(order)

    def read_image(region: Region) -> Block:
        block = converted(np.asarray(read(tuple(region[axis] for axis in inverse))), dtype)
        return (block if change is None else change(block)).transpose(order)

    return read_image
