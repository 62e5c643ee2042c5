"""A node described for people and their programs: what it is, and some of its members.

Names come without a look at what they stand for; only the members that are shown are looked up.
"""

from collections.abc import Mapping
from typing import Any

from ..core.attributes import attributes_json, to_json
from ..core.fills import fill_json
from ..core.meant import as_meant
from ..core.nodes import Array, Node
from ..core.walk import names_of
from .abridged import abridged
from .members import members_told, told_of
from .sample import is_numeric
from .table import columns_of, has_rows
from .thumbnail import can_be_drawn, drawn_axes, drawn_region

MOST_MEMBERS = 1000


def description_of(
    node: Node, path: tuple[str, ...], zarr_format: int, *, offset: int, limit: int, search: str, sort: str
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
    sort
        In which order they are; see `members_told`.

    Raises
    ------
    ServeError
        If the names of the members cannot be had.
    """
    told: dict[str, Any] = {"path": "/".join(path)}
    if isinstance(node, Array):
        told |= {**_attributes(node.attributes), "previews": _previews(node)}
        return {**told_of(node), "fill_value": _fill(node), **told}
    told |= _attributes(node.attributes_in(zarr_format))
    names, searched = names_of(node), search.casefold()
    found = [name for name in names if searched in name.casefold()] if searched else names
    return {
        **told_of(node),
        **told,
        "members": members_told(node, found, offset, min(limit, MOST_MEMBERS), sort),
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
            meant = as_meant(array)
            axes, drawn = drawn_axes(meant), drawn_region(meant)
            region = [[part.start, part.stop] for part in drawn]
            found["image"] = {"region": region, "axes": list(axes), "step": drawn[axes[0]].step or 1}
    if has_rows(array):
        found["rows"] = {}
    return found


def _fill(array: Array) -> Any:
    shown, _ = abridged({"": to_json(fill_json(array.fill_value, array.dtype))})
    return shown[""]
