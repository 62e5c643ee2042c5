"""Rows of an array as plain bytes, of many chunks at once: for programs beside a kernel, past the server.

Nothing is cut into chunks and nothing is compressed: both cost more than the way between two processes of
one machine. The client names the shape and dtype that it knows of, as it decodes by them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from ..core.chunks import read_region
from ..core.dtypes import pack
from ..core.errors import Replaced, Unreadable
from ..core.grid import region_shape
from ..core.nodes import Array
from ..core.stored import Blob
from ..core.walk import Found
from .representation import Representation, Spent
from .request import BINARY, MEMORY, VALUES, Request

KINDS = "?biufcmMSU"  # of dtypes whose elements have one length and one spelling
MOST = 1 << 28  # bytes of one answer


def rows_of(found: Found, request: Request) -> Representation:
    """The rows from the option ``start`` to ``stop``, little-endian and in C order.

    Raises
    ------
    Replaced
        If the array is not of the ``shape`` and ``dtype`` that the client knows.
    Unreadable
        If it has no such bytes, or there are too many; its chunks can be read.
    """
    options, array, name = dict(request.options), found.node, "/".join(found.names)
    known = options.get("shape"), options.get("dtype")
    if not isinstance(array, Array) or found.key or array_told(array.shape, array.dtype) != known:
        raise Replaced(f"{name}: was replaced by data of another shape or type; open it anew")
    start, stop = _number(options, "start"), _number(options, "stop")
    if array.dtype.kind not in KINDS or not array.shape or not 0 <= start < stop <= array.shape[0]:
        raise Unreadable(f"{name}: has no such rows as plain bytes; read its chunks")
    region = (slice(start, stop), *(slice(0, length) for length in array.shape[1:]))
    size = math.prod(region_shape(region)) * array.dtype.itemsize
    if size > MOST:
        raise Unreadable(f"{name}: {size:,} bytes are too many for one answer; ask for fewer rows")

    def make(_: Spent) -> Blob:
        block = pack(read_region(array, region))
        if array.version is None and (MEMORY, 1) not in request.options:
            block = block.copy()  # what is sent must not change on its way
        body = block.data
        return Blob(size, lambda start, stop: cast("bytes", body[start:stop]), is_stored=False)

    return Representation(name, BINARY, make, etag="", form=VALUES)


def array_told(shape: Sequence[int], dtype: np.dtype[Any]) -> tuple[str, str]:
    """A shape and a dtype as options of a request."""
    return ",".join(map(str, shape)), dtype.str


def _number(options: Mapping[str, int | str], name: str) -> int:
    value = options.get(name)
    if not isinstance(value, int):
        raise Unreadable(f"{name}: must be a number, not {value!r}")
    return value
