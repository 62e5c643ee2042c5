"""Views: the same tree in another spelling, node to node, found under a name of its own at the root."""

from importlib import import_module

from ..core.known_names import VIEWS
from ..core.nodes import Node


def viewed(root: Node, view: str) -> Node:
    """The tree below `root` as a view shows it; "" is the tree itself.

    Each is the function in the module of its name, which is imported when it is first wanted: who publishes
    waits for none of them.

    Parameters
    ----------
    view
        A name of `known_names.VIEWS`; `ome` may have parameters behind a semicolon, see `ome.laid`.
    """
    name, _, parameters = view.partition(";")
    if name not in VIEWS:
        return root
    if parameters:
        from .ome.laid import laid

        return laid(root, parameters)
    found: Node = getattr(import_module(f"{__name__}.{name}"), name)(root)
    return found
