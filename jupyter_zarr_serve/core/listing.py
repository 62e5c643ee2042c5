"""Listings of a node's members, for clients that read links and for those that read JSON.

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
from .walk import lookups


def member_kinds(node: Node) -> dict[str, str]:
    """The names of the members that can be served, each with its kind; an array has none.

    One that cannot be had just now is of the kind `UNAVAILABLE`.
    """
    if isinstance(node, Array):
        return {}
    return {
        name: _kind(found)
        for name, found in lookups(node)
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
    return "".join(f'<li><a href="{_raw_href(name)}/">{html.escape(name)}</a></li>\n' for name in names)


def _raw_href(name: str) -> str:
    for character in "\"'<>":
        name = name.replace(character, quote(character))
    return name
