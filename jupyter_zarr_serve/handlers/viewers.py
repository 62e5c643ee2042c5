"""What the buttons of a page lead to: the viewers of a node, one row for each, and its sharing."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..shares.sharing import UNSHARED
from .scope import VIEWS

SHARING = "jupyter_zarr_serve_sharing"  # the setting that says whether there are share links


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
    path = _quoted(names)
    if {"image", "line"} & node["previews"].keys():
        return [Viewer("View", f"{root}view?path={path}")]
    return []


def share_url(root: str, names: tuple[str, ...]) -> str:
    """The relative URL of the form that makes a link to a node; "" where there can be no link to it.

    Examples
    --------
    >>> share_url("../", ("ome", "files", "a b.tif")), share_url("../", ("kernels",))
    ('../shares?path=files/a%20b.tif', '')
    """
    path = names[1:] if names and names[0] in VIEWS else names  # every view is below a link, too
    return "" if path in UNSHARED else f"{root}shares?path={_quoted(path)}"


def _quoted(names: tuple[str, ...]) -> str:
    return quote("/".join(names), errors="surrogateescape")
