"""HDF5's filters: which ones a dataset's chunks went through, undoing the usual ones, bounding the others.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html
https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md
"""

import bz2
import importlib
import importlib.util
import zlib
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
from numcodecs import Fletcher32, Shuffle

from ...core.errors import Unreadable
from ...core.zstd import zstd_bound

Filter = tuple[int, int, tuple[int, ...], bytes]  # identifier, flags, parameters, name

DEFLATE: int = h5py.h5z.FILTER_DEFLATE
_SHUFFLE: int = h5py.h5z.FILTER_SHUFFLE
_FLETCHER32: int = h5py.h5z.FILTER_FLETCHER32
_NUMERIC = (
    h5py.h5z.FILTER_NBIT,
    h5py.h5z.FILTER_SCALEOFFSET,
)  # say in their parameters what they decode to
_DECODED = (_SHUFFLE, DEFLATE, _FLETCHER32)
_STEADY = (_SHUFFLE, _FLETCHER32, *_NUMERIC)  # do not make small things large
_BZIP2, _BITSHUFFLE = 307, 32008
_PLUGINS = "hdf5plugin"
_NOWHERE = {305: "LZO"}  # no package for Python has it

# Where a chunk says in its first bytes how long it becomes, for filters that trust them.
_ANNOUNCED: dict[int, Callable[[bytes], int]] = {
    h5py.h5z.FILTER_SZIP: lambda head: int.from_bytes(head[:4], "little"),
    32001: lambda head: int.from_bytes(head[4:8], "little"),  # Blosc
    32004: lambda head: int.from_bytes(head[:8], "big"),  # LZ4
    32015: zstd_bound,
}


def filters_of(dataset: h5py.Dataset) -> tuple[Filter, ...]:
    """The filters that a dataset's chunks went through, in this order.

    Raises
    ------
    Unreadable
        If one is not installed.
    """
    properties = dataset.id.get_create_plist()
    filters = tuple(properties.get_filter(i) for i in range(properties.get_nfilters()))
    for number, _, _, name in filters:
        if not _is_available(number):
            raise Unreadable(
                f"{dataset.name}: encoded by HDF5 filter {number} ({name.decode(errors='replace')}), "
                f"{_remedy(number)}"
            )
    return filters


def _is_available(number: int) -> bool:
    """Whether HDF5 has a filter, maybe from the package that brings the usual ones."""
    if not h5py.h5z.filter_avail(number) and number not in _NOWHERE and _has_plugins():
        importlib.import_module(_PLUGINS)
    return bool(h5py.h5z.filter_avail(number))


def _has_plugins() -> bool:
    return importlib.util.find_spec(_PLUGINS) is not None


def _remedy(number: int) -> str:
    repack = "repack the file where it can be read, with: h5repack -f GZIP=4"
    if number in _NOWHERE:
        return f"which no Python package has ({_NOWHERE[number]}); {repack}"
    if not _has_plugins():
        return "which is not installed; run: pip install hdf5plugin"
    return f"which neither HDF5 nor hdf5plugin has; put its plugin into HDF5_PLUGIN_PATH, or {repack}"


def are_decodable(filters: tuple[Filter, ...]) -> bool:
    """Whether `decode` knows all filters."""
    return all(number in _DECODED for number, *_ in filters)


def decode(data: Any, filters: tuple[Filter, ...], mask: int, size: int) -> Any:
    """The bytes of a chunk before the filters.

    Parameters
    ----------
    mask
        Bits of the filters that were not applied.
    size
        What a decoded chunk takes, in bytes; no more memory is used than an encoding of it may take.

    Raises
    ------
    Unreadable
        If the chunk would become larger, or its compressed bytes end too early.
    RuntimeError
        If a checksum is wrong.
    """
    applied = [position for position in range(len(filters)) if not mask >> position & 1]
    for position in reversed(applied):
        number, _, parameters, _ = filters[position]
        data = _undone(number, parameters, data, size if position == applied[0] else encoded_bound(size))
    return data


def encoded_bound(size: int) -> int:
    """The most bytes that `size` bytes take once they are encoded."""
    return size + size // 64 + 1024


def refuse_bomb(data: Any, filters: tuple[Filter, ...], mask: int, size: int) -> None:
    """Make sure that HDF5 decodes a chunk to no more than its size: some filters trust what they read.

    Filters that are known here are undone, within bounds; the first other one has to say how long its
    result becomes, and nothing may be compressed once more behind it.

    Raises
    ------
    Unreadable
        If it would become larger.
    """
    bound = encoded_bound(size)
    for position, (number, _, parameters, _) in reversed(list(enumerate(filters))):
        if mask >> position & 1:
            continue
        if number in _DECODED:
            data = _undone(number, parameters, data, bound)
            continue
        announced = _announced(number, parameters, bytes(data), bound)
        if announced > bound:
            raise Unreadable(f"a chunk that claims to hold {announced:,} bytes where {size:,} fit: damaged")
        if number not in _NUMERIC and any(one not in _STEADY for one, *_ in filters[:position]):
            raise Unreadable(f"chunks compressed by filter {number} and another; repack the file")
        return


def _announced(number: int, parameters: tuple[int, ...], data: bytes, bound: int) -> int:
    """How many bytes a filter makes of a chunk, as far as that is known before it does."""
    if number == _BZIP2:
        return len(bz2.BZ2Decompressor().decompress(data, bound + 1))
    if number in _NUMERIC:
        return parameters[2] * parameters[4] if len(parameters) > 4 else 0
    if number == _BITSHUFFLE:  # only if it compresses, too
        return int.from_bytes(data[:8], "big") if any(parameters[4:5]) else 0
    return _ANNOUNCED[number](data) if number in _ANNOUNCED else 0


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
