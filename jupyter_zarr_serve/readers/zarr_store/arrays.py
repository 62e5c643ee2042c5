"""An array of a Zarr store as a node: what is sent as it is stored, and in which format."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ...adapters.objects import MISSING
from ...core.codecs import portable_codecs
from ...core.dialects import OTHER_FORMAT
from ...core.dtypes import Block, DType, canonical, element_size, shuffle_size, v2_dtype, vlen_codec
from ...core.errors import Unreadable
from ...core.fills import has_no_unit
from ...core.grid import Region
from ...core.missing_mark import MARK, with_typed_mark
from ...core.nodes import Array, Policy
from ...core.reading import Reading
from ...core.stored import Blob, Coords, Stored
from .chunks import read_region
from .codecs import Step
from .metadata import Metadata, explained
from .objects import TEXTS, VLEN
from .parsable import data_type, obstacle_of
from .pipeline import check_size, pipeline_of
from .respelled import compressor_of, v2_codecs, v2_document, v3_document
from .shards import ChunkAt, Grid, without_shards

_PICKLE = ("pickle", "numcodecs.pickle")


def array_node(policy: Policy, metadata: Metadata, where: str, chunk_at: ChunkAt) -> Array:
    """The node of an array.

    Parameters
    ----------
    where
        The array's name for messages.
    chunk_at
        Finds the stored chunk at given coordinates.

    Raises
    ------
    Unreadable
        If its elements are pickled: neither here nor in a client may they be unpickled.
    """
    if _is_pickled(metadata.codecs):
        raise Unreadable("its elements are pickled Python objects; store them as text, bytes or numbers")
    if _is_plain(metadata):
        chunk_at = partial(_of_size, chunk_at, metadata.chunk_bytes)
    dtype = canonical(metadata.dtype)
    array = Array(
        shape=metadata.shape,
        dtype=dtype,
        chunk_shape=metadata.chunk_shape,
        reading=Reading(partial(_read, policy, metadata, where, chunk_at)),
        fill_value=_canonical_fill(metadata.fill_value, metadata.dtype, dtype),
        dimension_names=metadata.dimension_names,
        attributes={**with_typed_mark(_with_declared_mark(metadata), dtype), **_missing(metadata)},
        codecs=(policy.compressor,) if policy.compressor else (),
        unreadable=_why_unreadable(metadata, where, chunk_at, policy.limit_bytes),
    )
    known = data_type(metadata.document, array.fill, metadata.dtype)
    obstacle = obstacle_of(metadata.zarr_format, metadata.codecs)
    stored = _as_it_is(array, metadata, chunk_at, policy.limit_bytes)
    return replace(array, stored={
        metadata.zarr_format: replace(stored, document={**stored.document, **known}, obstacle=obstacle),
        OTHER_FORMAT[metadata.zarr_format]: _respelled(
            array, metadata, where, chunk_at, policy.limit_bytes
        ),
    })  # fmt: skip


def _why_unreadable(metadata: Metadata, where: str, chunk_at: ChunkAt, limit: int) -> str:
    """Why no chunk can be decoded, as far as the metadata tell; "" where one can."""
    grid = Grid(metadata.chunk_shape, metadata.codecs, lambda: chunk_at)
    try:
        with explained(where):
            grid = without_shards(grid, limit) if metadata.zarr_format == 3 else grid
            pipeline_of(metadata, grid.codecs)
            check_size(math.prod(grid.chunk_shape) * element_size(metadata.dtype), limit)
    except Unreadable as error:
        return str(error)
    return ""


def _missing(metadata: Metadata) -> Mapping[str, Any]:
    """What tells how missing text is spelled, where the codec of a text can store that it is missing."""
    names = {codec.get("id", codec.get("name")) for codec in metadata.codecs if isinstance(codec, Mapping)}
    return MISSING["T"] if names.intersection(TEXTS) else {}


def _with_declared_mark(metadata: Metadata) -> Mapping[str, Any]:
    """The attributes; what xarray wrote as the fill value of version 2 is its mark of missing data."""
    is_xarrays = metadata.zarr_format == 2 and metadata.dimension_names is not None
    if not is_xarrays or metadata.fill_value is None or MARK in metadata.attributes:
        return metadata.attributes
    return {**metadata.attributes, MARK: metadata.fill_value}


def _as_it_is(array: Array, metadata: Metadata, chunk_at: ChunkAt, limit: int) -> Stored:
    """The chunks in the store's own format: the stored bytes, unless version 2's filters changed them.

    A client that ignores filters takes what they made for values; so they are undone here.
    """
    if _is_refilled(metadata):
        shape = _inner_grid(metadata, chunk_at, limit).chunk_shape
        return Stored(_none, array.codecs, chunk_shape=shape, refusal=array.unreadable)
    if metadata.zarr_format == 3 or not _has_filters(metadata):
        return Stored(chunk_at, document=metadata.document)
    vlen = vlen_codec(array.dtype)
    compressors = [codec.v2(shuffle_size(array.dtype)) for codec in array.codecs]
    document = {
        **metadata.document,
        "filters": [{"id": vlen}] if vlen else None,
        "compressor": compressors[0] if compressors else None,
        "order": "C",
        "dtype": v2_dtype(array.dtype),
    }
    return Stored(_none, array.codecs, document, refusal=array.unreadable)


def _has_filters(metadata: Metadata) -> bool:
    """Whether there are filters that are undone here, beyond that of elements of variable length."""
    try:
        with explained("codecs"):
            steps = [
                s for s in pipeline_of(metadata, metadata.codecs).steps if s.name not in (*VLEN, *TEXTS)
            ]
    except Unreadable:
        return False
    return len(steps) > (metadata.document.get("compressor") is not None)


def _respelled(array: Array, metadata: Metadata, where: str, chunk_at: ChunkAt, limit: int) -> Stored:
    """The chunks in the format that is not the store's: the stored bytes, or encoded anew."""
    grid = _inner_grid(metadata, chunk_at, limit)
    compressor = None if _is_refilled(metadata) else _compressor(metadata, grid.codecs)
    if metadata.zarr_format == 2 and compressor is not None:
        return Stored(chunk_at, document=v3_document(compressor, metadata.dtype))
    if compressor is None:
        codecs = portable_codecs(array.codecs) if metadata.zarr_format == 2 else array.codecs
        return Stored(_none, codecs, chunk_shape=grid.chunk_shape, refusal=array.unreadable)
    size = math.prod(grid.chunk_shape) * element_size(metadata.dtype)
    at = partial(_found_or_small, partial(_freshly_found, grid), size, limit, where)
    return Stored(at, v2_codecs(compressor), v2_document(compressor), grid.chunk_shape)


