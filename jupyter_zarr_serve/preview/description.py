"""A node described for people and their programs: what it is, and some of its members.

Names come without a look at what they stand for; only the members that are shown are looked up.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from ..core import limits
from ..core.attributes import attributes_json, to_json
from ..core.errors import NotFound, ServeError
from ..core.fills import fill_json
from ..core.nodes import Array, Group, Node
from ..core.public_text import public, short
from ..core.walk import child_of, names_of
from .abridged import abridged
from .rows import byte_count, dtype_name
from .sample import is_numeric
from .table import columns_of, has_rows
from .thumbnail import can_be_drawn, drawn_axes, drawn_region

UNAVAILABLE = "unavailable"
MOST_MEMBERS = 1000
_MEAN_NAME = 100  # characters of a dimension's name


def description_of(
    node: Node, path: tuple[str, ...], zarr_format: int, *, offset: int, limit: int, search: str
) -> dict[str, Any]:
    """All that is said of a node.

    Parameters
    ----------
    zarr_format
        Whose spelling of the attributes is told.
    offset, limit
        Which of a group's members are told.
    search
        Counts and lists only members whose name contains it, in upper or lower case.

    Raises
    ------
    ServeError
        If the names of the members cannot be had.
    """
    told: dict[str, Any] = {"path": "/".join(path)}
    if isinstance(node, Array):
        told |= {**_attributes(node.attributes), "previews": _previews(node)}
        return {**_array(node), "fill_value": _fill(node), **told}
    told |= _attributes(node.attributes_in(zarr_format))
    names = names_of(node)
    return {
        "kind": "group",
        "called": _called(node),
        **told,
        "members": _members(node, names, offset, min(limit, MOST_MEMBERS), search.casefold()),
        "levels": list(node.levels),
        "previews": {"rows": {}} if columns_of(node, names) else {},
    }


def _attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """As much of them as a page shows; the node's document has all."""
    shown, is_cut = abridged(attributes)
    return {"attributes": attributes_json(shown), **({"attributes_cut": True} if is_cut else {})}


def _previews(array: Array) -> dict[str, Any]:
    """The forms in which the values of an array can be shown, each with what is to be known of it."""
    found: dict[str, Any] = {}
    if is_numeric(array.dtype) and 0 not in array.shape:
        found["stats"] = {}
        if len(array.shape) == 1:
            found["line"] = {}
        if can_be_drawn(array):
            axes, drawn = drawn_axes(array), drawn_region(array)
            region = [[part.start, part.stop] for part in drawn]
            found["image"] = {"region": region, "axes": list(axes), "step": drawn[axes[0]].step or 1}
    if has_rows(array):
        found["rows"] = {}
    return found


def _called(group: Group) -> str:
    """What people call a group, as far as that is known without a look at its members."""
    if not group.consolidate:
        return "folder"
    told = group.attributes.get("ome")
    is_image = group.levels or "multiscales" in (told if isinstance(told, dict) else group.attributes)
    return "image" if is_image else group.called


def _array(array: Array) -> dict[str, Any]:
    return {
        "kind": "array",
        "shape": list(array.shape),
        "dtype": short(dtype_name(array.dtype)),
        "chunk_shape": list(array.chunk_shape),
        "dimension_names": _dimension_names(array),
        "nbytes": byte_count(array),
    }


def _dimension_names(array: Array) -> list[str | None] | None:
    """The names of the dimensions; None where there are none, or they are too long to be told."""
    names = array.dimension_names or ()
    is_long = sum(len(name or "") for name in names) > limits.AXES * _MEAN_NAME
    return None if is_long or not names else list(names)


def _fill(array: Array) -> Any:
    shown, _ = abridged({"": to_json(fill_json(array.fill_value, array.dtype))})
    return shown[""]


def _members(group: Group, names: list[str], offset: int, limit: int, search: str) -> dict[str, Any]:
    if search:
        names = [name for name in names if search in name.casefold()]
    items = (_member(group, name) for name in islice(names, offset, offset + limit))
    return {"total": len(names), "offset": offset, "limit": limit, "items": [*filter(None, items)]}


def _member(group: Group, name: str) -> dict[str, Any] | None:
    """The description of one member; empty if it has gone."""
    if len(name) > limits.NAME:
        why = f"its name has {len(name):,} characters, too many to be told; ask for it by its address"
        return {"name": short(name, limits.NAME), "kind": UNAVAILABLE, "message": why}
    try:
        node = child_of(group, name, "")
    except NotFound:
        return None
    except ServeError as error:
        return {"name": name, "kind": UNAVAILABLE, "message": short(public(to_json(str(error))))}
    if isinstance(node, Array):
        return {"name": name, **_array(node)}
    return {"name": name, "kind": "group", "called": _called(node)}
