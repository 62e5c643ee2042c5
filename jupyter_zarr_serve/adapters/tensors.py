"""What has a shape, a dtype and elements, in whatever library and on whatever device."""

from typing import Any

import numpy as np

from ..core.dtypes import Block, DType
from ..core.errors import Unreadable

_CPU = 1  # DLPack's kDLCPU


def dtype_of(obj: Any) -> DType:
    """NumPy's word for the dtype of another library's array.

    Raises
    ------
    Unreadable
        If NumPy has none.
    """
    dtype = obj.dtype
    for name in ("as_numpy_dtype", "numpy_dtype"):  # TensorFlow, TensorStore
        dtype = getattr(dtype, name, dtype)
    try:
        found: DType = np.dtype(dtype)
    except TypeError:
        try:
            found = np.dtype(str(dtype).rpartition(".")[2])
        except TypeError:
            raise _unspelled(obj) from None
    if found.isbuiltin == 2:  # another library's, such as bfloat16
        raise _unspelled(obj)
    return found


def _unspelled(obj: Any) -> Unreadable:
    if getattr(obj, "is_quantized", False):
        return Unreadable(f"dtype {obj.dtype}: Zarr has no spelling for it; convert with .dequantize()")
    remedy = '.astype("float32")'
    if _is_torch(obj):
        remedy = ".to(torch.complex64)" if "complex" in str(obj.dtype) else ".float()"
    return Unreadable(f"dtype {obj.dtype}: Zarr has no spelling for it; convert with {remedy}")


def as_numpy(part: Any) -> Block:
    """The elements of an array, copied from its device if need be, but no more often.

    Raises
    ------
    Unreadable
        If it marks elements as missing, which its plain elements would not show.
    """
    if isinstance(part, np.ma.MaskedArray):
        return _unmasked(part)
    if _is_torch(part):
        block: Block = part.numpy(force=True)
        return block
    if hasattr(type(part), "todense"):  # sparse
        return np.asarray(part.todense())
    if hasattr(type(part), "__cuda_array_interface__") and hasattr(type(part), "get"):  # CuPy
        return np.asarray(part.get())
    if hasattr(type(part), "__array__") or np.isscalar(part) or not hasattr(type(part), "__dlpack__"):
        return np.asarray(part)
    if part.__dlpack_device__()[0] == _CPU:
        return np.from_dlpack(part)
    return np.from_dlpack(part, device="cpu")


def _is_torch(obj: Any) -> bool:
    return hasattr(type(obj), "detach") and hasattr(type(obj), "numpy")


def _unmasked(part: Any) -> Block:
    """Masked elements as NaN or NaT."""
    if not np.ma.getmaskarray(part).any():
        return np.asarray(part.data)
    if part.dtype.kind not in "fcmM":
        raise Unreadable(f"masked elements of dtype {part.dtype} have no mark; fill them with .filled(...)")
    block: Block = part.filled("NaT" if part.dtype.kind in "mM" else np.nan)
    return block
