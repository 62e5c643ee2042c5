"""Serve files and live variables as Zarr v2 and v3 from a Jupyter server."""

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the extension; Tornado is imported here, not in kernels."""
    from .extension import ZarrServeApp

    return [{"module": "jupyter_zarr_serve", "app": ZarrServeApp}]
