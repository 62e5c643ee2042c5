"""GRIB files, by cfgrib: a group of the variables that share their coordinates, or several of them.

Only ecCodes sees the file, and only if it begins as a GRIB file does. No engine is chosen by the content:
those of other formats follow links into other files. No index is written beside the file.

References
----------
https://github.com/ecmwf/cfgrib
https://codes.wmo.int/grib2 (what a message says)
"""

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import cfgrib
import numpy as np

from ..adapters.column import once
from ..core.children import Children, Later
from ..core.dtypes import Block
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.names import served_names
from ..core.nodes import Array, Group, Node, Policy, make_array
from .files import is_local, open_binary, open_with_name

_HEADING = 128  # bytes; a bulletin of the WMO has a line or two in front of the message
_WIDTH = 8  # bytes that ecCodes takes for a value as it decodes it
_NOT_ATTRIBUTES = {"history"}  # it has the time of day in it
# What tells fields apart that would lie in the same place of a hypercube, beyond what cfgrib looks at.
_APART = (
    *("discipline", "parameterCategory", "parameterNumber", "stepRange"),
    *("percentileValue", "scaledValueOfLowerLimit", "scaledValueOfUpperLimit", "bottomLevel"),
    *("constituentType", "aerosolType", "instrumentType", "generatingProcessIdentifier"),
    *("marsStream", "marsClass", "experimentVersionNumber"),
)
_TURNS = Lock()  # not every build of ecCodes is made for several threads


@dataclass(frozen=True)
class _Dataset:
    """Variables whose coordinates agree, and the lengths of their dimensions."""

    variables: dict[str, Any]
    dimensions: dict[str, int]
    attributes: Mapping[str, Any]

    def admits(self, other: "_Dataset") -> bool:
        """Whether the other's variables may be put beside these."""
        known = (name for name in other.variables if name in self.variables)
        lengths = other.dimensions.items()
        return (
            self.attributes == other.attributes
            and all(self.dimensions.get(name, n) == n for name, n in lengths)
            and all(_is_same(self.variables[name], other.variables[name]) for name in known)
        )


def read(path: Path, policy: Policy) -> Node:
    """The variables of a GRIB file, as the file has them (times are numbers with a unit).

    Nothing but the first bytes is read before they are asked for: such a file has no table of contents.

    Where all of them agree in their coordinates, they are one group. Otherwise the file is a group of such
    groups, each named by its kind of level, and by the level or a variable where a kind has several.

    Raises
    ------
    Unreadable
        If the file is not on this machine, or is none.
    """
    if not is_local(path):
        raise Unreadable(f"{path.name}: files of this kind are only read from local disks; copy it")
    with open_binary(path) as file:
        start = file.read(_HEADING)
    if b"GRIB" not in start:
        raise Unreadable(
            f"{path.name}: starts with the bytes {start[:8]!r}, which is no GRIB file; rename it"
        )
    opened = once(partial(_opened, path, policy))
    return Group(Later(opened), called="dataset", by_format=lambda _: opened().attributes)


def _opened(path: Path, policy: Policy) -> Group:
    """Raises `Unreadable` if a field is too large, `cfgrib.DatasetBuildError` if messages make no array."""
    with _TURNS:
        cubes = list(_cubes(_index(path), policy))
    merged = _merged(cubes)
    if len(merged) == 1:
        return _group(merged[0], policy)
    kinds: dict[str, list[_Dataset]] = {}
    for cube in cubes:
        kinds.setdefault(_kind(cube), []).append(cube)
    named = [pair for kind, members in kinds.items() for pair in _named(kind, _merged(members))]
    names = served_names([name for name, _ in named])
    datasets = dict(zip(names, (dataset for _, dataset in named), strict=True))
    return Group(Children(datasets, lambda name: _group(datasets[name], policy)))


def _index(path: Path) -> Any:
    """What each message is about; one that cannot be read ends it, as what it holds would be missing."""
    file, name = open_with_name(path)
    stream = cfgrib.FileStream(name, errors="raise")
    weakref.finalize(stream, file.close)  # each of its messages is read from there
    keys = sorted({*cfgrib.compute_index_keys(), *_APART})
    return cfgrib.FieldsetIndex.from_fieldset(stream, keys, cfgrib.COMPUTED_KEYS)


def _cubes(index: Any, policy: Policy) -> Iterator[_Dataset]:
    """Each variable on each kind of level, with its coordinates."""
    for kind in index["typeOfLevel"]:
        of_kind = index.subindex(typeOfLevel=kind)
        for parameter in of_kind["paramId"]:
            yield from _split(of_kind.subindex(paramId=parameter), policy)


