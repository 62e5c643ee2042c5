"""A fingerprint of a bounded part of the values in memory, which shows that they changed in place.

Fingerprints take time from the user's own code, since one thread runs Python at a time. So each reads at
most a mebibyte; of a larger array, whole rows at equal distances. A write between these rows stays unseen
unless the user calls `Published.touch`. Values that are not in memory, or must be computed, are not read.
"""

import itertools
import math
from zlib import crc32

import numpy as np

from ..core.errors import ServeError
from ..core.grid import Region
from ..core.nodes import Array, Group, Node
from ..core.walk import members

MOST_BYTES = 1 << 20
_MOST_MEMBERS = 32  # arrays of a group
_MOST_TEXTS = 1000  # elements without a fixed size


def fingerprint(node: Node, most_bytes: int = MOST_BYTES) -> int:
    """A checksum of the values of an array, or of the first arrays of a group; 0 if none can be read.

    Parameters
    ----------
    most_bytes
        The most bytes to read.
    """
    if isinstance(node, Array):
        return _of_array(node, most_bytes)
    arrays = [
        child for _, child in itertools.islice(members(node), _MOST_MEMBERS) if isinstance(child, Array)
    ]
    found = 0
    for array in arrays:
        found = crc32(_of_array(array, most_bytes // len(arrays)).to_bytes(4, "little"), found)
    return found


def _of_array(array: Array, most_bytes: int) -> int:
    reading = array.reading
    is_in_memory = reading.sample is not None and reading.cost is None
    if reading.sample is None or not is_in_memory or not math.prod((*array.shape, array.dtype.itemsize)):
        return 0
    if array.dtype.kind in "OT":
        few = math.prod(array.shape) <= _MOST_TEXTS
        whole = tuple(slice(0, length, 1) for length in array.shape)
        return crc32(repr(reading.sample(whole).tolist()).encode("utf-8", "replace")) if few else 0
    block = reading.sample(sampled(array.shape, max(1, most_bytes // array.dtype.itemsize)))
    return crc32(np.ascontiguousarray(block).reshape(-1).view(np.uint8).data)


def sampled(shape: tuple[int, ...], most: int) -> Region:
    """The region, with steps, of at most `most` elements of an array: the last axes are read whole.

    Examples
    --------
    >>> sampled((100, 10), 1000), sampled((100, 10), 500)
    ((slice(0, 100, 1), slice(0, 10, 1)), (slice(0, 100, 2), slice(0, 10, 1)))
    """
    steps = [1] * len(shape)
    for axis in range(len(shape)):
        count = math.prod(-(-length // step) for length, step in zip(shape, steps, strict=True))
        if count <= most:
            break
        steps[axis] = min(shape[axis], -(-count // most))
    return tuple(slice(0, length, step) for length, step in zip(shape, steps, strict=True))


def fingerprint_or_none(node: Group | Array) -> int | None:
    """The fingerprint of a node; None if its values cannot be read now."""
    try:
        return fingerprint(node)
    except ServeError:
        return None
