"""The part of the tree that an address leads to: all of it below ``zarr/``.

Every address of a page, and every request that a handler makes of a URL, goes through the scope of the
request; so that what holds for the whole tree holds for a part of it that has an address of its own.
"""

from dataclasses import dataclass

from ...core.known_names import VIEWS


def parted(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The view that a path leads through, "" for none, and the path without it.

    Examples
    --------
    >>> parted(("ome", "files", "a.tif")), parted(("files",))
    (('ome', ('files', 'a.tif')), ('', ('files',)))
    """
    return (names[0], names[1:]) if names and names[0] in VIEWS else ("", names)


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
        if self.path and path and path[0] in VIEWS:
            return (path[0], *self.path, *path[1:])
        return (*self.path, *path)