def _split(index: Any, policy: Policy) -> Iterator[_Dataset]:
    """One variable, or several where its messages make no hypercube together."""
    points = index.first()["numberOfPoints"]
    if points * _WIDTH > policy.limit_bytes:
        raise Unreadable(
            f"a field of {points:,} points, more than {policy.limit_bytes:,} bytes; cut it smaller"
        )
    try:
        made = cfgrib.open_from_index(index, errors="raise")
    except cfgrib.DatasetBuildError as error:
        key = error.args[1] if len(error.args) > 2 else ""
        if not key or len(index[key]) < 2:
            raise
        yield from _apart(index, key, policy)
        return
    messages = sum(len(ids) for _, ids in index.iter_index())
    places = max(len(getattr(v.data, "field_id_index", ())) for v in made.variables.values())
    key = next((key for key in _APART if messages > places and len(index[key]) > 1), "")
    if key:
        yield from _apart(index, key, policy)
        return
    attributes = {name: value for name, value in made.attributes.items() if name not in _NOT_ATTRIBUTES}
    dataset = _Dataset(dict(made.variables), dict(made.dimensions), attributes)
    if messages > places:
        _tell(
            dataset, "left_out", f"messages whose keys do not tell them from others: {messages - places:,}"
        )
    yield dataset


def _apart(index: Any, key: str, policy: Policy) -> Iterator[_Dataset]:
    for value in index[key]:
        for dataset in _split(index.subindex({key: value}), policy):
            _tell(dataset, f"GRIB_{key}", value)
            yield dataset


def _tell(dataset: _Dataset, name: str, value: Any) -> None:
    """Say something of the variables that are no coordinates, unless cfgrib says it already."""
    for variable in _fields(dataset).values():
        variable.attributes.setdefault(name, value)


def _merged(cubes: list[_Dataset]) -> list[_Dataset]:
    merged: list[_Dataset] = []
    for cube in cubes:
        place = next((one for one in merged if one.admits(cube)), None)
        if place is None:
            merged.append(_Dataset(dict(cube.variables), dict(cube.dimensions), cube.attributes))
        else:
            place.variables.update(cube.variables)
            place.dimensions.update(cube.dimensions)
    return merged


def _is_same(one: Any, other: Any) -> bool:
    """Whether two variables are the same coordinate."""
    is_stored = hasattr(one.data, "field_id_index") or hasattr(other.data, "field_id_index")
    return not is_stored and one.dimensions == other.dimensions and np.array_equal(one.data, other.data)


def _fields(dataset: _Dataset) -> dict[str, Any]:
    """The variables that are no coordinates."""
    return {name: v for name, v in dataset.variables.items() if hasattr(v.data, "field_id_index")}


def _kind(cube: _Dataset) -> str:
    attributes = next(iter(_fields(cube).values())).attributes
    return str(attributes.get("GRIB_typeOfLevel", "fields"))


def _named(kind: str, datasets: list[_Dataset]) -> list[tuple[str, _Dataset]]:
    if len(datasets) == 1:
        return [(kind, datasets[0])]
    levels = [dataset.variables.get(kind) for dataset in datasets]
    known = {float(level.data) for level in levels if level is not None and np.ndim(level.data) == 0}
    if len(known) == len(datasets):
        return [(f"{kind}_{float(d.variables[kind].data):g}", d) for d in datasets]
    return [(f"{kind}_{next(iter(_fields(d)))}", d) for d in datasets]


def _group(dataset: _Dataset, policy: Policy) -> Group:
    variables = dataset.variables
    renames = dict(zip(variables, served_names(list(variables)), strict=True))
    names = {name: own for own, name in renames.items()}
    children = Children(names, lambda name: _array(variables[names[name]], policy), renames)
    return Group(children, dataset.attributes, called="dataset")


def _array(variable: Any, policy: Policy) -> Array:
    if not hasattr(variable.data, "field_id_index"):
        values = np.asarray(variable.data)
        return make_array(
            values.shape, values.dtype, values.__getitem__, policy,
            attributes=variable.attributes, dimension_names=variable.dimensions,
        )  # fmt: skip
    fields = variable.data

    def read_region(region: Region) -> Block:
        with _TURNS:
            return np.asarray(fields[region])

    headers = len(fields.shape) - fields.geo_ndim
    return make_array(
        fields.shape, fields.dtype, read_region, policy, fill_value=np.nan,
        source_chunks=(*(1,) * headers, *fields.shape[headers:]),
        attributes=variable.attributes, dimension_names=variable.dimensions,
    )  # fmt: skip
