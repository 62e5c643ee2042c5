"""What people call a node, what its members are sorted by, and which of them are levels of one image."""

from pathlib import PurePosixPath
from typing import Any

SORTS = ("name", "kind", "shape", "dtype", "nbytes")  # what members can be sorted by
_MOST_LEVELS = 64  # of an image
_CALLED = {"table", "dataset", "image", "folder"}  # what a node may be called; kernels say what they like
_BY_SUFFIX = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), "image"),
    **dict.fromkeys((".csv", ".tsv", ".parquet", ".feather", ".arrow"), "table"),
    **dict.fromkeys((".nc", ".nc3", ".nc4", ".cdf", ".grib", ".grib2", ".grb"), "dataset"),
    **dict.fromkeys((".h5", ".hdf5", ".he5"), "HDF5 file"),
    **dict.fromkeys((".h5ad", ".npz", ".zip"), "file"),
}


def called(told: dict[str, Any], name: str) -> str:
    """What people call a node.

    Examples
    --------
    >>> called({"kind": "group", "called": "group"}, "run.h5"), called({"kind": "array"}, "cell.png")
    ('HDF5 file', 'image')
    >>> called({"kind": "group", "called": "folder"}, "2024.csv"), called({"kind": "unavailable"}, "a.csv")
    ('folder', 'unavailable')
    """
    kind = str(told["kind"])
    if kind not in {"array", "group"} or told.get("called") == "folder":
        return "folder" if kind == "group" else kind
    by_name = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "")
    if kind == "array":
        return by_name if by_name == "image" else kind
    word = told.get("called")
    return str(word) if word in _CALLED else by_name or kind


def levels_of(attributes: dict[str, Any]) -> list[Any]:
    """The paths of the levels that OME-Zarr's attributes tell, whoever wrote them."""
    try:
        image = attributes.get("ome", attributes)["multiscales"][0]
        return [level["path"] for level in image["datasets"][:_MOST_LEVELS]]
    except (AttributeError, KeyError, IndexError, TypeError):
        return []
