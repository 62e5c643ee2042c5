"""The small picture of a node in a listing; only of what costs little to read, and computes nothing.

Of an array in memory or in a plain file these are pixels all over it. Of one in chunks its whole plane must
lie in few of them, and they must be stored as they are: what dask, say, would have to compute has no icon.
An image at several resolutions has the picture of its smallest level.
"""

import math
from collections.abc import Mapping
from typing import Any

from ..core.dtypes import element_size
from ..core.errors import ServeError, Unreadable
from ..core.nodes import Array, Group, Node
from ..core.walk import child_of
from .called import levels_of
from .colours import has_bands_last
from .thumbnail import can_be_drawn, drawn_axes, thumbnail

SIDE = 64  # pixels at most
ICON_BYTES = 4 << 20  # that are read or decoded for one
_MOST_CHUNKS = 64

NO_ICON = "there is no small picture of this: it is no image, or it would take long; ask for form=image"


def pictured(node: Node) -> Array | None:
    """The array whose picture a node has; None if it has none."""
    if isinstance(node, Array):
        return node if _is_cheap(node) else None
    name = _smallest(node)
    if not name:
        return None
    try:
        level = child_of(node, name, "")
    except ServeError:
        return None
    return level if isinstance(level, Array) and _is_cheap(level) else None


def icon(node: Node) -> bytes:
    """The picture, as PNG.

    Raises
    ------
    Unreadable
        If there is none.
    Exception
        Whatever reading raises.
    """
    array = pictured(node)
    if array is None:
        raise Unreadable(NO_ICON)
    return thumbnail(array, SIDE, ICON_BYTES)


def _smallest(group: Group) -> str:
    """The name of the smallest level of an image; "" of other groups."""
    attributes: Mapping[str, Any] = group.attributes
    names = group.levels or levels_of(dict(attributes))
    return str(names[-1]) if names and isinstance(names[-1], str) and "/" not in names[-1] else ""


def _is_cheap(array: Array) -> bool:
    if not can_be_drawn(array) or array.unreadable:
        return False
    if array.reading.sample is not None:
        return True
    if not (array.stored or array.reading.is_decoding):
        return False
    shapes = [array.chunk_shape, *(stored.chunk_shape or () for stored in array.stored.values())]
    return all(_is_cheap_in(array, shape) for shape in shapes if shape)


def _is_cheap_in(array: Array, chunk_shape: tuple[int, ...]) -> bool:
    """Whether the first plane lies in few small chunks of a shape."""
    axes = set(drawn_axes(array)) | ({len(array.shape) - 1} if has_bands_last(array) else set())
    counts = [
        -(-length // chunk) if axis in axes else 1
        for axis, (length, chunk) in enumerate(zip(array.shape, chunk_shape, strict=True))
    ]
    count = math.prod(counts)
    return (
        count <= _MOST_CHUNKS and count * math.prod(chunk_shape) * element_size(array.dtype) <= ICON_BYTES
    )
