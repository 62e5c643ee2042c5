"""Readers: one file per file format, each turning a path into a node without reading the data.

A reader is a function ``read(path, policy) -> Node``. It reads metadata only; the node's `read`
functions fetch regions later. Its failures may be any exception: callers name them (see
`core.errors.failures_named`). Third parties add readers by an entry point in the group
``jupyter_zarr_serve.readers`` whose name is the file suffix (".foo") and whose object is the function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, invalidate_caches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from ..core.errors import MissingLibrary, Unavailable
from ..core.known_names import ZARR_JSON, ZARRAY, ZGROUP
from ..core.nodes import Node, Policy
from . import shortage

ReadFile = Callable[[Path, Policy], Node]


@dataclass(frozen=True)
class Format:
    """A row of the table: which files a module reads, and the extra that brings its libraries."""

    module: str
    suffixes: tuple[str, ...]
    extra: str = ""


FORMATS = (
    Format("npy", (".npy",)),
    Format("npz", (".npz",)),
    Format("hdf5", (".h5", ".hdf5", ".hdf", ".he5", ".h5ad", ".nc4", ".mat", ".nxs"), "hdf5"),
    Format("netcdf", (".nc", ".cdf", ".nc3"), "netcdf"),
    Format("zarr_store", (".zarr", ".zarr.zip", ".zip", ".tar"), "zarr"),
    Format("csv", (".csv", ".tsv")),
    Format("arrow.parquet", (".parquet", ".pq"), "arrow"),
    Format("arrow.feather", (".feather", ".arrow", ".arrows", ".ipc"), "arrow"),
    Format("tiff", (".tif", ".tiff", ".btf", ".tf8"), "tiff"),
    Format("image", (".png", ".jpg", ".jpeg"), "image"),
    Format("grib", (".grib", ".grib2", ".grb", ".grb2"), "grib"),
)

ZARR_MARKERS = (ZARR_JSON, ZGROUP, ZARRAY)


def open_file(path: Path, policy: Policy, suffix: str | None = None) -> Node:
    """The node that a data file stands for.

    Parameters
    ----------
    suffix
        One of `suffixes`, where the file is asked for by another name than its own, as by a link.

    Raises
    ------
    MissingLibrary
        If the reader's library is not installed.
    Exception
        Whatever the format's library raises over a damaged file.
    """
    suffix = suffix or suffix_of(path.name) or ""
    plugin = _plugins().get(suffix)
    if plugin is not None:
        reader: ReadFile = plugin.load()
        return reader(path, policy)
    row = next(row for row in FORMATS if suffix in row.suffixes)
    return read_with(row, path, policy)


def open_store(path: Path, policy: Policy) -> Node:
    """The node of a folder that has one of the `ZARR_MARKERS`; see `open_file`."""
    return read_with(next(row for row in FORMATS if row.module == "zarr_store"), path, policy)


def read_with(row: Format, path: Path, policy: Policy) -> Node:
    """Read a file by the module of a `Format`.

    Raises
    ------
    MissingLibrary
        If the module's library is not installed.
    """
    try:
        module = _module(row)
    except ImportError as error:
        if shortage.is_short():
            raise Unavailable(f"{path.name}: too many files are open to load its reader; retry") from error
        if not row.extra:
            raise
        raise MissingLibrary(path.name, row.extra) from error
    node: Node = module.read(path, policy)
    return node


def _module(row: Format) -> ModuleType:
    try:
        return import_module(f"{__name__}.{row.module}")
    except (ImportError, OSError):
        if not shortage.is_short():
            raise
    shortage.give_up()
    invalidate_caches()  # a folder that could not be listed is taken for empty
    return import_module(f"{__name__}.{row.module}")


def suffix_of(name: str) -> str | None:
    """The longest known suffix of a file's name, in lower case; None if none is known."""
    lowered = name.lower()
    known = [suffix for suffix in suffixes() if lowered.endswith(suffix)]
    return max(known, key=len, default=None)


@lru_cache(maxsize=1)
def suffixes() -> tuple[str, ...]:
    """All suffixes that some reader knows."""
    return (*(suffix for row in FORMATS for suffix in row.suffixes), *_plugins())


@lru_cache(maxsize=1)
def _plugins() -> dict[str, EntryPoint]:
    return {point.name.lower(): point for point in entry_points(group=f"{__name__}")}
