"""Export to TIFF: images of two axes, colours, and stacks, as tifffile writes them; not compressed.

References
----------
https://github.com/cgohlke/tifffile
"""

import math
from typing import Any

from ..core import limits
from ..core.errors import BadRequest, MissingLibrary, Unreadable
from ..core.meant import as_meant
from ..core.nodes import Array, Node
from ..preview.colours import INKS, are_inks, has_bands_last, is_colour, is_inverted
from .asked import Asked
from .csv_text import refused_columns
from .pieces import Export, flat, joined
from .selection import Selection, selected
from .sparse_file import SparseFile, filled

_KINDS = "biufc"
_CLASSIC = 4_000_000_000  # bytes of a file whose offsets have 32 bits
_AXES = "QQQQQQQQZYX"


def tiff(node: Node, asked: Asked) -> Export:
    """The file of a region of an array of numbers: a page for each image of its last axes.

    Raises
    ------
    BadRequest
        If it is no array, or the region is none of it.
    Unreadable
        If TIFF cannot hold it.
    """
    try:
        import tifffile
    except ImportError as error:
        raise MissingLibrary("tiff", "tiff") from error
    if not isinstance(node, Array):
        raise BadRequest("tiff: holds one array; name one, or export this as netcdf or zarr.zip")
    refused_columns(asked, "tiff")
    node = as_meant(node)
    selection = selected(node.shape, asked.region)
    shape = selection.shape
    if node.dtype.kind not in _KINDS or node.dtype.itemsize > 16:
        raise Unreadable(f"tiff: holds no elements of {node.dtype}; export npy, json or csv")
    if len(shape) < 2 or 0 in shape:
        raise Unreadable(f"tiff: holds images, and {shape} is none; export npy or csv")
    photometric = _photometric(node, selection)
    has_bands = photometric in {"rgb", "separated"}
    pages = math.prod(shape[: -3 if has_bands else -2])
    if pages > limits.PAGES or max(shape) >= 1 << 31:
        raise Unreadable(
            f"tiff: {pages:,} pages or {max(shape):,} pixels are too many; export npy or zarr.zip"
        )
    if len(shape) > len(_AXES):
        raise Unreadable(
            f"tiff: holds no {len(shape)} axes; choose an index of some by region=, or export npy"
        )
    axes = _AXES[len(_AXES) + 1 - len(shape) :] + "S" if has_bands else _AXES[-len(shape) :]
    dtype = "u1" if node.dtype.kind == "b" else node.dtype.str
    file: Any = SparseFile()
    told: Any = tifffile.imwrite(
        file, shape=shape, dtype=dtype, byteorder="<", returnoffset=True,
        bigtiff=math.prod(shape) * node.dtype.itemsize + pages * 1000 > _CLASSIC,
        photometric=photometric, planarconfig="contig" if has_bands else None,
        metadata={"axes": axes},
    )  # fmt: skip
    return Export(joined(filled(file, [(told[0], flat(node, selection.region))])), (node,), (selection,))


def _photometric(node: Array, selection: Selection) -> str:
    """What pixels are, as TIFF calls it: colours or inks along the last axis, or grey."""
    count = selection.shape[-1] if selection.axes[-1] == len(node.shape) - 1 else 0
    if has_bands_last(node) and count == len(INKS) and are_inks(node, node.shape[-1]):
        return "separated"
    if is_colour(node) and count in {3, 4}:
        return "rgb"
    return "miniswhite" if is_inverted(node) else "minisblack"
