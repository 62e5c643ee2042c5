"""Serve files and live variables as Zarr v2 and v3 from a Jupyter server.

In a notebook::

    import jupyter_zarr_serve as jz
    jz.publish(temperature=array)

Everything is imported when it is first used: this package costs a kernel nothing until then.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .publisher.handle import Published
    from .publisher.namespace import load_ipython_extension, unload_ipython_extension
    from .publisher.publish import publish, published, unpublish

__all__ = [
    "Published",
    "__version__",
    "load_ipython_extension",
    "publish",
    "published",
    "unload_ipython_extension",
    "unpublish",
]

_HOMES = {
    "Published": "handle",
    "load_ipython_extension": "namespace",
    "publish": "publish",
    "published": "publish",
    "unload_ipython_extension": "namespace",
    "unpublish": "publish",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.publisher.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension; Tornado is imported here, not in kernels."""
    from .extension import ZarrServeApp

    return [{"module": "jupyter_zarr_serve", "app": ZarrServeApp}]
