"""What can be exported: each form is a file here, which makes an `Export` of a node and options."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.nodes import Node
    from .asked import Asked
    from .pieces import Export


@dataclass(frozen=True)
class Form:
    """A kind of files.

    Attributes
    ----------
    media_type, suffix
        Of the file.
    maker
        The module of this folder, and the function in it, that make it; "" where the server makes the file
        itself, of what it serves.
    """

    media_type: str
    suffix: str
    maker: str = ""


FORMS = {
    "npy": Form("application/octet-stream", ".npy", "npy.npy"),
    "json": Form("application/json", ".json", "json_values.json_values"),
    "csv": Form("text/csv; charset=utf-8", ".csv", "csv_text.csv_text"),
    "parquet": Form("application/vnd.apache.parquet", ".parquet", "parquet.parquet"),
    "tiff": Form("image/tiff", ".tif", "tiff.tiff"),
    "netcdf": Form("application/netcdf", ".nc", "netcdf.netcdf"),
    "zarr.zip": Form("application/zip", ".zarr.zip"),
    "ozx": Form("application/zip", ".ozx"),
}


def exported(name: str, node: "Node", asked: "Asked") -> "Export":
    """The file of a node in a form, one of `FORMS`.

    Raises
    ------
    BadRequest
        If the node has no such form, region or column.
    Unreadable
        If the form cannot hold the data, or not as many.
    """
    module, _, function = FORMS[name].maker.partition(".")
    make: Callable[..., Export] = getattr(import_module(f"{__name__}.{module}"), function)
    return make(node, asked)
