"""Pillow's images in memory, as those in PNG files: gray has the axes (y, x), all else (y, x, c)."""

from typing import Any

import numpy as np
from PIL.Image import Image

from ..core.dtypes import Block
from ..core.errors import Replaced, Unreadable
from ..core.grid import Region
from ..core.nodes import Node, Policy, make_array
from .pillow_modes import layout_of, served_mode


def adapt(image: Any, policy: Policy) -> Node:
    """The array of an image, in its own mode; the pixels of a palette are numbers.

    Raises
    ------
    Unreadable
        If it is no image, or of a mode that has no equivalent.
    """
    if not isinstance(image, Image):
        raise Unreadable(f"PIL {type(image).__qualname__}: not an image; publish an image instead")
    mode = served_mode(image, "an image of Pillow")
    dtype, shape, attributes = layout_of(image, mode)

    def read(region: Region) -> Block:
        block = np.asarray(image if image.mode == mode else image.convert(mode))
        if block.shape != shape or block.dtype != np.dtype(dtype):
            raise Replaced(f"the image has {image.size} pixels of mode {image.mode} now; open it anew")
        return block[region]

    return make_array(
        shape, np.dtype(dtype), read, policy,
        dimension_names=("y", "x", "c")[: len(shape)], attributes=attributes,
    )  # fmt: skip
