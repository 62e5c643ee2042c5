"""Images that are stored as OME-Zarr already: themselves, in the spelling of the format that is asked for.

0.4 (Zarr v2) has its metadata among the attributes, 0.5 (Zarr v3) below the attribute ``ome``.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ...core.children import Seen
from ...core.nodes import Array, Group, Node

_KEYS = ("multiscales", "omero", "labels", "image-label", "plate", "well", "bioformats2raw.layout")


def is_stored(group: Group) -> bool:
    """Whether a group has OME-Zarr's metadata."""
    told = _told(group.attributes)
    return any(key in told for key in _KEYS)


def as_stored(group: Group, view: Any) -> Group:
    """The group with its metadata spelled as either format has them; groups below it by `view`."""
    told = _told(group.attributes)
    plain = {name: value for name, value in group.attributes.items() if name not in (*_KEYS, "ome")}
    return replace(
        group,
        children=Seen(group.children, partial(_member, view, _axes(told))),
        attributes=plain,
        by_format=lambda zarr_format: _spelled(told, zarr_format),
    )


def _told(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    ome = attributes.get("ome")
    found = ome if isinstance(ome, Mapping) else attributes
    return {key: found[key] for key in _KEYS if key in found}


def _spelled(told: Mapping[str, Any], zarr_format: int) -> dict[str, Any]:
    version = "0.4" if zarr_format == 2 else "0.5"
    respelled = {key: _versioned(key, value, version) for key, value in told.items()}
    return respelled if zarr_format == 2 else {"ome": {"version": version, **respelled}}


def _versioned(key: str, value: Any, version: str) -> Any:
    """In 0.4 each thing names the version; in 0.5 none does, as it stands once above them."""
    if isinstance(value, list | tuple):
        return [_versioned(key, item, version) for item in value]
    if not isinstance(value, Mapping) or key == "omero":
        return value
    kept = {name: item for name, item in value.items() if name != "version"}
    return {"version": version, **kept} if version == "0.4" else kept


def _axes(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the axes, which arrays of version 3 have to bear."""
    multiscales = told.get("multiscales")
    first = multiscales[0] if isinstance(multiscales, list) and multiscales else {}
    axes = first.get("axes") if isinstance(first, Mapping) else None
    names = [axis.get("name") if isinstance(axis, Mapping) else axis for axis in axes or ()]
    return tuple(name for name in names if isinstance(name, str))


def _member(view: Any, axes: tuple[str, ...], _: str, node: Node) -> Node:
    """A level as it is stored, but for the names of its axes; or a group, such as that of the labels."""
    if not isinstance(node, Array):
        viewed: Node = view(node)
        return viewed
    is_named = node.dimension_names is not None or len(axes) != len(node.shape)
    return node if is_named else replace(node, dimension_names=axes)
