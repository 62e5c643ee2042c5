"""Which viewers can show a node, for the buttons of its page: one row for each."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Viewer:
    """A button.

    Attributes
    ----------
    url
        Relative to the page, or of another origin.
    note
        What to know before.
    is_elsewhere
        Whether it leads to another origin, and so into a window of its own.
    """

    label: str
    url: str
    note: str = ""
    is_elsewhere: bool = False


def viewers(node: dict[str, Any], root: str, names: tuple[str, ...]) -> list[Viewer]:
    """The viewers for a node.

    Parameters
    ----------
    node
        What is told of it; see `core.describe`.
    root
        The relative URL of the scope.
    names
        The path of the node in the scope.
    """
    path = quote("/".join(names), errors="surrogateescape")
    if {"image", "line"} & node["previews"].keys():
        return [Viewer("View", f"{root}view?path={path}")]
    return []
