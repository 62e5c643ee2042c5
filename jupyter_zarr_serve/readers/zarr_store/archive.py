"""A zip or tar file that holds Zarr stores: its one store, or a group of all of them.

Several stores are the members of groups that are the archive's folders, as if it were unpacked. Other data
files that lie beside them are not read; each says so by its name.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ...core.children import Children
from ...core.errors import Unreadable
from ...core.nodes import Group, Node, Policy
from .. import suffixes
from .arrays import array_node
from .hierarchy import Hierarchy
from .member_names import has_below, names_below
from .members import Archive, ArchiveFiles, is_member_path
from .tar import open_tar
from .zip import open_zip


def read_archive(path: Path, policy: Policy) -> Node:
    """The root of the only store in an archive, in whatever folder; else a group of all stores.

    Raises
    ------
    Unreadable
        If there is no store, or the metadata of the only one are malformed.
    zipfile.BadZipFile
        If the file is no zip file, and is not called ``.tar``.
    """
    is_tar = path.name.lower().endswith(".tar")
    archive = open_tar(path) if is_tar else open_zip(path, policy.limit_bytes)
    if not archive.stores:
        raise Unreadable(
            f"{path.name}: holds no Zarr hierarchy; unpack the archive to serve what else it holds"
        )
    store = partial(_store, archive, policy)
    if len(archive.stores) == 1:
        return store(archive.stores[0])
    beside = (name for name in archive.names if _is_data(name) and not archive.is_in_store(name))
    return _Folders(archive, sorted([*archive.stores, *beside]), store).group("")


def _store(archive: Archive, policy: Policy, prefix: str) -> Node:
    files = ArchiveFiles(archive, prefix)
    node = Hierarchy(files, partial(array_node, policy)).node("")
    if node is None:
        raise Unreadable(f"{files.name}: holds no Zarr hierarchy")
    return node


class _Folders:
    """The folders of an archive that lead to some sorted paths, of stores and of other data files."""

    def __init__(self, archive: Archive, paths: list[str], store: Callable[[str], Node]) -> None:
        self._name = archive.path.name
        self._stores = frozenset(archive.stores)
        self._paths = paths
        self._store = store

    def group(self, folder: str) -> Group:
        """The group of a folder, which is "" or has a slash at its end."""
        return Group(Children(names_below(self._paths, folder), partial(self._member, folder)))

    def _member(self, folder: str, name: str) -> Node:
        below = f"{folder}{name}/"
        if below in self._stores:
            return self._store(below)
        if has_below(self._paths, below):
            return self.group(below)
        raise Unreadable(f"{self._name}: of its members, only Zarr stores are read; unpack {folder}{name}")


def _is_data(name: str) -> bool:
    """Whether a member would be a data file, if the archive were unpacked."""
    return name.lower().endswith(suffixes()) and is_member_path(name)
