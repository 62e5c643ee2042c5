"""The part of the tree that an address leads to: all of it below ``zarr/``.

Every address of a page, and every request that a handler makes of a URL, goes through the scope of the
request; so that what holds for the whole tree holds for a part of it that has an address of its own.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from ...core.known_names import is_view


def parted(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The view that a path leads through, "" for none, and the path without it.

    Examples
    --------
    >>> parted(("ome;max,y,x", "files", "a.tif")), parted(("files",))
    (('ome;max,y,x', ('files', 'a.tif')), ('', ('files',)))
    """
    return (names[0], names[1:]) if names and is_view(names[0]) else ("", names)


@dataclass(frozen=True)
class Scope:
    """What can be reached from an address, and where that is.

    Attributes
    ----------
    url
        The URL path, with a slash at the end, below which ``v2/``, ``v3/`` and the pages are.
    path
        The names from the root of the whole tree to the root of this part.
    """

    url: str
    path: tuple[str, ...] = ()

    def inside(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path in the whole tree of a path in this part; a view's name stays in front.

        Examples
        --------
        >>> Scope("/zarr/s/x/", ("files", "a.h5")).inside(("ome", "image"))
        ('ome', 'files', 'a.h5', 'image')
        """
        if self.path and path and is_view(path[0]):
            return (path[0], *self.path, *path[1:])
        return (*self.path, *path)


def segments(path: str, prefix: str) -> tuple[str, ...]:
    """The decoded segments of a raw URL path below a prefix; split first, so that %2F stays inside.

    A segment that is still encoded then was so twice, as zarrs does: no served name has a percent sign.
    Clients put a slash behind an address that ends in one. Nothing has an empty name, so several slashes
    mean one, and those at the end a listing: an empty last segment.

    Examples
    --------
    >>> segments("/zarr/v3/a%2Fb/c%20d/", "/zarr/v3"), segments("/%25E6%2597%25A5", "")
    (('a/b', 'c d', ''), ('日',))
    >>> segments("/zarr/v3//a///", "/zarr/v3")
    ('a', '')
    """
    *names, last = path[len(prefix) :].removeprefix("/").split("/")
    found = [*filter(None, names), *([last] if last or names else [])]
    return tuple(map(_decoded, found) if "%" in path else found)


def _decoded(part: str) -> str:
    once = unquote(part, errors="surrogateescape")
    return unquote(once, errors="surrogateescape") if "%" in once else once
