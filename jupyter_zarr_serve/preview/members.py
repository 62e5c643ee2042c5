"""The members of a group for people: a page of them, in the order of the source or of one column.

Names come without a look at what they stand for; only the members that are shown are looked up. To sort
them by what they are, all are: as many as listings look up, and for a bounded time.
"""

import re
import time
from collections.abc import Iterable
from typing import Any

from ..core import limits
from ..core.attributes import to_json
from ..core.errors import NotFound, ServeError
from ..core.known_names import UNAVAILABLE
from ..core.nodes import Array, Group, Node
from ..core.public_text import public, short
from ..core.walk import MOST_LOOKUPS, child_of
from .called import SORTS, called
from .icon import pictured
from .rows import byte_count, dtype_name

_FALLING = "-"
_MEAN_NAME = 100  # characters of a dimension's name
_NUMBER = re.compile(r"([0-9]+)")


def members_told(group: Group, names: list[str], offset: int, limit: int, sort: str) -> dict[str, Any]:
    """A part of the members of a group.

    Parameters
    ----------
    names
        Those of the members that are counted and listed.
    sort
        One of `SORTS`, with "-" in front for the greatest first; "" for the order of the source.

    Returns
    -------
    What is told of them; "sort" is how they are sorted, which is "" where they are too many for it, or
    take too long, and "sorts" has the columns by which they can be sorted.
    """
    column, is_falling = sort.removeprefix(_FALLING), sort.startswith(_FALLING)
    sorts = SORTS if len(names) <= MOST_LOOKUPS else SORTS[:1]
    if column == "name":
        names = sorted(names, key=_natural, reverse=is_falling)
    elif column in sorts:
        found = _looked_up(group, names)
        if len(found) == len(names):
            names = _by_column(found, column, is_falling=is_falling)
        else:
            sorts, sort = SORTS[:1], ""
    else:
        sort = ""
    items = (_member(group, name) for name in names[offset : offset + limit])
    return {
        "total": len(names), "offset": offset, "limit": limit, "items": [*filter(None, items)],
        "sort": sort, "sorts": list(sorts),
    }  # fmt: skip


def _natural(name: str) -> list[tuple[int, str]]:
    """What names are sorted by: numbers in them by their value, whatever the case of their letters."""
    parts = _NUMBER.split(name.casefold())
    parts[1::2] = [digits.lstrip("0") for digits in parts[1::2]]
    return [(len(part) if at % 2 else 0, part) for at, part in enumerate(parts)]


def _looked_up(group: Group, names: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """The members by name, as far as they can be described in `limits.SORT_SECONDS`."""
    end, found = time.monotonic() + limits.SORT_SECONDS, {}
    for name in names:
        if time.monotonic() > end:
            break
        found[name] = _member(group, name, has_icon=False)
    return found


def _by_column(found: dict[str, dict[str, Any] | None], column: str, *, is_falling: bool) -> list[str]:
    """The names in the order of a column; those that have nothing in it come last, both ways."""
    values: dict[str, Any] = {}
    for name, item in found.items():
        value = None if item is None else called(item, name) if column == "kind" else item.get(column)
        if value is not None:
            values[name] = value
    known = sorted(values, key=values.__getitem__, reverse=is_falling)
    return known + [name for name in found if name not in values]


def _member(group: Group, name: str, *, has_icon: bool = True) -> dict[str, Any] | None:
    """The description of one member; None if it has gone."""
    if len(name) > limits.NAME:
        why = f"its name has {len(name):,} characters, too many to be told; ask for it by its address"
        return {"name": short(name, limits.NAME), "kind": UNAVAILABLE, "message": why}
    try:
        node = child_of(group, name, "")
    except NotFound:
        return None
    except ServeError as error:
        return {"name": name, "kind": UNAVAILABLE, "message": short(public(to_json(str(error))))}
    is_pictured = has_icon and pictured(node) is not None
    told = {"name": name, **told_of(node), **({"icon": True} if is_pictured else {})}
    return {**told, "called": called(told, name)} if isinstance(node, Group) else told


def told_of(node: Node) -> dict[str, Any]:
    """What is told of a node wherever it is listed."""
    if isinstance(node, Array):
        return {
            "kind": "array",
            "shape": list(node.shape),
            "dtype": short(dtype_name(node.dtype)),
            "chunk_shape": list(node.chunk_shape),
            "dimension_names": _dimension_names(node),
            "nbytes": byte_count(node),
            **({} if node.called == "array" else {"called": node.called}),
        }
    return {"kind": "group", "called": _called(node)}


def _dimension_names(array: Array) -> list[str | None] | None:
    """The names of the dimensions; None where there are none, or they are too long to be told."""
    names = array.dimension_names or ()
    is_long = sum(len(name or "") for name in names) > limits.AXES * _MEAN_NAME
    return None if is_long or not names else list(names)


def _called(group: Group) -> str:
    """What people call a group, as far as that is known without a look at its members."""
    if not group.consolidate:
        return "folder"
    told = group.attributes.get("ome")
    is_image = group.levels or "multiscales" in (told if isinstance(told, dict) else group.attributes)
    return "image" if is_image else group.called
