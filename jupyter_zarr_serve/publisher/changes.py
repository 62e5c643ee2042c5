"""A mark of what is published, which differs after each change that listings show.

It is made of names, types and shapes, as far as they are known without computing.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from ..core.errors import ServeError, failures_named, of_objects
from ..serve.representation import digest
from .registry import Registry

_SIZED = {bytes, dict, list, set, str, tuple}
_LIBRARIES = {
    *("anndata", "dask", "h5py", "numpy", "pandas", "polars"),
    *("pyarrow", "scipy", "sparse", "torch", "xarray", "zarr"),
}


def mark_of(registry: Registry) -> str:
    """A digest of all names, and of the types and shapes of the objects."""
    return digest(repr(_listed(registry)).encode())


def _listed(registry: Registry) -> list[tuple[Any, ...]]:
    """The names, types and shapes that a listing shows."""
    listed: list[tuple[Any, ...]] = [(registry.has_namespace,)]
    for layer in (registry.lives, registry.namespace):
        for name in list(layer):
            live = layer.get(name)
            if live is not None:
                listed.append((name, live.is_frozen, *_shape_of(name, live.obj)))
    return listed


def _shape_of(name: str, obj: Any) -> tuple[Any, ...]:
    """Type and shape of an object, as far as they are known without computing."""
    kind = type(obj)
    if kind is np.ndarray:
        return kind.__qualname__, obj.shape, obj.dtype
    if kind in _SIZED:
        return kind.__qualname__, len(obj)
    facts = _facts_of(kind)  # type: ignore[arg-type]  # (types are hashable)
    if not facts:
        return (kind.__qualname__,)
    try:
        with of_objects(), failures_named(name):
            return kind.__qualname__, *(repr(getattr(obj, fact)) for fact in facts)
    except ServeError:  # such as of a file that was closed
        return kind.__qualname__, None


@lru_cache(256)
def _facts_of(kind: type) -> tuple[str, ...]:
    """The attributes with the shape and dtype of a type's objects, if its library has them ready."""
    libraries = {base.__module__.partition(".")[0] for base in kind.__mro__}
    if libraries.isdisjoint(_LIBRARIES):
        return ()
    return tuple(fact for fact in ("sizes", "shape", "dtype") if hasattr(kind, fact))
