"""Listings of a node's members, for clients that read links and for those that read JSON.

fsspec takes every ``href`` under the page's address and does not decode it, so a link holds the raw
name, but for what would end the attribute. GDAL reads only pages titled "Index of /path/".
"""

import html
import json
from collections.abc import Iterable
from urllib.parse import quote

from .nodes import Array, Group, Node
from .walk import members

LINKS, PAGE, JSON = "links", "page", "json"


def member_names(node: Node) -> list[str]:
    """The names of the members that can be served; an array has none.

    Raises
    ------
    Unavailable
        When a member cannot be had just now: a partial listing would look complete.
    """
    return [name for name, _ in members(node)] if isinstance(node, Group) else []


def render(node: Node, location: str, form: str) -> tuple[str, bytes]:
    """A listing and its media type.

    Parameters
    ----------
    location
        The URL path of the node, with a trailing slash.
    form
        `LINKS` for programs, `PAGE` for people, `JSON` for either.

    Raises
    ------
    Unavailable
        See `member_names`.
    """
    if form == JSON:
        kinds = {name: _kind(child) for name, child in members(node)} if isinstance(node, Group) else {}
        return "application/json", json.dumps({"kind": _kind(node), "members": kinds}).encode()
    names = member_names(node)
    links = _page_links(names) if form == PAGE else _raw_links(names)
    title = f"Index of {html.escape(location)}"
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<ul>\n{links}</ul></body></html>\n"
    )
    return "text/html; charset=utf-8", page.encode("utf-8", "surrogateescape")


def _kind(node: Node) -> str:
    return "array" if isinstance(node, Array) else "group"


def _raw_links(names: Iterable[str]) -> str:
    return "".join(f'<li><a href="{_raw_href(name)}/">{html.escape(name)}</a></li>\n' for name in names)


def _raw_href(name: str) -> str:
    for character in "\"'<>":
        name = name.replace(character, quote(character))
    return name


def _page_links(names: Iterable[str]) -> str:
    return "".join(
        f'<li><a href="./{quote(name, safe="", errors="surrogateescape")}/">{html.escape(name)}</a></li>\n'
        for name in names
    )
