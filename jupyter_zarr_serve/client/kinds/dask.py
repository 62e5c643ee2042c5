"""A dask array, which workers of the same user read, too."""

from typing import Any

from ..reader import Reader
from .whole import array_of


def of(reader: Reader, kind: str) -> Any:
    """The array, in blocks that are its chunks."""
    import dask.array as da

    from_zarr: Any = da.from_zarr
    return from_zarr(array_of(reader, kind, "dask array"))
