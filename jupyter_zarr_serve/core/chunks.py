"""Encoding one chunk: read its region, pad it, convert it, pack it, compress it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from .codecs import Codec
from .dtypes import Block, DType, pack, shuffle_size
from .elements import converted
from .errors import Unreadable
from .grid import Region, region_of, region_shape
from .nodes import Array
from .reading import Read, Reading
from .stored import Coords


def encode_chunk(
    array: Array,
    coords: Coords,
    codecs: Sequence[Codec],
    *,
    absent_if_fill: bool = False,
    spent: dict[str, float] | None = None,
) -> bytes | None:
    """The bytes of the chunk at `coords`, or None when it holds nothing but the fill value.

    Parameters
    ----------
    coords
        Must lie in the array's chunk grid.
    codecs
        Applied in this order.
    absent_if_fill
        Whether to give None for a chunk of nothing but the fill value.
    spent
        Gets the seconds of the phases "read" and "encode".

    Raises
    ------
    Unreadable
        If the source gives another shape or dtype than its metadata say.
    Exception
        Whatever the array's `read` raises.
    """
    started = perf_counter()
    region = region_of(coords, array.shape, array.chunk_shape)
    block = _whole(array, read_region(array, region))
    read = perf_counter()
    packed = pack(block)
    if absent_if_fill and _is_fill(block, packed, array):
        return None
    body = _encoded(packed, codecs, shuffle_size(array.dtype))
    if spent is not None:
        spent |= {"read": read - started, "encode": perf_counter() - read}
    return body


def _encoded(packed: Block, codecs: Sequence[Codec], size: int) -> bytes:
    """The bytes of a chunk after all codecs; each gets an array, so that only plain bytes are copied."""
    if not codecs:
        return packed.tobytes()
    first, *others = codecs
    data = first.encode(packed, size)
    for codec in others:
        data = codec.encode(np.frombuffer(data, np.uint8), size)
    return data


def read_region(array: Array, region: Region) -> Block:
    """Read the elements of a region, in the served dtype.

    Raises
    ------
    Unreadable
        If the source gives another shape or dtype than its metadata say.
    Exception
        Whatever the array's `read` raises.
    """
    return read_as(array.dtype, array.read, region)


def read_as(dtype: DType, read: Read, region: Region) -> Block:
    """Read a region, whose slices may have steps, by a function; give it in a served dtype.

    Raises
    ------
    Unreadable
        If the function gives another shape or dtype, or masked elements.
    Exception
        Whatever `read` raises.
    """
    given: Any = read(region)
    if hasattr(type(given), "mask") and np.any(given.mask):
        raise Unreadable("the source gave masked elements, which a chunk cannot show; fill them first")
    block = np.asarray(given)
    if block.shape != region_shape(region):
        raise Unreadable(
            f"the source gave shape {block.shape} where {region_shape(region)} was announced; "
            "it changed, or its metadata are wrong: publish it again, or give it the right shape"
        )
    return converted(block, dtype)


def read_through(
    array: Array,
    convert: Callable[[Block, Region], Block],
    source: Callable[[Region], Region] = lambda region: region,
) -> Reading:
    """How to read what is made of an array's elements.

    Parameters
    ----------
    convert
        Makes, of a block of the array in its served dtype, the region of the result.
    source
        The region of the array that is read for a region of the result.
    """

    def wrap(read: Read) -> Read:
        return lambda region: convert(read_as(array.dtype, read, source(region)), region)

    return array.reading.through(wrap, source)


def seen_through(
    array: Array,
    convert: Callable[[Block, Region], Block],
    source: Callable[[Region], Region] = lambda region: region,
    **changes: Any,
) -> Array:
    """An array that is made of the elements of another one, block by block.

    What that one's source stores, and what stands beside it, are not of the new elements.

    Parameters
    ----------
    convert, source
        See `read_through`.
    changes
        The other fields in which it differs.
    """
    reading = read_through(array, convert, source)
    return replace(array, reading=reading, stored={}, parts=None, **changes)


def _whole(array: Array, block: Block) -> Block:
    """Padded to the full chunk shape: Zarr has no short edge chunks (v3 core, regular grid)."""
    if block.shape == array.chunk_shape:
        return block
    whole = np.full(array.chunk_shape, array.fill, array.dtype)
    whole[tuple(map(slice, block.shape))] = block
    return whole


def _is_fill(block: Block, packed: Block, array: Array) -> bool:
    """Whether every element has the very bits of the fill value (so -0.0 is not 0.0)."""
    fill: Any = array.fill
    if array.dtype.kind in "iu" and int(fill) != int(float(fill)):
        return False  # clients whose numbers in JSON are float64, such as zarrita, fill in another one
    if array.dtype.kind in "TO":
        return bool(np.all(block == fill))
    pattern = pack(np.full((1,), fill, array.dtype))
    elements = packed.reshape(-1, pattern.size)
    return bool((elements[0] == pattern).all() and (elements == pattern).all())
