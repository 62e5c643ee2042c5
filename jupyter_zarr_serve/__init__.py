"""Serve files and live variables as Zarr v2 and v3 from a Jupyter server.

In a notebook::

    import jupyter_zarr_serve as jz
    jz.publish(temperature=array)

In any other, or in a script::

    jz.open("analysis.ipynb/temperature")

Everything is imported when it is first used: this package costs a kernel nothing until then.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .client.opening import open  # noqa: A004 (it is used as jz.open)
    from .client.watching import watch
    from .publisher.handle import Published
    from .publisher.namespace import load_ipython_extension, unload_ipython_extension
    from .publisher.publish import publish, published, unpublish
    from .publisher.showing import view

__all__ = [
    "Published",
    "__version__",
    "load_ipython_extension",
    "open",
    "publish",
    "published",
    "unload_ipython_extension",
    "unpublish",
    "view",
    "watch",
]

_HOMES = {
    "Published": "publisher.handle",
    "load_ipython_extension": "publisher.namespace",
    "open": "client.opening",
    "publish": "publisher.publish",
    "published": "publisher.publish",
    "unload_ipython_extension": "publisher.namespace",
    "unpublish": "publisher.publish",
    "view": "publisher.showing",
    "watch": "client.watching",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension; Tornado is imported here, not in kernels."""
    from .extension import ZarrServeApp

    return [{"module": "jupyter_zarr_serve", "app": ZarrServeApp}]
