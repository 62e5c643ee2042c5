"""Arrays of the `sparse` package, as dense arrays that are made chunk by chunk.

References
----------
https://sparse.pydata.org/
"""

from functools import singledispatch
from typing import Any

import numpy as np
import sparse

from ..core.dtypes import Block
from ..core.errors import Unreadable
from ..core.grid import Region, region_shape
from ..core.nodes import Node, Policy, make_array
from .coordinates import SPARSE, array_of_elements, expand, place


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The dense view of a sparse array.

    Raises
    ------
    Unreadable
        If the object is no sparse array or Zarr cannot spell its dtype.
    """
    raise Unreadable(
        f"{type(obj).__qualname__}: not a COO, GCXS or DOK array; convert with sparse.COO(...)"
    )


@adapt.register
def _(obj: sparse.COO, policy: Policy) -> Node:
    return array_of_elements(
        obj.shape,
        obj.dtype,
        lambda: (obj.coords, obj.data),
        policy,
        fill_value=fill_element(obj.fill_value),
    )


@adapt.register
def _(obj: sparse.GCXS, policy: Policy) -> Node:
    return array_of_elements(
        obj.shape,
        obj.dtype,
        lambda: (expand(obj.indices, obj.indptr, obj.shape, obj.compressed_axes or ()), obj.data),
        policy,
        fill_value=fill_element(obj.fill_value),
    )


@adapt.register
def _(obj: sparse.DOK, policy: Policy) -> Node:
    def read(region: Region) -> Block:
        block = np.full(region_shape(region), obj.fill_value, obj.dtype)
        place(block, obj.data, region)
        return block

    fill = fill_element(obj.fill_value)
    return make_array(obj.shape, obj.dtype, read, policy, fill_value=fill, called=SPARSE)


def fill_element(value: Any) -> Any:
    """A sparse array's fill value, or None when it is plain zero and marks nothing."""
    return None if value == 0 else value
