"""Names and lengths of the dimensions of HDF5 datasets: dimension scales, NetCDF-4, labels.

NetCDF-4 stores a variable only as far as it was written, and says that it is as long as its unlimited
dimension: the rest holds the fill value. A dimension without values of its own is stored as a dataset
too, which is no variable.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_h5_d_s__u_g.html
https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html#netcdf_4_spec
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import h5py

from .attributes import is_scale
from .links import address_of

NON_COORDINATE = "_nc4_non_coord_"  # NetCDF-4's prefix for a variable named like a foreign dimension
_NOT_A_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"


def is_bare_dimension(dataset: h5py.Dataset) -> bool:
    """Whether a dataset only stands for a NetCDF-4 dimension that has no variable."""
    return is_scale(dataset) and _bytes(dataset.attrs.get("NAME", b"")).startswith(_NOT_A_VARIABLE)


class Dimensions:
    """The dimensions of one file; remembers what takes a look at more than one dataset."""

    def __init__(self) -> None:
        self._lengths: dict[int, int] = {}
        self._labels: dict[int, dict[str, set[int]]] = {}

    def of(self, dataset: h5py.Dataset) -> tuple[tuple[str | None, ...], tuple[int, ...]]:
        """The names and the lengths of a dataset's dimensions, one per axis."""
        scales = _scales(dataset)
        lengths = tuple(self._length(scale, n) for scale, n in zip(scales, dataset.shape, strict=True))
        names = tuple(
            _name_of(scale, length, dataset) if scale is not None else self._label(dataset, axis)
            for axis, (scale, length) in enumerate(zip(scales, lengths, strict=True))
        )
        return names, lengths

    def _length(self, scale: h5py.Dataset | None, stored: int) -> int:
        """The length of an axis along a NetCDF-4 dimension, if it is unlimited; else as stored."""
        if scale is None or "_Netcdf4Dimid" not in scale.attrs or scale.maxshape[0] is not None:
            return stored
        address = address_of(scale)
        if address not in self._lengths:
            self._lengths[address] = max([scale.shape[0], *_lengths_along(scale)])
        return max(stored, self._lengths[address])

    def _label(self, dataset: h5py.Dataset, axis: int) -> str | None:
        """An axis's label, unless it means different lengths in the same group."""
        label = _labels(dataset)[axis]
        if not label:
            return None
        address = address_of(dataset.parent)
        if address not in self._labels:
            self._labels[address] = _lengths_by_label(dataset.parent)
        return label if len(self._labels[address][label]) <= 1 else None


def _scales(dataset: h5py.Dataset) -> list[h5py.Dataset | None]:
    """The dimension scale of each axis."""
    if is_scale(dataset) and dataset.ndim >= 1:
        ids = dataset.attrs.get("_Netcdf4Coordinates", ())
        if len(ids) == dataset.ndim > 1:
            known = _scales_by_id(dataset.parent)
            return [dataset, *(known.get(int(i)) for i in ids[1:])]
        return [dataset, *[None] * (dataset.ndim - 1)]
    lists = dataset.attrs.get("DIMENSION_LIST", ())
    if len(lists) != dataset.ndim:
        return [None] * dataset.ndim
    return [_referred(dataset.file, refs[-1]) if len(refs) else None for refs in lists]


def _referred(file: h5py.File, reference: Any) -> h5py.Dataset | None:
    """The dataset a reference leads to; None where it was deleted."""
    try:
        target = file[reference]
    except (KeyError, OSError, RuntimeError, ValueError):
        return None
    return target if isinstance(target, h5py.Dataset) and target.ndim else None


def _name_of(scale: h5py.Dataset, length: int, dataset: h5py.Dataset) -> str | None:
    """A scale's name, if it has one, is as long as the axis, and has no other meaning there."""
    home, _, name = (scale.name or "").rpartition("/")
    fits = "_Netcdf4Dimid" in scale.attrs or scale.shape[0] == length
    return name if name and fits and not _is_shadowed(name, home, dataset) else None


def _is_shadowed(name: str, home: str, dataset: h5py.Dataset) -> bool:
    """Whether a group between that of a dimension and that of its variable has another one of its name."""
    here = (dataset.name or "").rpartition("/")[0]
    while here.startswith(f"{home}/"):
        group = dataset.file[here]
        if isinstance(group.get(name, getlink=True), h5py.HardLink) and is_scale(group[name]):
            return True
        here = here.rpartition("/")[0]
    return False


def _lengths_along(scale: h5py.Dataset) -> Iterator[int]:
    """The lengths, along a dimension, of the variables that have it."""
    for reference, axis in scale.attrs.get("REFERENCE_LIST", ()):
        variable = _referred(scale.file, reference)
        if variable is not None and axis < variable.ndim:
            yield variable.shape[axis]


def _scales_by_id(group: h5py.Group) -> dict[int, h5py.Dataset]:
    """The NetCDF-4 dimensions that a group sees: its own and those of the groups around it."""
    known = {} if group.name == "/" else _scales_by_id(group.parent)
    for dataset in _datasets(group):
        if is_scale(dataset) and dataset.ndim and "_Netcdf4Dimid" in dataset.attrs:
            known[int(dataset.attrs["_Netcdf4Dimid"])] = dataset
    return known


def _datasets(group: h5py.Group) -> Iterator[h5py.Dataset]:
    for name in group:
        if isinstance(group.get(name, getlink=True), h5py.HardLink):
            thing = group[name]
            if isinstance(thing, h5py.Dataset) and thing.shape is not None:
                yield thing


def _labels(dataset: h5py.Dataset) -> list[str]:
    """The label of each axis; empty where it has none."""
    if "DIMENSION_LABELS" not in dataset.attrs:
        return [""] * dataset.ndim
    return [axis.label for axis in dataset.dims]


def _lengths_by_label(group: h5py.Group) -> dict[str, set[int]]:
    """The lengths that each name means in a group."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for dataset in _datasets(group):
        for label, length in zip(_labels(dataset), dataset.shape, strict=True):
            lengths[label].add(length)
        if is_scale(dataset) and dataset.ndim:
            lengths[dataset.name.rpartition("/")[2]].add(dataset.shape[0])
    return lengths


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
