"""An array as an image: its axes in OME-Zarr's order, its elements such as viewers can draw.

Booleans become uint8, float16 becomes float32, complex numbers become their magnitude, numbers of a palette
become its colours, and integers have a sign if ``_Unsigned`` says so. All else is the array itself, every
band of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...core.chunks import seen_through
from ...core.dtypes import Block, DType
from ...core.errors import Unreadable
from ...core.grid import Region
from ...core.meant import as_meant
from ...core.nodes import Array
from ...preview.colours import are_colours, are_inks, in_colours
from .axes import ORDER, letters_of

_OF_VALUES = ("_FillValue", "missing_value", "scale_factor", "add_offset", "units", "long_name")

Change = Callable[[Block], Block]


def value_attributes(array: Array) -> dict[str, Any]:
    """The attributes that tell what the elements mean, and so hold for every level."""
    return {name: array.attributes[name] for name in _OF_VALUES if name in array.attributes}


@dataclass(frozen=True, eq=False)
class Image:
    """An array as an image, and as it is; the dimension names of an image are the letters of its axes.

    Attributes
    ----------
    letters
        Those of the axes of `source`, in their order there.
    """

    array: Array
    source: Array
    letters: str


def image_of(array: Array, letters: str = "") -> Image:
    """The array as an image.

    Parameters
    ----------
    letters
        One for each axis; "" for those that its names or places tell.

    Raises
    ------
    Unreadable
        If it is no image: of text, times or structures, without elements, of one axis or of six.
    """
    if array.unreadable:
        raise Unreadable(array.unreadable)
    array = as_meant(array)
    array = array if letters else in_colours(array)
    dtype, change = _drawable(array)
    letters = letters or letters_of(array)
    if 0 in array.shape:
        raise Unreadable(f"an array of shape {array.shape} has no pixels to be seen as an image")
    order = sorted(range(len(letters)), key=lambda axis: ORDER.index(letters[axis]))
    names = tuple(letters[axis] for axis in order)
    if order == list(range(len(order))) and change is None:
        return Image(replace(array, dimension_names=names, parts=None), array, letters)
    inverse = np.argsort(order)

    def turned(block: Block, _: Region) -> Block:
        return (block if change is None else change(block)).transpose(order)

    image = seen_through(
        array, turned, lambda region: tuple(region[axis] for axis in inverse),
        shape=tuple(array.shape[axis] for axis in order),
        dtype=dtype,
        chunk_shape=tuple(array.chunk_shape[axis] for axis in order),
        fill_value=array.fill_value if change is None else None,
        dimension_names=names,
        attributes=array.attributes if change is None else _unmarked(array),
    )  # fmt: skip
    return Image(image, array, letters)


def is_coloured(image: Image) -> bool:
    """Whether the first channels of an image are red, green and blue."""
    array, letters = image.source, image.letters
    if "c" not in letters or array.dtype.str[1:] not in ("u1", "u2"):
        return False
    is_told = "channel_names" in array.attributes or array.attributes.get("photometric") == "rgb"
    is_last = letters[-1] == "c" and len(letters) > 2
    return (is_last or is_told) and are_colours(array, array.shape[letters.index("c")])


def has_inks(image: Image) -> bool:
    """Whether the first channels of an image are cyan, magenta, yellow and black."""
    array, letters = image.source, image.letters
    return "c" in letters and are_inks(array, array.shape[letters.index("c")])


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


def _unmarked(array: Array) -> dict[str, Any]:
    return {name: value for name, value in array.attributes.items() if name != "_FillValue"}
