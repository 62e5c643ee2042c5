"""Adapters: one file per library, each turning that library's objects into nodes.

An object names its adapter through the top-level packages in ``type(obj).__mro__``; only then is the
adapter imported, and it dispatches by `functools.singledispatch`. No library is imported to look
whether an object is its own. Third parties add adapters by an entry point in the group
``jupyter_zarr_serve.adapters`` whose name is the package and whose object is ``adapt(obj, policy)``.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..core.errors import Unreadable
from ..core.nodes import Node, Policy

Adapt = Callable[[Any, Policy], Node]

# package -> module of this package; a module's `adapt` raises Unreadable for what is not served
MODULES = {
    "numpy": "from_numpy",
    "pandas": "from_pandas",
    "sparse": "from_sparse",
    "scipy": "from_scipy",
    "pyarrow": "from_pyarrow",
    "xarray": "from_xarray",
    "builtins": "from_builtins",
    "collections": "from_builtins",
    "datetime": "from_builtins",
}


def adapt(obj: Any, policy: Policy) -> Node:
    """The node an object stands for.

    Raises
    ------
    Unreadable
        When no adapter knows the type, or the adapter refuses the object; the message says why.
    """
    for package in _packages(type(obj)):
        if package in _plugins():
            plugin: Adapt = _plugins()[package].load()
            return plugin(obj, policy)
        if package in MODULES:
            module = import_module(f"{__name__}.{MODULES[package]}")
            node: Node = module.adapt(obj, policy)
            return node
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
