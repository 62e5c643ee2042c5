"""What people call a node."""

from pathlib import PurePosixPath
from typing import Any

_CALLED = {"table", "dataset", "image", "folder"}  # what a node may be called; kernels say what they like
_BY_SUFFIX = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), "image"),
    **dict.fromkeys((".csv", ".tsv", ".parquet", ".feather", ".arrow"), "table"),
    **dict.fromkeys((".nc", ".nc3", ".nc4", ".cdf", ".grib", ".grib2", ".grb"), "dataset"),
    **dict.fromkeys((".h5", ".hdf5", ".h5ad", ".he5", ".npz", ".zip"), "file"),
}


def called(told: dict[str, Any], name: str) -> str:
    """What people call a node.

    Examples
    --------
    >>> called({"kind": "group", "called": "group"}, "run.h5"), called({"kind": "array"}, "cell.png")
    ('file', 'image')
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
