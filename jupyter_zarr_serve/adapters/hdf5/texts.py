"""Texts of varying length: how long they are is looked up before HDF5 reads them.

HDF5 makes room for what the place of a text claims as its length, up to 4 GiB, before it finds that
nothing of that length is there.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html (global heap, variable-length data)
"""

import math
from typing import Any

import h5py
import numpy as np

from ...core.dtypes import Block
from ...core.errors import Unreadable
from ...core.grid import Region
from ...core.strided import ReadAt, read_strided

_PLACE = 16  # bytes: length, address of the heap, number in the heap; where addresses have eight bytes


def places_of(dataset: h5py.Dataset) -> tuple[int, list[int]]:
    """See `places_in`; no places where a dataset's file has shorter addresses."""
    is_wide = dataset.file.id.get_create_plist().get_sizes()[0] == 8
    return places_in(dataset.id.get_type()) if is_wide and dataset.dtype.hasobject else (0, [])


def places_in(kind: Any) -> tuple[int, list[int]]:
    """Bytes of an element in the file, and where in it places of values of varying length lie.

    What HDF5 tells of a type is how it lies in memory, where text takes fewer bytes.
    """
    if isinstance(kind, h5py.h5t.TypeVlenID):
        return _PLACE, [0]
    if isinstance(kind, h5py.h5t.TypeStringID) and kind.is_variable_str():
        return _PLACE, [0]
    if isinstance(kind, h5py.h5t.TypeArrayID):
        size, places = places_in(kind.get_super())
        count = math.prod(kind.get_array_dims())
        return size * count, [size * n + at for n in range(count) for at in places] if places else []
    grown, found = 0, []
    if isinstance(kind, h5py.h5t.TypeCompoundID):
        for number in sorted(range(kind.get_nmembers()), key=kind.get_member_offset):
            member = kind.get_member_type(number)
            size, places = places_in(member)
            found += [kind.get_member_offset(number) + grown + at for at in places]
            grown += size - member.get_size()
    return int(kind.get_size()) + grown, found


def refuse_long_values(
    dataset: h5py.Dataset, region: Region, limit_bytes: int, read_at: ReadAt | None
) -> None:
    """Make sure that no values of varying length in a region are too long; of a contiguous dataset.

    Raises
    ------
    Unreadable
        If they are.
    """
    size, places = places_of(dataset)
    offset = dataset.id.get_offset()
    if places and offset is not None and read_at is not None:
        stored = read_strided(read_at, offset, dataset.shape, np.dtype(f"V{size}"), region)
        refuse_long(stored, places, limit_bytes)


def refuse_long(stored: Block, places: list[int], limit_bytes: int) -> None:
    """Make sure that the values fit together into what one chunk may take.

    Parameters
    ----------
    stored
        Elements as they are in the file.
    places
        Where the places lie in each; see `places_in`.

    Raises
    ------
    Unreadable
        If they do not.
    """
    plain = np.ascontiguousarray(stored).reshape(-1)
    total = sum(
        int(np.ndarray(plain.size, "<u4", plain.data, at, (plain.itemsize,)).sum(dtype=np.int64))
        for at in places
    )
    if total > limit_bytes:
        raise Unreadable(
            f"{plain.size * len(places):,} texts that claim to have {total:,} bytes, more than the "
            f"{limit_bytes:,} allowed; they are damaged, or need smaller chunks"
        )
