"""AnnData, of a group that has its encoding, such as an ``.h5ad`` file."""

from typing import Any

from ..opening import node_of
from ..reader import Reader


def of(reader: Reader, kind: str) -> Any:
    """The `AnnData`, in memory.

    Raises
    ------
    ValueError
        If the group has no such encoding.
    """
    from anndata.io import read_zarr

    node = node_of(reader, kind)
    if dict(node.attrs).get("encoding-type") != "anndata":
        raise ValueError(f"{reader} has not the encoding of AnnData; open it without as_, or as 'xarray'")
    return read_zarr(node)
