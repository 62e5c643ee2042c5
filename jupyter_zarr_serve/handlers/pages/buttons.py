"""What the buttons of a page lead to: the viewers that can show a node, and its sharing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ...core.known_names import DRAWN, OME
from ...shares.sharing import UNSHARED
from ..web.render import quoted
from ..web.scope import parted
from .other_viewers import ViewerRoute

_OF_IMAGES = {DRAWN, OME}  # the views in which every image is a group
_MOST_AXES = 5  # of an image


@dataclass(frozen=True)
class Place:
    """Where a node is.

    Attributes
    ----------
    root
        The relative URL of the scope.
    names
        The path of the node in the scope.
    plain
        The path without a view, as far as there is such a node: levels of an image are in views alone.
    """

    root: str
    names: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def view(self) -> str:
        """The view that the path leads through; "" for none."""
        return parted(self.names)[0]

    @property
    def is_plain(self) -> bool:
        """Whether the node is there without the view, too."""
        return len(self.plain) == len(self.names) - bool(self.view)


@dataclass(frozen=True)
class Viewer:
    """A button.

    Attributes
    ----------
    url
        Relative to the page.
    note
        What to know before.
    template, source
        Of a viewer that reads with the rights of the page: its URL, in which `other_viewers.SOURCE`
        stands for the address of the image; and that address relative to the page. "" for any other.
    is_elsewhere
        Whether it gets a window of its own.
    """

    label: str
    url: str
    note: str = ""
    template: str = ""
    source: str = ""
    is_elsewhere: bool = False


def viewers(node: dict[str, Any], place: Place, routes: Sequence[ViewerRoute], scope: str) -> list[Viewer]:
    """The viewers for a node.

    Parameters
    ----------
    node
        What is told of it; see `preview.description`.
    routes
        To the other viewers.
    scope
        The URL path of the scope.
    """
    if "line" in node["previews"]:
        return [Viewer("View", f"{place.root}view?path={_in_query(place.names)}")]
    if not place.is_plain:
        return []
    own = Viewer("View", f"{place.root}view?path={_in_query(place.plain)}")
    others = routes if _is_image(node, place) else ()
    return [own, *(other(route, place, scope) for route in others)]


def other(route: ViewerRoute, place: Place, scope: str) -> Viewer:
    """The button for another viewer of the image at a place."""
    label, path = f"Open in {route.name}", _in_query(place.plain)
    if not route.is_direct:
        url = f"{place.root}shares/open/{route.name}?path={path}"
        return Viewer(label, url, "By a link to this image alone; you are asked first", is_elsewhere=True)
    url, template = f"{place.root}open/{route.name}?path={path}", route.template
    if template.startswith(scope):  # the address of a share link is in no page
        template = place.root + template.removeprefix(scope)
    source = f"{place.root}v3/{DRAWN}/{quoted(place.plain)}".rstrip("/")
    return Viewer(label, url, template=template, source=source, is_elsewhere=True)


def _is_image(node: dict[str, Any], place: Place) -> bool:
    if node["kind"] == "array":
        is_level = place.view.partition(";")[0] in _OF_IMAGES
        return "image" in node["previews"] and len(node["shape"]) <= _MOST_AXES and not is_level
    told = node["attributes"].get("ome")
    told = told if isinstance(told, dict) else node["attributes"]
    return bool(told.get("multiscales") or node.get("levels"))


def share_url(place: Place) -> str:
    """The relative URL of the form that makes a link to a node; "" where there can be no link to it.

    Of what is in a view alone, it is a link to what the view makes it of: every view is below a link, too.

    Examples
    --------
    >>> share_url(Place("../", ("ome", "files", "a b.tif", "0"), ("files", "a b.tif")))
    '../shares?path=files/a%20b.tif'
    >>> share_url(Place("../", ("kernels",), ("kernels",)))
    ''
    """
    return "" if place.plain in UNSHARED else f"{place.root}shares?path={_in_query(place.plain)}"


def _in_query(names: tuple[str, ...]) -> str:
    return quote("/".join(names), errors="surrogateescape")
