"""Zarr stores of both formats, in a folder, on a remote file system or in an archive.

Chunks are sent as they are stored in the format of the store, whatever their codecs; and in the
other one where it has words for them. Otherwise they are decoded here.
"""

from functools import partial
from pathlib import Path

from ...core.errors import NotFound
from ...core.nodes import Node, Policy
from .archive import read_archive
from .arrays import array_node
from .hierarchy import Hierarchy
from .places import files_of


def read(path: Path, policy: Policy) -> Node:
    """The root of a Zarr store, or the group of the stores in an archive.

    Parameters
    ----------
    path
        The store's folder, or a zip or tar file; see `archive`.

    Raises
    ------
    NotFound
        If there is no Zarr hierarchy.
    Unreadable
        If the root's metadata are malformed.
    zipfile.BadZipFile
        If a file is no zip file.
    """
    if not path.is_dir():
        return read_archive(path, policy)
    node = Hierarchy(files_of(path), partial(array_node, policy)).node("")
    if node is None:
        raise NotFound(f"{path.name}: holds no Zarr hierarchy")
    return node
