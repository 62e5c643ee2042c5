"""The files of Zarr stores in an archive, which may lie in any folder of it; see `zip` and `tar`."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from ...core.errors import Unreadable
from ...core.known_names import DOCUMENT_KEYS
from ...core.stored import Blob
from .. import ZARR_MARKERS
from ..files import is_local
from .member_names import has_below, names_below
from .places import is_member_name, refuse_folder

Open = Callable[[str, str], Blob]
LINKED = "is a link; put what it leads to into the archive"


class Archive:
    """An archive and the names in it.

    Parameters
    ----------
    members
        The names of all members that are no folders.
    links
        Those of them that are links, and may stand for folders.
    blob
        Gives the content of a member by its name; after that comes what to call it in a message. Raises
        `Unreadable` if it cannot be read.

    Attributes
    ----------
    names
        Of all members, sorted.
    nodes, stores
        The folders that are nodes of Zarr, and those of them that lie in no other; sorted, each "" or with
        a slash at its end.
    """

    def __init__(self, path: Path, members: Collection[str], links: Iterable[str], blob: Open) -> None:
        self.path = path
        self.blob = blob
        self.names = sorted(members)
        self.nodes = sorted({_folder(name) for name in self.names if _marks(name)})
        self.stores = _outermost(self.nodes)
        self._members = members
        self._links = _outermost(sorted(f"{name}/" for name in links if _may_be_node(name)))

    def __contains__(self, name: str) -> bool:
        """Whether a name is that of a member."""
        return name in self._members

    def is_in_store(self, name: str) -> bool:
        """Whether a member belongs to one of the stores."""
        return _holder(self.stores, name) is not None

    def link_above(self, name: str) -> str | None:
        """The link that stands for a folder on the way to a name; None where there is none."""
        found = _holder(self._links, name)
        return None if found is None else found[:-1]

    def links_in(self, folder: str) -> list[str]:
        """The names of links directly in a folder, which is "" or has a slash at its end."""
        return names_below(self._links, folder, only_paths=True)


class ArchiveFiles:
    """The files of one store in an archive.

    Parameters
    ----------
    prefix
        The store's folder, one of `Archive.stores`.
    """

    def __init__(self, archive: Archive, prefix: str) -> None:
        self.name = f"{archive.path.name}/{prefix}".rstrip("/")
        self.is_near = is_local(archive.path)
        self._archive = archive
        self._prefix = prefix

    def blob(self, key: str) -> Blob | None:
        """See `places.Files`.

        Raises
        ------
        Unreadable
            If the member cannot be read, or lies behind a link.
        """
        name = f"{self._prefix}{key}"
        if name in self._archive:
            return self._archive.blob(name, f"{self.name}: {key}")
        if has_below(self._archive.names, f"{name}/"):
            refuse_folder(f"{self.name}/{key}")
        link = self._archive.link_above(name)
        if link is not None:
            raise Unreadable(f"{self.name}: {link[len(self._prefix) :]} {LINKED}")
        return None

    def children(self, path: str) -> list[str]:
        """See `places.Files`; links are named, as they may stand for nodes."""
        folder = f"{self._prefix}{path}/" if path else self._prefix
        nodes = names_below(self._archive.nodes, folder, only_paths=True)
        return sorted({*nodes, *self._archive.links_in(folder)})


def is_member_path(path: str) -> bool:
    """Whether each part of a path in an archive can be a node's name; the path of the archive is ""."""
    names = path.split("/") if path else []
    return all(map(is_member_name, names)) and names[:1] != ["__MACOSX"]


def _may_be_node(name: str) -> bool:
    return is_member_path(name) and name.rpartition("/")[2] not in DOCUMENT_KEYS


def _holder(folders: list[str], name: str) -> str | None:
    """That of some sorted folders, none of which lies in another, in which a name lies."""
    before = bisect_right(folders, name) - 1
    return folders[before] if before >= 0 and name.startswith(folders[before]) else None


def _folder(member: str) -> str:
    """The folder that a member lies in, "" or with a slash at its end."""
    return member[: member.rindex("/") + 1] if "/" in member else ""


def _outermost(folders: Iterable[str]) -> list[str]:
    """Those of some sorted folders that lie in no other one."""
    found: list[str] = []
    for folder in folders:  # what lies in a folder follows it
        if not found or not folder.startswith(found[-1]):
            found.append(folder)
    return found


def _marks(member: str) -> bool:
    """Whether a member says that its folder is a node."""
    folder = _folder(member)
    return member.rpartition("/")[2] in ZARR_MARKERS and folder != "/" and is_member_path(folder[:-1])
