"""Which dtype the elements of an HDF5 dataset are served in, and how to convert what h5py gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np

from ...core.dtypes import STRING, Block, DType
from ...core.errors import Unreadable, library_message
from ..enumerations import flags


@dataclass(frozen=True)
class Elements:
    """How elements are served.

    Attributes
    ----------
    dtype
        The dtype of the served array.
    convert
        Makes such elements of those that h5py gives.
    attributes
        What the HDF5 type says beyond the dtype.
    """

    dtype: DType
    convert: Callable[[Block], Block] = np.asarray
    attributes: Mapping[str, Any] = field(default_factory=dict)


def check_type(dataset: h5py.Dataset) -> None:
    """Refuse a dataset whose elements are of a type that h5py cannot read, such as HDF5's own times.

    Raises
    ------
    Unreadable
        If they are.
    """
    try:
        _ = dataset.dtype
    except (TypeError, ValueError) as error:
        raise Unreadable(
            f"its elements are of a type that h5py cannot read ({library_message(error)}); "
            "write them anew as integers or 64-bit floating-point numbers"
        ) from error


def elements_of(dtype: DType) -> Elements:
    """How elements of one of h5py's dtypes are served.

    Raises
    ------
    Unreadable
        For references and for sequences of varying length.
    """
    string = h5py.check_string_dtype(dtype)
    if string is not None and (string.length is None or (string.encoding == "utf-8" and string.length > 1)):
        return Elements(STRING, decoded)
    if h5py.check_ref_dtype(dtype) is not None:
        raise Unreadable("references to places in an HDF5 file; they mean nothing outside of it")
    if h5py.check_vlen_dtype(dtype) is not None:
        raise Unreadable("sequences of varying length; store them padded, or flat with their offsets")
    enum = h5py.check_enum_dtype(dtype)
    if enum is not None:
        return Elements(np.dtype(dtype.str), attributes=flags(enum, np.dtype(dtype.str)))
    return Elements(dtype)


def decoded(block: Block) -> Block:
    """Text of UTF-8 bytes; bytes that are none are spelled in hexadecimal, with a backslash."""
    texts = [_text(item) for item in np.asarray(block).reshape(-1)]
    return np.array(texts, STRING).reshape(np.shape(block))


def _text(item: Any) -> str:
    if isinstance(item, str):
        item = item.encode("utf-8", "surrogateescape")
    return bytes(item or b"").decode("utf-8", "backslashreplace")


_REFERENCE = 16  # bytes, in the file, of the place and length of an element of varying length


def stored_size(dataset: h5py.Dataset) -> int:
    """Bytes of an element in the file; not less for one of varying length, whose place is stored."""
    dtype, size = dataset.dtype, int(dataset.id.get_type().get_size())
    return max(size * 2, _REFERENCE) if dtype.hasobject else size


def text_size(dtype: DType) -> int:
    """Bytes of an element of fixed length that is served as text; 0 for all others."""
    string = h5py.check_string_dtype(dtype)
    return 0 if string is None or string.length is None else int(string.length)


def is_stored_as(dataset: h5py.Dataset) -> bool:
    """Whether the bytes in the file are elements of `dataset.dtype`, without HDF5's conversion."""
    dtype, stored = dataset.dtype, dataset.id.get_type()
    if dtype.hasobject or dtype.subdtype is not None:
        return False
    if isinstance(stored, h5py.h5t.TypeStringID):
        pad = stored.get_strpad()
        return bool(pad == h5py.h5t.STR_NULLPAD or (dtype.itemsize == 1 and pad != h5py.h5t.STR_SPACEPAD))
    return bool(h5py.h5t.py_create(dtype, logical=True).equal(stored))
