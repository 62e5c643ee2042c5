"""Changes of what is published: who watches is answered when there is one, also while a cell runs.

Nothing is done while nobody watches. `publish` and `unpublish` wake those who wait at once. Variables, and
objects that change in place, are compared now and then: their names, types and shapes, which listings show.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import Any

import numpy as np

from ..core.errors import ServeError, failures_named, of_objects
from ..serve.representation import digest
from ..serve.request import CHANGES, Request, Response
from .registry import Registry

LOOK_SECONDS = 0.3
_SIZED = {bytes, dict, list, set, str, tuple}
_LIBRARIES = {
    *("anndata", "dask", "h5py", "numpy", "pandas", "polars"),
    *("pyarrow", "scipy", "sparse", "torch", "xarray", "zarr"),
}

IsThere = Callable[[], bool]


def answer_to_watcher(registry: Registry, request: Request, is_there: IsThere) -> Response:
    """A mark of what is published: when it is no longer the one that the watcher knows, or time is up.

    Parameters
    ----------
    request
        Its options are `since`, the mark that the watcher knows, and `wait`, the most seconds to wait.
    is_there
        Whether anybody still waits.
    """
    options = dict(request.options)
    until = monotonic() + float(options.get("wait", 0))
    seen = _seen(registry)
    if _digest(seen) == options.get("since"):
        before = seen
        while seen == before and monotonic() < until and is_there():
            registry.wait(LOOK_SECONDS)
            seen = _seen(registry)
    body = json.dumps({"mark": _digest(seen), "is_all": registry.has_namespace}).encode()
    return Response(200, "application/json", body, len(body), form=CHANGES)


def mark_of(registry: Registry) -> str:
    """A digest of all names, and of the types and shapes of what they name."""
    return _digest(_seen(registry))


def _digest(seen: list[tuple[Any, ...]]) -> str:
    return digest(repr(seen).encode())


def _seen(registry: Registry) -> list[tuple[Any, ...]]:
    """What a listing shows; compared in the midst of the user's work, so no text is made of it yet."""
    seen: list[tuple[Any, ...]] = [(registry.has_namespace,)]
    for layer in (registry.lives, registry.namespace):
        for name in list(layer):
            live = layer.get(name)
            if live is not None:
                seen.append((name, live.is_frozen, *_looks(name, live.obj)))
    return seen


def _looks(name: str, obj: Any) -> tuple[Any, ...]:
    """What a listing shows of an object, as far as it can be told at once."""
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
    """The attributes to look at in the objects of libraries that tell them at once; columns are none."""
    libraries = {base.__module__.partition(".")[0] for base in kind.__mro__}
    if libraries.isdisjoint(_LIBRARIES):
        return ()
    return tuple(fact for fact in ("sizes", "shape", "dtype") if hasattr(kind, fact))
