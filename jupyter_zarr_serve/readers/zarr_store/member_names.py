"""Folders of an archive, found in the sorted list of its members' names.

A list of all folders could take gigabytes: a name of 65 000 characters may have 32 000 folders in it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_AFTER_SLASH = chr(ord("/") + 1)


def names_below(paths: Sequence[str], folder: str, *, only_paths: bool = False) -> list[str]:
    """What is directly below a folder, on the way to any of some paths.

    Parameters
    ----------
    paths
        Sorted; those of folders have a slash at their end.
    folder
        "" or with a slash at its end.
    only_paths
        Whether to name only folders that are themselves among the paths.

    Examples
    --------
    >>> names_below(["a-b/", "a/", "a/x/", "a/y/z/", "a0.h5", "a0.h5.zip"], "")
    ['a-b', 'a', 'a0.h5', 'a0.h5.zip']
    >>> names_below(["a/", "a/x/", "a/y/z/"], "a/"), names_below(["a/x/", "a/y/z/"], "a/", only_paths=True)
    (['x', 'y'], ['x'])
    """
    found: dict[str, bool] = {}
    at = bisect_right(paths, folder)
    while at < len(paths) and paths[at].startswith(folder):
        name, slash, below = paths[at][len(folder) :].partition("/")
        if not only_paths or (slash and not below):
            found[name] = True
        at = bisect_left(paths, f"{folder}{name}{_AFTER_SLASH}", at) if slash else at + 1
    return list(found)


def has_below(paths: Sequence[str], folder: str) -> bool:
    """Whether any of some sorted paths is below a folder, which has a slash at its end."""
    at = bisect_left(paths, folder)
    return at < len(paths) and paths[at].startswith(folder)
