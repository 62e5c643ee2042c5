"""The drawn view: images as `ome` shows them, in types that every viewer draws.

Viewers draw by graphics processors, whose numbers have 32 bits: neuroglancer draws neither float64, int64
nor int8, and vizarr takes int64 for uint32. Here they are float32, rounded; what is finite stays finite, as
vizarr draws nothing of an image with an infinity. Nor do they know inks, or numbers whose 0 is white: here
these are light, see `preview.light`. All else is as `ome` has it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from ..core.children import Seen
from ..core.chunks import seen_through
from ..core.codecs import portable_codecs
from ..core.dtypes import Block, DType
from ..core.known_names import DRAWN
from ..core.nodes import Array, Group, Node
from ..preview.light import in_light
from .ome import ome

_NARROW: DType = np.dtype("<f4")
_AS_THEY_ARE = {"|u1", "<u2", "<i2", "<u4", "<i4", _NARROW.str}


def drawn(node: Node) -> Node:
    """The node as other viewers draw it.

    Raises
    ------
    Unreadable
        If it is an array that is no image.
    """
    return _narrowed(ome(_lit(node)))


def _lit(node: Node) -> Node:
    if isinstance(node, Group):
        return replace(node, children=Seen(node.children, lambda _, child: _lit(child)))
    return in_light(node)


def _narrowed(node: Node) -> Node:
    if isinstance(node, Group):
        return replace(node, children=Seen(node.children, lambda _, child: _narrowed(child)))
    return node if node.dtype.str in _AS_THEY_ARE else _array(node)


def _array(array: Array) -> Array:
    return seen_through(
        array, lambda block, _: _narrow(block),
        dtype=_NARROW,
        fill_value=None,
        attributes=_attributes(array),
        codecs=portable_codecs(array.codecs),
        version=None if array.version is None else f"{array.version} {DRAWN}",
    )  # fmt: skip


def _narrow(block: Block) -> Block:
    with np.errstate(over="ignore"):
        narrow = block.astype(_NARROW)
    beyond = np.isinf(narrow) & np.isfinite(block)
    return np.where(beyond, np.copysign(np.finfo(_NARROW).max, narrow), narrow) if beyond.any() else narrow


def _attributes(array: Array) -> dict[str, Any]:
    """Those of the array; the mark of missing values as it is after rounding."""
    mark = array.missing_mark
    return {**array.attributes, **({} if mark is None else {"_FillValue": _narrow(np.asarray(mark))[()]})}
