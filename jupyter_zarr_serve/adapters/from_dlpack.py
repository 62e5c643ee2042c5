"""Tensors and arrays of any other library, through what they have in common with NumPy's.

Each chunk takes its own region of the object first and copies that from its device. What has neither
shape nor dtype, but an ``__array__``, is converted whole for each chunk.
"""

from typing import Any

import numpy as np

from ..core.errors import Unreadable, failures_named
from ..core.nodes import Node, Policy, make_array
from .from_numpy import adapt as adapt_numpy
from .marked import described, mask_of
from .positions import Positions
from .tensors import as_numpy, dtype_of


def adapt(obj: Any, policy: Policy) -> Node:
    """The array that a tensor stands for, with its unit where it tells one.

    Raises
    ------
    Unreadable
        If it is no tensor, has no values in memory, or Zarr cannot spell its elements.
    """
    name = f"{type(obj).__module__.partition('.')[0]}.{type(obj).__qualname__}"
    if not is_array(obj):
        raise Unreadable(f"{name}: objects of this type cannot be served; convert with numpy.asarray(...)")
    _refuse_special(obj, name)
    return described(_array_of(obj, name, policy), obj)


def _array_of(obj: Any, name: str, policy: Policy) -> Node:
    shape = _shape_of(obj)
    mask = None if shape is None else mask_of(obj, shape)
    if mask is not None:
        return adapt_numpy(np.ma.MaskedArray(as_numpy(obj), mask), policy)
    if shape is None:
        return _converted(obj, name, policy)
    if dtype_of(obj).kind in "OT":
        return _converted(obj, name, policy)
    read = Positions(obj, shape, name)
    return make_array(
        shape, read.dtype, read, policy,
        source_chunks=_chunks_of(obj, shape), dimension_names=read.dimension_names,
    )  # fmt: skip


def is_array(obj: Any) -> bool:
    """Whether an object says of itself that it is an array."""
    return any(hasattr(type(obj), name) for name in ("__array__", "__dlpack__", "__array_interface__"))


def _shape_of(obj: Any) -> tuple[int, ...] | None:
    shape = getattr(obj, "shape", None)
    known = hasattr(obj, "dtype") and hasattr(type(obj), "__getitem__") and shape is not None
    if not known:
        return None
    try:
        return tuple(int(length) for length in shape)  # type: ignore[union-attr]
    except (TypeError, ValueError) as error:
        raise Unreadable(f"shape {shape} is not known yet; compute the array first") from error


def _converted(obj: Any, name: str, policy: Policy) -> Node:
    with failures_named(name):
        whole = as_numpy(obj)
    if whole.dtype.kind in "OT":
        return adapt_numpy(whole, policy)
    return make_array(whole.shape, whole.dtype, lambda region: np.asarray(as_numpy(obj)[region]), policy)


def _chunks_of(obj: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The chunk shape that an array of chunks tells."""
    chunks = getattr(obj, "chunks", None)
    if isinstance(chunks, tuple) and len(chunks) == len(shape) and all(isinstance(c, int) for c in chunks):
        return chunks
    return None


def _refuse_special(obj: Any, name: str) -> None:
    """Refuse torch's tensors that are no plain block of memory."""
    layout = str(getattr(obj, "layout", "strided")).rpartition(".")[2]
    if layout.startswith("sparse") or layout == "_mkldnn":
        raise Unreadable(f"{name}: a tensor of layout {layout}; convert with .to_dense()")
    if str(getattr(obj, "device", "")) == "meta":
        raise Unreadable(f"{name}: a tensor on the meta device, which has no values")
    if layout == "jagged" or getattr(obj, "is_nested", False) is True:
        raise Unreadable(f"{name}: a nested tensor; convert with .to_padded_tensor(...)")
