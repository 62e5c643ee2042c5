"""xarray objects, such that `xarray.open_zarr` gives back the same.

A `Dataset` or `DataTree` is a group of its variables, coordinates included. A `DataArray` is an array
if it has no coordinates; with coordinates it is a group of them and of itself, under its name or
"data", as an array cannot carry them. Whatever is not loaded, dask arrays and variables of open files,
is read chunk by chunk.

References
----------
https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html
https://cfconventions.org/cf-conventions/cf-conventions.html#coordinate-system
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
import xarray as xr

from ..core.children import Children
from ..core.dtypes import STRING, Block
from ..core.errors import Unreadable
from ..core.grid import Region
from ..core.names import served_names
from ..core.nodes import Array, Group, Node, Policy, make_array
from ..core.reading import Reading
from ..core.served import named_after, referring, renames_of
from .marked import unit_of
from .objects import MISSING, is_missing, texts
from .sampling import reading_of

NAMELESS = "data"


@singledispatch
def adapt(obj: Any, _policy: Policy) -> Node:
    """The node of an xarray object.

    Raises
    ------
    Unreadable
        If it is none of the types that hold data, or its elements have no spelling in Zarr.
    """
    raise Unreadable(f"xarray.{type(obj).__qualname__} cannot be served; serve the Dataset it belongs to")


@adapt.register
def _(dataset: xr.Dataset, policy: Policy) -> Group:
    return _group(dataset, policy, _renames(dataset, {}))


def _renames(dataset: xr.Dataset, above: Mapping[Hashable, str]) -> dict[Hashable, str]:
    """The names under which variables, and dimensions with a variable here or above, are served."""
    bare = [dim for dim in dataset.dims if dim not in dataset.variables]
    taken = [above.get(dim, str(dim)) for dim in bare]
    served = zip(dataset.variables, served_names([*dataset.variables], taken), strict=True)
    return {dim: above[dim] for dim in bare if dim in above} | {
        key: name for key, name in served if key != name
    }


def _group(dataset: xr.Dataset, policy: Policy, renames: Mapping[Hashable, str]) -> Group:
    if renames:
        dataset = dataset.rename(renames)
    originals = {name: key for key, name in renames.items()}
    others = {str(key): name for key, name in renames.items()}
    mentions = _mentions(dataset)

    def make(name: str) -> Node:
        if name in dataset.dims and isinstance(dataset.xindexes.get(name), xr.indexes.PandasMultiIndex):
            raise Unreadable(
                f"{name}: a multi-index, which Zarr cannot spell; its levels are served instead"
            )
        variable = dataset.variables[name]
        attributes = referring({**variable.attrs, **mentions.get(name, {})}, lambda: others)
        array = _array(variable, attributes, policy)
        return named_after(array, originals[name]) if name in originals else array

    attributes = referring({**dataset.attrs, **mentions.get(None, {})}, lambda: others)
    return Group(Children([*map(str, dataset.variables)], make, renames), attributes, called="dataset")


@adapt.register
def _(array: xr.DataArray, policy: Policy) -> Node:
    if not array.coords:
        return adapt(array.variable, policy)
    name = NAMELESS if array.name is None or array.name in array.coords else array.name
    return adapt(array.to_dataset(name=name), policy)


@adapt.register
def _(variable: xr.Variable, policy: Policy) -> Array:
    return _array(variable, variable.attrs, policy)


@adapt.register
def _(tree: xr.DataTree, policy: Policy) -> Group:
    return _tree(tree, policy, {})


def _tree(tree: xr.DataTree, policy: Policy, above: Mapping[Hashable, str]) -> Group:
    dataset = tree.to_dataset(inherit=False)
    renames = _renames(dataset, above)
    here, below = _group(dataset, policy, renames), tree.children

    def make(name: str) -> Node:
        return _tree(below[name], policy, {**above, **renames}) if name in below else here.children[name]

    children = Children([*here.children, *below], make, renames_of(here.children))
    return Group(children, here.attributes)


def _mentions(dataset: xr.Dataset) -> dict[Hashable, dict[str, str]]:
    """The ``coordinates`` attributes by which xarray knows coordinates that name no dimension.

    By variable; under None what the group has to mention, as none of its variables can.
    """
    # the attribute separates names by spaces
    coords = [name for name in dataset.coords if name not in dataset.dims and " " not in str(name)]
    mentions: dict[Hashable, dict[str, str]] = {}
    left = set(map(str, coords))
    for name, array in dataset.data_vars.items():
        of_it = sorted(str(c) for c in coords if set(dataset.variables[c].dims) <= set(array.dims))
        text = str(array.attrs.get("coordinates", " ".join(of_it)))
        left -= set(text.split())
        if text:
            mentions[name] = {"coordinates": text}
    if left and "coordinates" not in dataset.attrs:
        mentions[None] = {"coordinates": " ".join(sorted(left))}
    return mentions


def _array(variable: xr.Variable, attributes: Mapping[Any, Any], policy: Policy) -> Array:
    """The array of a variable."""
    names = tuple(map(str, variable.dims))
    if _is_dask(variable):
        from .from_dask import array_of

        return array_of(
            variable.data, policy, may_miss=_may_miss(variable),
            attributes=attributes, dimension_names=names, fill_value=_fill(attributes),
        )  # fmt: skip
    if _holds_objects(variable):
        return _of_objects(variable, attributes, names, policy)

    def read(region: Region) -> Block:
        return np.asarray(variable[region].to_numpy())

    data: Any = variable._data
    reading = reading_of(data, read) if isinstance(data, np.ndarray) else Reading(read)
    return make_array(
        variable.shape, variable.dtype, reading, policy,
        source_chunks=_source_chunks(variable), attributes={**unit_of(data), **attributes},
        dimension_names=names, fill_value=_fill(attributes),
    )  # fmt: skip


def _holds_objects(variable: xr.Variable) -> bool:
    return not isinstance(variable.dtype, np.dtype) or variable.dtype.kind == "O"


def _of_objects(
    variable: xr.Variable, attributes: Mapping[Any, Any], names: tuple[str, ...], policy: Policy
) -> Array:
    """The array of a variable of Python objects, or of a pandas extension type."""
    from . import from_numpy

    if isinstance(variable.dtype, np.dtype) and not variable._in_memory:
        may_miss = _may_miss(variable)
        return make_array(
            variable.shape, STRING,
            lambda region: texts(variable[region].to_numpy(), may_miss=may_miss), policy,
            source_chunks=_source_chunks(variable), dimension_names=names,
            attributes={**attributes, **(MISSING["T"] if may_miss else {})},
        )  # fmt: skip
    if not isinstance(variable.data, np.ndarray):
        from . import from_pandas

        column = from_pandas.adapt(variable.data, policy)
        assert isinstance(column, Array)
        return replace(column, attributes={**attributes, **column.attributes}, dimension_names=names)
    values = np.asarray(variable.values)
    dates = {type(value) for value in values.flat if type(value).__module__.startswith("cftime")}
    if dates:
        if len(dates) > 1 or any(map(is_missing, values.flat)):
            raise Unreadable("dates of cftime that are missing, or of several calendars; encode them first")
        encoded = xr.conventions.encode_cf_variable(xr.Variable(names, values, attributes))
        return _array(encoded, encoded.attrs, policy)
    array = from_numpy.adapt(values, policy)
    assert isinstance(array, Array)
    return replace(array, attributes={**attributes, **array.attributes}, dimension_names=names)


def _may_miss(variable: xr.Variable) -> bool:
    """Whether text that is not loaded may be missing: that of files, only where they have a mark for it."""
    marks = {"_FillValue", "missing_value"}
    return "source" not in variable.encoding or not marks.isdisjoint(variable.encoding)


def _is_dask(variable: xr.Variable) -> bool:
    return type(variable._data).__module__.partition(".")[0] == "dask"


def _fill(attributes: Mapping[Any, Any]) -> Any:
    mark: Any = attributes.get("_FillValue")
    return mark if np.ndim(mark) == 0 else None


def _source_chunks(variable: xr.Variable) -> tuple[int, ...] | None:
    """The chunk shape of the file a variable is in."""
    preferred = variable.encoding.get("preferred_chunks", {})
    known = all(isinstance(preferred.get(name), int) for name in variable.dims)
    return tuple(preferred[name] for name in variable.dims) if known and preferred else None
