"""Objects of unknown packages, by what they can do: arrays, buffers, streams of Arrow, mappings, fields."""

import dataclasses
import os
from collections import UserString
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..core.errors import MissingLibrary, Unreadable
from ..core.nodes import Node, Policy
from . import from_builtins, from_dlpack, from_numpy
from .from_dlpack import is_array


def adapt(obj: Any, policy: Policy) -> Node:
    """The node of an object whose package has no adapter.

    Raises
    ------
    Unreadable
        If it is nothing that can be served; the message says what to do instead.
    """
    if is_array(obj):
        return from_dlpack.adapt(obj, policy)
    if hasattr(type(obj), "__arrow_c_stream__"):
        return _streamed(obj, policy)
    if isinstance(obj, Mapping):
        return from_builtins.adapt(obj, policy)
    if isinstance(obj, Sequence) and not isinstance(obj, UserString):
        return from_builtins.adapt(tuple(obj), policy)
    named = _fields_of(obj)
    if named is not None:
        return from_builtins.adapt(named, policy)
    buffer = _buffer_of(obj)
    if buffer is not None:
        return from_numpy.adapt(buffer, policy)
    raise Unreadable(f"{type(obj).__module__}.{type(obj).__qualname__}: {_remedy(obj)}")


def _fields_of(obj: Any) -> dict[str, Any] | None:
    """The values that an object has by name, where it is made for that; else None."""
    if isinstance(obj, SimpleNamespace):
        return dict(vars(obj))
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        return {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}
    return None


def _streamed(obj: Any, policy: Policy) -> Node:
    """The table that a relation, a query or a frame gives, as it is now."""
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingLibrary(f"{type(obj).__qualname__} gives its rows by Arrow", "arrow") from None
    from . import from_pyarrow

    return from_pyarrow.adapt(pa.table(obj), policy)


def _buffer_of(obj: Any) -> np.ndarray[Any, np.dtype[Any]] | None:
    """The memory that an object lends, as an array of its elements; None where it lends none."""
    try:
        return np.asarray(memoryview(obj))
    except (TypeError, ValueError, BufferError):
        return None


def _remedy(obj: Any) -> str:
    if isinstance(obj, os.PathLike) or hasattr(obj, "fileno"):
        return "a file is served where it is, below zarr/v3/files; publish what you read from it instead"
    return "objects of this type cannot be served; convert with numpy.asarray(...) or pandas.DataFrame(...)"
