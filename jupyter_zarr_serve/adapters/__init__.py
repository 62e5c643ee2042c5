"""Adapters: one file per library, each turning that library's objects into nodes.

An object names its adapter through the top-level packages in ``type(obj).__mro__``; only then is the
adapter imported, and it dispatches by `functools.singledispatch`. No library is imported to look
whether an object is its own. Third parties add adapters by an entry point in the group
``jupyter_zarr_serve.adapters`` whose name is the package and whose object is ``adapt(obj, policy)``.
Objects of unknown packages are served as what they say they are: arrays, tables, mappings or sequences.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..core.nodes import Node, Policy
from .made_of import noted

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

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
    "PIL": "from_pillow",
    "astropy": "from_astropy",
    "anndata": "from_anndata",
    "types": "by_protocol",
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
    return _adapt_by("by_protocol", obj, policy)


def _adapt_by(module: str, obj: Any, policy: Policy) -> Node:
    node: Node = import_module(f"{__name__}.{module}").adapt(obj, policy)
    return node


def _packages(cls: type) -> list[str]:
    """Top-level packages in order of the type's bases; `builtins` only for what it defines."""
    bases = cls.__mro__ if cls.__module__ == "builtins" else cls.__mro__[:-1]
    return list(dict.fromkeys(base.__module__.partition(".")[0] for base in bases))


@lru_cache(maxsize=1)
def _plugins() -> dict[str, "EntryPoint"]:
    from importlib.metadata import (
        entry_points,  # which takes a while, and most objects are of known packages
    )

    return {point.name: point for point in entry_points(group=f"{__name__}")}
