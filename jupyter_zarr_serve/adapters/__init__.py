"""Adapters: one file per library, each turning that library's objects into nodes.

An object names its adapter through the top-level packages in ``type(obj).__mro__``; only then is the
adapter imported, and it dispatches by `functools.singledispatch`. No library is imported to look
whether an object is its own. Third parties add adapters by an entry point in the group
``jupyter_zarr_serve.adapters`` whose name is the package and whose object is ``adapt(obj, policy)``.
Objects of unknown packages are served as what they say they are: arrays, mappings or sequences.
"""

from collections import UserString
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..core.errors import Unreadable
from ..core.nodes import Node, Policy
from .made_of import noted

Adapt = Callable[[Any, Policy], Node]

# package -> module of this package; a module's `adapt` raises Unreadable for what is not served
MODULES = {
    "numpy": "from_numpy",
    "pandas": "from_pandas",
    "sparse": "from_sparse",
    "scipy": "from_scipy",
    "pyarrow": "from_pyarrow",
    "xarray": "from_xarray",
    "dask": "from_dask",
    "polars": "from_polars",
    "zarr": "from_zarr",
    "h5py": "from_h5py",
    "netCDF4": "from_netcdf4",
    "awkward": "from_awkward",
    "torch": "from_dlpack",
    "jax": "from_dlpack",
    "jaxlib": "from_dlpack",
    "cupy": "from_dlpack",
    "tensorflow": "from_dlpack",
    "builtins": "from_builtins",
    "datetime": "from_builtins",
}


def adapt(obj: Any, policy: Policy) -> Node:
    """The node an object stands for.

    Raises
    ------
    Unreadable
        If no adapter knows the type, or the adapter refuses the object; the message says why.
    """
    for package in _packages(type(obj)):
        if package in MODULES:
            return noted(_adapt_by(MODULES[package], obj, policy), obj, package)
        if package in _plugins():
            plugin: Adapt = _plugins()[package].load()
            return plugin(obj, policy)
    return _by_protocol(obj, policy)


def _adapt_by(module: str, obj: Any, policy: Policy) -> Node:
    node: Node = import_module(f"{__name__}.{module}").adapt(obj, policy)
    return node


def _by_protocol(obj: Any, policy: Policy) -> Node:
    """The node of an object of an unknown package, by what it can do."""
    if hasattr(type(obj), "__array__") or hasattr(type(obj), "__dlpack__"):
        return _adapt_by("from_dlpack", obj, policy)
    if isinstance(obj, Mapping):
        return _adapt_by("from_builtins", obj, policy)
    if isinstance(obj, Sequence) and not isinstance(obj, UserString):
        return _adapt_by("from_builtins", tuple(obj), policy)
    raise Unreadable(
        f"{type(obj).__module__}.{type(obj).__qualname__}: objects of this type cannot be served; "
        "convert with numpy.asarray(...) or pandas.DataFrame(...)"
    )


def _packages(cls: type) -> list[str]:
    """Top-level packages in order of the type's bases; `builtins` only for what it defines."""
    bases = cls.__mro__ if cls.__module__ == "builtins" else cls.__mro__[:-1]
    return list(dict.fromkeys(base.__module__.partition(".")[0] for base in bases))


@lru_cache(maxsize=1)
def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"{__name__}")}
