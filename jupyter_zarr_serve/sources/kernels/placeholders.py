"""The groups between the root and the kernels: placeholders that are listed, and no more."""

from collections.abc import Iterable
from typing import Any

from ...core.names import renamed
from ...core.nodes import Group


def tree_of(paths: Iterable[tuple[str, ...]]) -> Group:
    """Nested groups with a placeholder at the end of every path.

    Examples
    --------
    >>> list(tree_of([("a", "b"), ("a", "c")]).children["a"].children)
    ['b', 'c']
    """
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for name in path:
            branch = branch.setdefault(name, {})
    return _group(tree)


def served_paths(paths: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The paths by those under which clients can ask for them; see `core.names`.

    Examples
    --------
    >>> served_paths([("a#b", "c"), ("a_b",)])
    {('a_b_1', 'c'): ('a#b', 'c'), ('a_b',): ('a_b',)}
    """
    given = list(paths)
    siblings: dict[tuple[str, ...], set[str]] = {}
    for path in given:
        for depth, name in enumerate(path):
            siblings.setdefault(path[:depth], set()).add(name)
    others = {above: renamed(sorted(names)) for above, names in siblings.items()}
    return {
        tuple(others[path[:depth]].get(name, name) for depth, name in enumerate(path)): path
        for path in given
    }


def _group(tree: dict[str, Any]) -> Group:
    children = {name: _group(branch) for name, branch in sorted(tree.items())}
    return Group(children=children, consolidate=False)
