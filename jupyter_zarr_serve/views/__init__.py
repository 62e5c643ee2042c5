"""Views: the same tree in another spelling, node to node, found under a name of its own at the root."""

from collections.abc import Callable, Mapping

from ..core.known_names import DRAWN, OME, PORTABLE
from ..core.nodes import Node
from .drawn import drawn
from .ome import ome
from .portable import portable

VIEWS: Mapping[str, Callable[[Node], Node]] = {DRAWN: drawn, OME: ome, PORTABLE: portable}


def viewed(root: Node, view: str) -> Node:
    """The tree below `root` as a view shows it; "" is the tree itself."""
    return VIEWS[view](root) if view in VIEWS else root
