"""The groups between the root and the kernels: placeholders that are listed, and no more."""

from collections.abc import Iterable
from typing import Any

from ..core.nodes import Group


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


def _group(tree: dict[str, Any]) -> Group:
    children = {name: _group(branch) for name, branch in sorted(tree.items())}
    return Group(children=children, consolidate=False)
