"""HDF5's filters: which ones a dataset's chunks went through, and undoing the usual ones.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html
"""

import zlib
from typing import Any

import h5py
import numpy as np
from numcodecs import Fletcher32, Shuffle

from ...core.errors import Unreadable

Filter = tuple[int, int, tuple[int, ...], bytes]  # identifier, flags, parameters, name

DEFLATE: int = h5py.h5z.FILTER_DEFLATE
_SHUFFLE: int = h5py.h5z.FILTER_SHUFFLE
_FLETCHER32: int = h5py.h5z.FILTER_FLETCHER32
_ORDER = (_SHUFFLE, DEFLATE, _FLETCHER32)


def filters_of(dataset: h5py.Dataset) -> tuple[Filter, ...]:
    """The filters that a dataset's chunks went through, in this order.

    Raises
    ------
    Unreadable
        When one is not installed.
    """
    properties = dataset.id.get_create_plist()
    filters = tuple(properties.get_filter(i) for i in range(properties.get_nfilters()))
    for number, _, _, name in filters:
        if not h5py.h5z.filter_avail(number):
            raise Unreadable(
                f"{dataset.name}: encoded by HDF5 filter {number} ({name.decode(errors='replace')}), "
                "which is not installed; run: pip install hdf5plugin"
            )
    return filters


def are_decodable(filters: tuple[Filter, ...]) -> bool:
    """Whether `decode` knows all filters, in the order in which they were applied."""
    numbers = [number for number, *_ in filters]
    return numbers == [number for number in _ORDER if number in numbers]


def decode(data: Any, filters: tuple[Filter, ...], mask: int, size: int) -> Any:
    """The bytes of a chunk before the filters.

    Parameters
    ----------
    mask
        Bits of the filters that were not applied.
    size
        What a decoded chunk takes, in bytes; no more memory is used.

    Raises
    ------
    Unreadable
        When the chunk would become larger, or its compressed bytes end too early.
    RuntimeError
        When a checksum is wrong.
    """
    for position, (number, _, parameters, _) in reversed(list(enumerate(filters))):
        if not mask >> position & 1:
            data = _undone(number, parameters, data, size)
    return data


def is_deflated(data: Any, size: int) -> bool:
    """Whether bytes are the compressed form of at most `size` bytes."""
    try:
        _inflated(data, size)
    except (Unreadable, zlib.error):
        return False
    return True


def _undone(number: int, parameters: tuple[int, ...], data: Any, size: int) -> Any:
    if number == DEFLATE:
        return _inflated(data, size)
    buffer = np.frombuffer(data, np.uint8)
    if number == _FLETCHER32:
        return Fletcher32().decode(buffer)
    return Shuffle(parameters[0]).decode(buffer) if parameters[0] > 1 else data


def _inflated(data: Any, size: int) -> bytes:
    stream = zlib.decompressobj()
    plain = stream.decompress(data, size + 1)
    if len(plain) > size or not stream.eof:
        raise Unreadable(
            f"a chunk whose compressed bytes are damaged: they do not decode to the {size:,} it has"
        )
    return plain
