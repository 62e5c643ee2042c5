"""Listings of a node's members, for clients that read links and for those that read JSON.

Members are looked up before they are listed, as clients open what they list, and one that is damaged
would keep them from its siblings; but only in groups of up to 1 000. Of larger ones the names are told.

fsspec takes every ``href`` under the page's address and does not decode it, so a link holds the raw
name, but for what would end the attribute or begin another address. GDAL reads only pages titled
"Index of /path/".
"""

import html
import json
from collections.abc import Iterable
from urllib.parse import quote

from ..core.consolidated import left_out, told_of
from ..core.errors import ServeError, Unavailable
from ..core.known_names import UNAVAILABLE, UNKNOWN
from ..core.nodes import Array, Node
from ..core.walk import MOST_LOOKUPS, lookups, names_of
from .request import JSON

_IN_HREF = {ord(character): quote(character) for character in "\"'<>"}
_PROGRAMS = {"javascript", "vbscript", "data"}  # schemes of addresses that do something
_UNSEEN = "".join(map(chr, range(33)))  # what browsers overlook before a scheme
_IN_TEXT = {ord(character): html.escape(character) for character in "&\"'<>"}


def member_kinds(node: Node) -> dict[str, str]:
    """The names of the members that can be served, each with its kind; an array has none.

    One that cannot be had just now is of the kind `UNAVAILABLE`. Of more than 1 000 none is looked up:
    all are listed, and of the kind `UNKNOWN`.
    """
    if isinstance(node, Array):
        return {}
    names = names_of(node)
    if len(names) > MOST_LOOKUPS:
        return dict.fromkeys(names, UNKNOWN)
    return {
        name: _kind(found)
        for name, found in lookups(node, names)
        if isinstance(found, Unavailable) or not isinstance(found, ServeError)
    }


def render(node: Node, location: str, form: str, zarr_format: int) -> tuple[str, bytes]:
    """A listing and its media type.

    Parameters
    ----------
    location
        The URL path of the node, with a trailing slash.
    form
        `request.LINKS` or `request.JSON`; this one says what was left out, too.
    """
    kinds = member_kinds(node)
    if form == JSON:
        body = {"kind": _kind(node), "members": kinds, **_left_out(node, kinds, zarr_format)}
        return "application/json", json.dumps(body).encode()
    names = [name for name, kind in kinds.items() if kind != UNAVAILABLE]  # clients open what they list
    return "text/html; charset=utf-8", page(names, location)


def page(names: Iterable[str], location: str) -> bytes:
    """A listing of links to some names; see `render`."""
    title = f"Index of {html.escape(location if location.endswith('/') else f'{location}/')}"
    text = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<ul>\n{_raw_links(names)}</ul></body></html>\n"
    )
    return text.encode("utf-8", "surrogateescape")


def _left_out(node: Node, kinds: dict[str, str], zarr_format: int) -> dict[str, list[str]]:
    """What is not listed, and why, as far as that is known by now."""
    if isinstance(node, Array) or UNKNOWN in kinds.values() or UNAVAILABLE in kinds.values():
        return {}
    return told_of(left_out(node, zarr_format))


def _kind(found: Node | ServeError) -> str:
    if isinstance(found, ServeError):
        return UNAVAILABLE
    return "array" if isinstance(found, Array) else "group"


def _raw_links(names: Iterable[str]) -> str:
    return "".join(f'<li><a href="{_link(name)}/">{name.translate(_IN_TEXT)}</a></li>\n' for name in names)


def _link(name: str) -> str:
    """A name as a relative address, which no browser takes for a program, nor fsspec for a server."""
    link = name.translate(_IN_HREF)
    scheme, colon, _ = "".join(name.split()).partition(":")
    is_program = bool(colon) and scheme.strip(_UNSEEN).casefold() in _PROGRAMS
    if link.startswith("http"):
        return f"%68{link[1:]}"
    return link.replace(":", "%3A") if is_program else link
