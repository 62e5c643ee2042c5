"""dask's arrays and data frames; each chunk computes the blocks that it needs, no more.

What is computed is kept a while, so that neighbouring chunks do not compute it again. It is taken not
to change: a collection over data that change has to be published again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import dask.array as da
import numpy as np

from ..core.dtypes import STRING, Block
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.nodes import Array, Node, Policy, make_array
from ..core.reading import Read
from .dask_blocks import DaskReader, chunk_shape_of
from .objects import MISSING, texts


def adapt(obj: Any, policy: Policy) -> Node:
    """The node of a dask collection.

    Raises
    ------
    Unreadable
        If it is neither an array nor a data frame, or its shape is not known.
    """
    if isinstance(obj, da.Array):
        return array_of(obj, policy)
    if type(obj).__module__.startswith("dask.dataframe"):
        from .dask_frames import adapt as adapt_frame

        return adapt_frame(obj, policy)
    raise Unreadable(
        f"dask {type(obj).__qualname__}: neither an array nor a data frame; call its .compute(), or wrap it"
        " with dask.array.from_delayed(...) or dask.dataframe.from_delayed(...)"
    )


def array_of(
    array: Any,
    policy: Policy,
    *,
    may_miss: bool = True,
    attributes: Mapping[str, Any] | None = None,
    dimension_names: tuple[str | None, ...] | None = None,
    fill_value: Any = None,
) -> Array:
    """The array of a dask array.

    Parameters
    ----------
    may_miss
        Whether text may be missing among objects, which only computing them all could tell.
    attributes, dimension_names, fill_value
        See `core.nodes.Array`.

    Raises
    ------
    Unreadable
        If the lengths of its blocks are not known, or Zarr cannot spell its dtype.
    """
    read: Read = DaskReader(array)
    dtype = np.dtype(array.dtype)
    _refuse_masked(array, dtype)
    if dtype.kind == "O":
        dtype, read = STRING, partial(_texts, read, may_miss)
        attributes = {**(attributes or {}), **(MISSING["T"] if may_miss else {})}
    return make_array(
        array.shape, dtype, read, policy, source_chunks=chunk_shape_of(array),
        attributes=attributes, dimension_names=dimension_names, fill_value=fill_value,
    )  # fmt: skip


def _texts(read: Read, may_miss: bool, region: Region) -> Block:
    return texts(read(region), may_miss=may_miss)


def _refuse_masked(array: Any, dtype: np.dtype[Any]) -> None:
    """Refuse masked arrays whose masked elements nothing can mark before all are computed."""
    if isinstance(array._meta, np.ma.MaskedArray) and dtype.kind not in "fcmM":
        raise Unreadable(
            f"a masked dask array of dtype {dtype}; fill it with dask.array.ma.filled(...) first"
        )
