"""Listings of a node's members, for clients that read links and for those that read JSON.

Members are looked up before they are listed, as clients open what they list, and one that is damaged
would keep them from its siblings; but only in groups of up to 1 000. Of larger ones the names are told.

fsspec takes every ``href`` under the page's address and does not decode it, so a link holds the raw
name, but for what would end the attribute. GDAL reads only pages titled "Index of /path/".
"""

import html
import json
from collections.abc import Iterable
from urllib.parse import quote

from .describe import UNAVAILABLE
from .errors import ServeError, Unavailable
from .nodes import Array, Node
from .request import JSON
from .walk import lookups, names_of

UNKNOWN = "unknown"
_MOST_LOOKUPS = 1000
_IN_HREF = {ord(character): quote(character) for character in "\"'<>"}
_IN_TEXT = {ord(character): html.escape(character) for character in "&\"'<>"}


def member_kinds(node: Node) -> dict[str, str]:
    """The names of the members that can be served, each with its kind; an array has none.

    One that cannot be had just now is of the kind `UNAVAILABLE`. Of more than 1 000 none is looked up:
    all are listed, and of the kind `UNKNOWN`.
    """
    if isinstance(node, Array):
        return {}
    names = names_of(node)
    if len(names) > _MOST_LOOKUPS:
        return {name: UNKNOWN for name in names if "\\" not in name}  # see `walk.child_of`
    return {
        name: _kind(found)
        for name, found in lookups(node, names)
        if isinstance(found, Unavailable) or not isinstance(found, ServeError)
    }


def render(node: Node, location: str, form: str) -> tuple[str, bytes]:
    """A listing and its media type.

    Parameters
    ----------
    location
        The URL path of the node, with a trailing slash.
    form
        `request.LINKS` or `request.JSON`.
    """
    kinds = member_kinds(node)
    if form == JSON:
        return "application/json", json.dumps({"kind": _kind(node), "members": kinds}).encode()
    names = [name for name, kind in kinds.items() if kind != UNAVAILABLE]  # clients open what they list
    links = _raw_links(names)
    title = f"Index of {html.escape(location)}"
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<ul>\n{links}</ul></body></html>\n"
    )
    return "text/html; charset=utf-8", page.encode("utf-8", "surrogateescape")


def _kind(found: Node | ServeError) -> str:
    if isinstance(found, ServeError):
        return UNAVAILABLE
    return "array" if isinstance(found, Array) else "group"


def _raw_links(names: Iterable[str]) -> str:
    return "".join(
        f'<li><a href="{name.translate(_IN_HREF)}/">{name.translate(_IN_TEXT)}</a></li>\n' for name in names
    )
