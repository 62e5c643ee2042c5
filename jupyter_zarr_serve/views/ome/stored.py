"""Images that are stored as OME-Zarr already: themselves, in the spelling of the format that is asked for.

0.4 (Zarr v2) has its metadata among the attributes, 0.5 (Zarr v3) below the attribute ``ome``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ...core.children import Seen
from ...core.nodes import Array, Group, Node
from .metadata import Scale

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


@dataclass(frozen=True)
class Multiscale:
    """What the metadata of a stored image say of its levels and its axes, as far as they can be understood.

    Attributes
    ----------
    paths
        Of the levels, the full one first.
    names
        Of the axes.
    scales
        Of the axes of the full one.
    channel_axis
        The axis of channels; -1 where there is none.
    channels
        What they are called.
    """

    paths: tuple[str, ...]
    names: tuple[str, ...]
    scales: list[Scale | None]
    channel_axis: int
    channels: list[str]
    is_labels: bool


def multiscale_of(group: Group) -> Multiscale | None:
    """The first image that a group describes; None where it describes none."""
    told = _told(group.attributes)
    first = next(iter(_mappings(told.get("multiscales"))), None)
    datasets = _mappings(first.get("datasets")) if first else []
    paths = tuple(path for dataset in datasets if isinstance(path := dataset.get("path"), str))
    if first is None or not paths:
        return None
    axes = _mappings(first.get("axes"))
    names = _axes(told)
    is_of_channels = [axis.get("type") == "channel" for axis in axes]
    omero = told.get("omero")
    labels = [
        entry.get("label")
        for entry in _mappings(omero.get("channels") if isinstance(omero, Mapping) else None)
    ]
    return Multiscale(
        paths,
        names,
        _scales(datasets[0], axes),
        is_of_channels.index(True) if any(is_of_channels) else names.index("c") if "c" in names else -1,
        [label if isinstance(label, str) else f"channel {number}" for number, label in enumerate(labels)],
        "image-label" in told or first.get("type") == "nearest",
    )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _scales(dataset: Mapping[str, Any], axes: list[Mapping[str, Any]]) -> list[Scale | None]:
    """The scale of each axis, of a scale and a translation after it; None where it is not known."""
    by_kind = {item.get("type"): item for item in _mappings(dataset.get("coordinateTransformations"))}
    steps = _numbers(by_kind.get("scale", {}).get("scale"), len(axes))
    starts = _numbers(by_kind.get("translation", {}).get("translation"), len(axes)) or [0.0] * len(axes)
    units = [unit if isinstance(unit := axis.get("unit"), str) else None for axis in axes]
    if steps is None or not all(step > 0 for step in steps):
        return [None] * len(axes)
    return [Scale(*each) for each in zip(steps, starts, units, strict=True)]


def _numbers(value: Any, count: int) -> list[float] | None:
    if not isinstance(value, list | tuple) or len(value) != count:
        return None
    numbers = [float(one) for one in value if isinstance(one, int | float) and math.isfinite(one)]
    return numbers if len(numbers) == count else None
