"""Serve files and live variables as Zarr v2 and v3 from a Jupyter server."""

from ._version import __version__

__all__ = ["__version__"]
