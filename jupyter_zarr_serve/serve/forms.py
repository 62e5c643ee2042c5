"""What people and programs can ask about a node, besides its store: one row for each form of a request."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..core.errors import NotFound, Unreadable
from ..core.memory import Share
from ..core.nodes import Array, Node
from ..core.walk import Found
from ..preview.conditions import Condition
from ..preview.description import description_of
from ..preview.icon import icon
from ..preview.orders import Wanted
from ..preview.points import points
from ..preview.rows import rows
from ..preview.thumbnail import thumbnail
from ..preview.values import line, stats
from .representation import Representation, blob_of, digest
from .request import ICON, IMAGE, IS_ALL, LINE, NODE, POINTS, ROWS, STATS, Options, Request

_JSON, _PNG = "application/json", "image/png"
_FAR = 2**63 - 1


@dataclass(frozen=True)
class Given:
    """The options of a request, and the format of its store."""

    options: Options
    zarr_format: int

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A number within bounds."""
        value = dict(self.options).get(name, default)
        if not isinstance(value, int):
            raise Unreadable(f"{name}: must be a number, not {value!r}")
        return max(least, min(most, value))

    def text(self, name: str) -> str:
        """A text; "" by default."""
        return str(dict(self.options).get(name, ""))

    def names(self, name: str) -> tuple[str, ...]:
        """Names, which a list in JSON has; none by default."""
        return tuple(map(str, json.loads(self.text(name) or "[]")))

    def conditions(self, name: str) -> tuple[Condition, ...]:
        """Conditions, of which a list in JSON has the members; none by default."""
        return tuple(Condition(*map(str, members)) for members in json.loads(self.text(name) or "[]"))

    def wanted(self) -> Wanted:
        """Which rows of a table."""
        return Wanted(self.names("sort"), self.conditions("where"), self.text("find"))


def _node(node: Node, path: tuple[str, ...], given: Given) -> dict[str, Any]:
    told = description_of(
        node,
        path,
        given.zarr_format,
        offset=given.number("offset", 0, 0, _FAR),
        limit=given.number("limit", 100, 1, _FAR),
        search=given.text("search"),
        sort=given.text("sort"),
    )
    is_all = dict(given.options).get(IS_ALL)
    return told if is_all is None else {**told, IS_ALL: bool(is_all)}


def _line(node: Node, _: tuple[str, ...], given: Given) -> dict[str, Any]:
    start, stop = given.number("start", 0, 0, _FAR), given.number("stop", _FAR, 0, _FAR)
    return line(_array(node), start, stop, given.number("points", 1000, 1, 10_000))


def _stats(node: Node, _: tuple[str, ...], given: Given) -> dict[str, Any]:
    return stats(_array(node), "".join(given.names("columns")))


def _rows(node: Node, path: tuple[str, ...], given: Given) -> dict[str, Any]:
    return rows(
        node,
        given.number("offset", 0, 0, _FAR),
        given.number("limit", 10, 1, _FAR),
        path=path,
        columns=given.names("columns"),
        wanted=given.wanted(),
    )


def _points(node: Node, path: tuple[str, ...], given: Given) -> dict[str, Any]:
    along = given.names("x")
    return points(
        node,
        along[0] if along else None,
        given.names("columns"),
        given.number("points", 20_000, 100, 100_000),
        path=path,
        wanted=given.wanted(),
        part=(given.number("start", 0, 0, _FAR), given.number("stop", _FAR, 0, _FAR)),
        is_joined=bool(given.number("joined", 0, 0, 1)),
        logarithmic=[int(number) for number in given.text("log").split(",") if number],
    )


def _icon(node: Node, _: tuple[str, ...], given: Given) -> bytes:  # noqa: ARG001
    return icon(node)


def _image(node: Node, _: tuple[str, ...], given: Given) -> bytes:  # noqa: ARG001
    return thumbnail(_array(node))


FORMS: dict[str, tuple[str, Callable[[Node, tuple[str, ...], Given], dict[str, Any] | bytes]]] = {
    NODE: (_JSON, _node),
    LINE: (_JSON, _line),
    STATS: (_JSON, _stats),
    ROWS: (_JSON, _rows),
    POINTS: (_JSON, _points),
    IMAGE: (_PNG, _image),
    ICON: (_PNG, _icon),
}


def form_of(found: Found, request: Request, form: str, remember: Share[bytes] | None) -> Representation:
    """The representation of a node in one form.

    Raises
    ------
    NotFound
        If the path leads to no node.
    Unreadable
        If there is no such form, or an option has no meaning.
    """
    name = "/".join(found.names)
    if found.key:
        raise NotFound(f"no member {found.key!r} in {name}; ask for one that is listed there")
    if form not in FORMS:
        raise Unreadable(f"{form}: no such form; there are {', '.join(FORMS)}")
    media_type, tell = FORMS[form]
    version = found.node.version if isinstance(found.node, Array) else None
    identity = (version, form, request.options, request.view, found.names)

    def make() -> bytes:
        told = tell(found.node, found.names, Given(request.options, request.zarr_format))
        return told if isinstance(told, bytes) else json.dumps(told, allow_nan=False).encode()

    if version is None or remember is None or form == NODE:
        return Representation(name, media_type, lambda _: blob_of(make()), form=form)
    etag = f'"{digest(repr(identity).encode())}"'
    made = partial(remember.made, identity, make)
    return Representation(name, media_type, lambda _: blob_of(made()), etag, form=form)


def _array(node: Node) -> Array:
    if not isinstance(node, Array):
        raise Unreadable("only arrays have this form, and this is a group")
    return node
