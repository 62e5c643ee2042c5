"""Arrays of HDF5 datasets, and groups of the fields of structures that Zarr cannot spell."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import h5py
import numpy as np

from ...core.children import Children
from ...core.dtypes import STRING, VLEN_ESTIMATE, Block, DType, canonical, element_size
from ...core.errors import Unreadable
from ...core.grid import Region, chunk_shape_for, region_shape
from ...core.nodes import Array, Group, Node, Policy, make_array
from ...core.reading import Read, Reading
from ...core.stored import Stored
from ...core.strided import ReadAt
from .attributes import attributes_of, declared_fill
from .chunks import Chunks, reader_of
from .filters import filters_of
from .texts import refuse_long_values
from .types import Elements, elements_of, stored_size, text_size
from .writers import is_growable

Names = tuple[str | None, ...]

_ENDLESS = 1 << 40
_MOST_CHUNKS = 4096  # stored ones in one that is served
_SMALLER, _LARGER = 8, 16  # a stored chunk within these factors of the target is served as it is


def array_of(
    dataset: h5py.Dataset,
    names: Names,
    shape: tuple[int, ...],
    policy: Policy,
    read_at: ReadAt | None = None,
) -> Array:
    """The array of a dataset.

    Parameters
    ----------
    names, shape
        Its dimensions; NetCDF-4 variables may be longer than what is stored of them.
    read_at
        Reads the file's bytes past HDF5.

    Raises
    ------
    Unreadable
        If its type, its filters or the size of its chunks cannot be served.
    """
    if dataset.dtype.subdtype is not None:
        return _of_subarrays(dataset, names, policy)
    elements = elements_of(dataset.dtype)
    policy = _bounded(dataset, policy)
    attributes = {**elements.attributes, **attributes_of(dataset)}
    fill = declared_fill(dataset, attributes, elements.dtype.kind)
    read, chunks = reader_of(dataset, policy.limit_bytes, read_at)
    kept = chunks is not None and _is_kept(chunks, policy)
    if chunks is not None and not kept and not chunks.filters:
        read = dataset.__getitem__  # of chunks that are not encoded, HDF5 reads only what is wanted
    read = _converted(read, elements)
    chunk_shape = _lasting(dataset, elements.dtype, policy) if is_growable(dataset) else None
    is_small = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize <= policy.target_bytes
    stored: Mapping[int, Stored] = {}
    if shape != dataset.shape:
        read = _extended(read, dataset.shape, elements.dtype, fill)
    elif chunks is not None and kept:
        chunk_shape, stored = dataset.chunks, chunks.pass_through()
    return make_array(
        shape, elements.dtype, Reading(read, is_decoding=is_small), policy,
        source_chunks=dataset.chunks, chunk_shape=chunk_shape, attributes=attributes,
        fill_value=fill, dimension_names=names, stored=stored,
    )  # fmt: skip


def _lasting(dataset: h5py.Dataset, dtype: DType, policy: Policy) -> tuple[int, ...]:
    """A chunk shape that does not change as the dataset grows, for clients that know it already."""
    longest = [_ENDLESS if most is None else most for most in dataset.maxshape]
    size = element_size(canonical(dtype))
    return chunk_shape_for(longest, size, policy.target_bytes, source_chunks=dataset.chunks)


def _bounded(dataset: h5py.Dataset, policy: Policy) -> Policy:
    """A policy by which no chunk is made of too many stored ones, or of more text than is allowed.

    Raises
    ------
    Unreadable
        If a single element is too large.
    """
    target, width = policy.target_bytes, text_size(dataset.dtype)
    if dataset.chunks is not None:
        target = min(target, _MOST_CHUNKS * math.prod(dataset.chunks) * stored_size(dataset))
    if width > VLEN_ESTIMATE:  # as so many bytes, text is counted where its length varies
        if width > policy.limit_bytes:
            raise Unreadable(
                f"{dataset.name}: texts of {width:,} bytes, more than allowed; cut them shorter"
            )
        target = max(VLEN_ESTIMATE, target * VLEN_ESTIMATE // width)
    return replace(policy, target_bytes=max(1, target))


def _of_subarrays(dataset: h5py.Dataset, names: Names, policy: Policy) -> Array:
    """The array of a dataset whose elements are arrays themselves: they are its last axes."""
    read, _ = reader_of(dataset, policy.limit_bytes)
    attributes = {**elements_of(dataset.dtype.base).attributes, **attributes_of(dataset)}
    return _spread_out(dataset, dataset.dtype, names, policy, read, attributes=attributes)


def _spread_out(
    dataset: h5py.Dataset, dtype: DType, names: Names, policy: Policy, read: Read,
    *, attributes: Mapping[str, Any] | None = None,
) -> Array:  # fmt: skip
    """The array of elements that `read` gives of a dataset; of those that are arrays the axes come last."""
    base, extra = dtype.subdtype or (dtype, ())
    elements, axes = elements_of(base), len(dataset.shape)

    def read_region(region: Region) -> Block:
        block: Any = np.asarray(read(region[:axes]))
        return elements.convert(block[(..., *region[axes:])])

    return make_array(
        (*dataset.shape, *extra), elements.dtype, read_region, policy,
        source_chunks=dataset.chunks and (*dataset.chunks, *extra),
        dimension_names=(*names, *[None] * len(extra)),
        attributes=attributes,
    )  # fmt: skip


def none_of(dataset: h5py.Dataset, policy: Policy) -> Array:
    """What stands for None in AnnData files: only its attributes matter."""
    return make_array(
        (), np.dtype(bool), lambda _: np.zeros((), bool), policy, attributes=attributes_of(dataset)
    )


def has_fields_apart(dtype: DType) -> bool:
    """Whether a structure has fields that are better arrays of their own: arrays, or text of any length."""
    return dtype.names is not None and (
        dtype.hasobject or any(dtype[name].subdtype is not None for name in dtype.names)
    )


def fields_of(dataset: h5py.Dataset, names: Names, policy: Policy, read_at: ReadAt | None = None) -> Group:
    """The group of the fields of a dataset of structures, each read on its own; see `array_of`.

    Raises
    ------
    Unreadable
        If the dataset's filters or the size of its chunks cannot be served.
    """
    reader_of(dataset, policy.limit_bytes)
    chunks = None
    if dataset.chunks is not None:
        chunks = Chunks(dataset, filters_of(dataset), limit_bytes=policy.limit_bytes)

    def array(dtype: DType, read: Read) -> Array:
        return _spread_out(dataset, dtype, names, policy, read)

    def read_of(name: str) -> Read:
        def read_fields(region: Region) -> Block:
            if chunks is not None:
                chunks.check(region)
            elif not dataset.is_virtual:
                refuse_long_values(dataset, region, policy.limit_bytes, read_at)
            block: Block = dataset.fields(name)[region]
            return block

        return read_fields

    return Group(_fields(dataset.dtype, read_of, array), attributes_of(dataset))


def _fields(
    dtype: DType, read_of: Callable[[str], Read], array: Callable[[DType, Read], Array]
) -> Children:
    def make(name: str) -> Node:
        inner, read = dtype[name], read_of(name)
        if inner.names is None or not inner.hasobject:
            return array(inner, read)
        return Group(_fields(inner, lambda part: lambda region: read(region)[part], array))

    return Children(dtype.names or (), make)


def _converted(read: Read, elements: Elements) -> Read:
    return lambda region: elements.convert(read(region))


def _extended(read: Read, stored: tuple[int, ...], dtype: DType, fill: Any) -> Read:
    """Reads what is stored, and the fill value beyond it."""
    if fill is None:
        fill = "" if dtype == STRING else np.zeros((), dtype)[()]

    def read_extended(region: Region) -> Block:
        block = np.full(region_shape(region), fill, dtype)
        inside = tuple(slice(min(s.start, n), min(s.stop, n)) for s, n in zip(region, stored, strict=True))
        if all(s.stop > s.start for s in inside):
            block[tuple(map(slice, region_shape(inside)))] = read(inside)
        return block

    return read_extended


def _is_kept(chunks: Chunks, policy: Policy) -> bool:
    """Whether the dataset's own chunks are of a size to be served."""
    dataset = chunks.dataset
    is_only = not is_growable(dataset) and all(
        c >= n for c, n in zip(dataset.chunks, dataset.shape, strict=True)
    )
    smallest = 0 if is_only else policy.target_bytes // _SMALLER
    return bool(smallest <= chunks.raw_size <= min(policy.target_bytes * _LARGER, policy.limit_bytes))
