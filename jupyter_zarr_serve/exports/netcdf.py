"""Export to NetCDF 4: an array with its coordinates, or the arrays of a group; not compressed.

Times become what the CF conventions have: a number of units since 1970, truth values bytes that xarray
knows as such. h5netcdf lays the file out; the values of numbers are no part of what it writes.

References
----------
https://h5netcdf.org/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.chunks import read_region
from ..core.errors import BadRequest, MissingLibrary, ServeError, Unreadable
from ..core.grid import Region, region_shape
from ..core.nodes import Array, Group, Node
from ..core.walk import lookups
from .asked import Asked
from .cf import as_cf, attributes_of, converting, safe_name
from .csv_text import refused_columns
from .pieces import Export, Piece, flat, joined
from .selection import selected
from .sparse_file import SparseFile, filled


@dataclass(frozen=True, eq=False)
class _Variable:
    """A variable of the file: an array, the part of it that is exported, and its dimensions."""

    name: str
    array: Array
    region: Region
    dimensions: tuple[str, ...]


def netcdf(node: Node, asked: Asked) -> Export:
    """The file of an array and of those siblings that are its coordinates, or of a group's own arrays.

    Raises
    ------
    BadRequest
        If the region is none of it.
    Unreadable
        If NetCDF cannot hold an element, or nothing is there to be held.
    """
    try:
        import h5netcdf  # noqa: F401
        import h5py  # noqa: F401
    except ImportError as error:
        raise MissingLibrary("netcdf", "netcdf") from error
    refused_columns(asked, "netcdf")
    if isinstance(node, Array):
        variables, attributes = list(_with_coordinates(node, asked)), {}
    elif asked.region:
        raise BadRequest("netcdf: a region is one of an array; name one")
    else:
        variables, attributes = list(_of_group(node)), dict(node.attributes)
    if not variables:
        raise Unreadable("netcdf: the group has no arrays of its own; name one of its members")
    file = SparseFile()
    holes = _written(file, variables, attributes)
    arrays = [variable.array for variable in variables]
    told = tuple((variable.name, variable.region, variable.dimensions) for variable in variables)
    return Export(joined(filled(file, holes)), arrays, told)


def _of_group(group: Group) -> Iterator[_Variable]:
    lengths: dict[str, int] = {}
    for count, (name, found) in enumerate(lookups(group)):
        if count >= limits.FIELDS:
            raise Unreadable(f"netcdf: more than {limits.FIELDS:,} members are too many; export zarr.zip")
        if isinstance(found, Array):
            yield _variable(name, found, tuple(slice(0, n) for n in found.shape), lengths)
        elif isinstance(found, ServeError):
            raise found


def _with_coordinates(array: Array, asked: Asked) -> Iterator[_Variable]:
    """The array and, cut alike, those siblings that lie along its dimensions."""
    selection = selected(array.shape, asked.region)
    name = asked.path[-1] if asked.path else "data"
    lengths: dict[str, int] = {}
    names = _distinct(array, lengths)
    parts = dict(zip(names, selection.region, strict=True))
    yield _Variable(name, array, selection.region, names)
    told = array.attributes.get("coordinates")
    wanted = dict.fromkeys(
        [*(n for n in array.dimension_names or () if n), *(told.split() if isinstance(told, str) else [])]
    )
    for other in wanted:
        found = asked.siblings.get(other) if other != name and other in asked.siblings else None
        if isinstance(found, Array) and set(found.dimension_names or ()) <= set(names) and found.shape:
            dimensions = tuple(str(one) for one in found.dimension_names or ())
            if len(dimensions) == len(found.shape) == len(set(dimensions)) and all(
                lengths[one] == n for one, n in zip(dimensions, found.shape, strict=True)
            ):
                yield _Variable(other, found, tuple(parts[one] for one in dimensions), dimensions)


def _variable(name: str, array: Array, region: Region, lengths: dict[str, int]) -> _Variable:
    return _Variable(name, array, region, _distinct(array, lengths))


def _distinct(array: Array, lengths: dict[str, int]) -> tuple[str, ...]:
    """A dimension for each axis; those without a name, or of another length, get one of their own."""
    found: list[str] = []
    for axis, length in enumerate(array.shape):
        told = array.dimension_names[axis] if array.dimension_names else None
        name = told or f"dim_{axis}"
        while name in found or lengths.get(name, length) != length:
            name += "_"
        lengths[name] = length
        found.append(name)
    return tuple(found)


def _written(
    file: SparseFile, variables: list[_Variable], attributes: Mapping[str, Any]
) -> list[tuple[int, list[Piece]]]:
    """Write all but numbers; where these belong, and what they are."""
    import h5netcdf
    import h5py

    holes = []
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    with h5netcdf.File(file, "w") as made:
        for variable in variables:
            for name, length in zip(variable.dimensions, region_shape(variable.region), strict=True):
                if safe_name(name) not in made.dimensions:
                    made.dimensions[safe_name(name)] = length
        made.attrs.update(dict(attributes_of(attributes)))
        for variable in variables:
            hole = _add(made, variable, layout)
            if hole is not None:
                holes.append(hole)
    return holes


def _add(made: Any, variable: _Variable, layout: Any) -> tuple[int, list[Piece]] | None:
    """Add a variable; where its values belong in the file, and what they are, unless they are written."""
    array, name = variable.array, safe_name(variable.name)
    dimensions = tuple(map(safe_name, variable.dimensions))
    if array.dtype.names is not None or array.dtype.kind in "Vc":
        raise Unreadable(f"netcdf: {name}: holds no elements of {array.dtype}; export npy or zarr.zip")
    if array.dtype.kind in "UTSO":
        _add_texts(made, variable)
        return None
    dtype, told, mark = as_cf(array)
    convert, shape = converting(array, dtype), region_shape(variable.region)
    if not shape:  # h5netcdf takes no layout for a single number
        data = convert(read_region(array, ()))
        added = made.create_variable(name, (), dtype, data=data, fillvalue=mark)
    else:
        added = made.create_variable(name, dimensions, dtype, fillvalue=mark, dcpl=layout)
    added.attrs.update(dict(attributes_of({**array.attributes, **told})))
    if 0 in shape or not shape:
        return None
    offset = added._h5ds.id.get_offset()
    if offset is None:
        raise Unreadable(f"netcdf: {name}: the file has no place for its values; export zarr.zip")
    return offset, flat(array, variable.region, convert, dtype.itemsize)


def _add_texts(made: Any, variable: _Variable) -> None:
    """Text is written, as it has no fixed length there."""
    import h5py

    block = read_region(variable.array, variable.region)
    size = sum(map(len, block.reshape(-1).tolist())) + 16 * block.size
    if size > limits.EXPORT_JSON:
        raise Unreadable(
            f"netcdf: {variable.name}: {size:,} bytes of text are more than {limits.EXPORT_JSON:,}; choose "
            "a smaller region, or export csv or zarr.zip"
        )
    texts = [
        to_json(one) if isinstance(one, str) else one.decode("utf-8", "backslashreplace")
        for one in block.reshape(-1).tolist()
    ]
    values = np.empty(block.size, object)
    values[:] = [text.replace("\0", "\ufffd") for text in texts]
    added = made.create_variable(
        safe_name(variable.name),
        tuple(map(safe_name, variable.dimensions)),
        h5py.string_dtype(),
        data=values.reshape(block.shape),
    )
    added.attrs.update(dict(attributes_of(variable.array.attributes)))