def _is_refilled(metadata: Metadata) -> bool:
    """Whether clients reject the fill value, so that what absent chunks hold has to be sent."""
    return has_no_unit(metadata.dtype) and metadata.fill_value is not None


def _inner_grid(metadata: Metadata, chunk_at: ChunkAt, limit: int) -> Grid:
    """The chunks inside shards, as version 2 has none; the shards where they cannot be taken apart."""
    grid = Grid(metadata.chunk_shape, metadata.codecs, lambda: chunk_at)
    try:
        return without_shards(grid, limit, by_range=True) if metadata.zarr_format == 3 else grid
    except Unreadable:
        return grid


def _freshly_found(grid: Grid, coords: Coords) -> Blob | None:
    """A chunk of a grid whose shards may have changed since the last one was found."""
    return grid.open()(coords)


def _of_size(chunk_at: ChunkAt, size: int, coords: Coords) -> Blob | None:
    """A chunk without compression, which has but one size; clients take a shorter one for data."""
    blob = chunk_at(coords)
    if blob is not None and blob.size != size:
        raise Unreadable(f"a plain chunk of {blob.size:,} bytes instead of {size:,}; it is damaged")
    return blob


def _none(_: Coords) -> None:
    """No chunk can be sent as it is stored."""


def _found_or_small(found: ChunkAt, size: int, limit: int, where: str, coords: Coords) -> Blob | None:
    """A chunk that can be sent; where there is none, one must not be too large to be encoded."""
    blob = found(coords)
    if blob is None:
        with explained(where):
            check_size(size, limit)
    return blob


def _is_plain(metadata: Metadata) -> bool:
    """Whether chunks are the bytes of their elements, without any codec that changes their number."""
    try:
        with explained("codecs"):
            return not pipeline_of(metadata, metadata.codecs).steps
    except Unreadable:
        return False


def _compressor(metadata: Metadata, codecs: tuple[Any, ...]) -> Step | None:
    """See `compressor_of`; None also where this package does not know the codecs."""
    try:
        with explained("codecs"):
            return compressor_of(pipeline_of(metadata, codecs))
    except Unreadable:
        return None


def _read(policy: Policy, metadata: Metadata, where: str, chunk_at: ChunkAt, region: Region) -> Block:
    grid = Grid(metadata.chunk_shape, metadata.codecs, lambda: chunk_at)
    try:
        return read_region(metadata, grid, policy, region)
    except Unreadable as error:
        raise Unreadable(f"{where}: {error}") from error


def _canonical_fill(value: Any, dtype: DType, served: DType) -> Any:
    """A structured fill value in the served dtype: the same bytes where the byte order is the same."""
    if value is None or dtype.names is None or dtype != dtype.newbyteorder("<"):
        return value
    return np.frombuffer(value.tobytes(), served)[0]


def _is_pickled(codecs: Any) -> bool:
    """Whether a codec anywhere in the spelling of codecs is pickle."""
    if isinstance(codecs, dict):
        name = codecs.get("id", codecs.get("name"))
        return name in _PICKLE or _is_pickled(list(codecs.values()))
    return isinstance(codecs, list | tuple) and any(map(_is_pickled, codecs))
