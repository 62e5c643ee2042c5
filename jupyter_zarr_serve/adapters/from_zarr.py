"""zarr-python's open arrays and groups; each read sees the store as it is then.

Chunks are aligned with the array's own, or with the chunks inside its shards.
"""

import asyncio
from functools import partial, singledispatch
from typing import Any

import numpy as np
import zarr
from zarr.core.sync import sync

from ..core.children import Children
from ..core.dtypes import BYTES, Block, DType
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.known_names import ZARR_JSON, ZARRAY, ZGROUP
from ..core.missing_mark import MARK, with_typed_mark
from ..core.nodes import Array, Group, Node, Policy, make_array

_DIMENSIONS = "_ARRAY_DIMENSIONS"  # where version 2 has no other place for their names


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of an open Zarr array or group.

    Raises
    ------
    Unreadable
        If it is neither, or of a data type that has no spelling in both formats.
    """
    raise Unreadable(f"zarr {type(obj).__qualname__}: neither an Array nor a Group; open it with zarr.open")


@adapt.register
def _(array: zarr.Array, policy: Policy) -> Array:  # type: ignore[type-arg]
    attributes, names = _dimensions(array)
    dtype, fill = _dtype(array), _fill(array)
    if array.metadata.zarr_format == 2 and names is not None and fill is not None:
        attributes = {MARK: fill, **attributes}  # what xarray wrote as fill value marks missing data
    return make_array(
        array.shape, dtype, partial(_read, array), policy,
        source_chunks=_chunks(array), attributes=with_typed_mark(attributes, dtype), dimension_names=names,
        fill_value=fill,
    )  # fmt: skip


@adapt.register
def _(group: zarr.Group, policy: Policy) -> Group:
    def make(name: str) -> Node:
        try:
            member = group[name]
        except ValueError as error:  # of an unknown codec or data type
            raise Unreadable(f"zarr-python cannot open it: {error}") from error
        return adapt(member, policy)

    return Group(Children(_names(group), make), group.attrs.asdict())


def _names(group: zarr.Group) -> list[str]:
    """The names of a group's members; `Group.keys` would open each, and raise where one cannot be."""
    if group.metadata.consolidated_metadata is not None:
        return sorted(group.keys())
    documents = (ZARR_JSON,) if group.metadata.zarr_format == 3 else (ZARRAY, ZGROUP)
    prefix = f"{group.path}/" if group.path else ""

    async def is_node(name: str) -> bool:
        return any([await group.store.exists(f"{prefix}{name}/{document}") for document in documents])

    async def names() -> list[str]:
        entries = [name.rstrip("/") async for name in group.store.list_dir(prefix.rstrip("/"))]
        are_nodes = await asyncio.gather(*map(is_node, entries))
        return [name for name, is_one in zip(entries, are_nodes, strict=True) if is_one]

    return sorted(sync(names()))


def _chunks(array: Any) -> tuple[int, ...] | None:
    """The shape of the array's chunks; None where they have different ones."""
    try:
        chunks: tuple[int, ...] = array.chunks
    except NotImplementedError:  # rectilinear
        return None
    return chunks


def _read(array: Any, region: Region) -> Block:
    return np.asarray(array.get_basic_selection(region))


def _dtype(array: Any) -> DType:
    dtype: DType = np.dtype(array.dtype)
    if dtype.kind != "O":
        return dtype
    name = type(array.metadata.dtype).__name__
    if name != "VariableLengthBytes":
        raise Unreadable(f"data type {name}: objects that are neither text nor bytes; convert with .astype")
    return BYTES


def _fill(array: Any) -> Any:
    fill = array.fill_value
    return None if fill is None or np.ndim(fill) else fill


def _dimensions(array: Any) -> tuple[dict[str, Any], tuple[str | None, ...] | None]:
    """The attributes without dimension names, and these."""
    attributes: dict[str, Any] = array.attrs.asdict()
    names = getattr(array.metadata, "dimension_names", None) or attributes.get(_DIMENSIONS)
    if not isinstance(names, list | tuple) or len(names) != array.ndim:
        return attributes, None
    if not all(name is None or isinstance(name, str) for name in names):
        return attributes, None
    return {key: value for key, value in attributes.items() if key != _DIMENSIONS}, tuple(names)
