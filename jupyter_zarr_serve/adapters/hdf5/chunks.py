"""Reading HDF5 datasets around the lock that all of HDF5 shares, and sending chunks as they are stored.

A contiguous dataset is read from the file directly. Chunks are taken from HDF5 as they are stored and
decoded here, where several threads can do so at once and where a chunk that decodes to more than it
should is cut off. One that is served in parts is decoded once for all of them, where nobody can change
it meanwhile. Everything else is read by h5py.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html
"""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product
from typing import Any

import h5py
import numpy as np

from ...core.dtypes import Block, sealed
from ...core.errors import Unreadable
from ...core.grid import Region, covering, region_of, region_shape, within
from ...core.memory import Share, blocks
from ...core.reading import Read
from ...core.stored import Blob, Coords, Stored
from ...core.strided import ReadAt, read_strided
from .filters import (
    DEFLATE,
    Filter,
    are_decodable,
    decode,
    encoded_bound,
    filters_of,
    is_deflated,
    refuse_bomb,
)
from .texts import places_of, refuse_long, refuse_long_values
from .types import is_stored_as, stored_size

_NO_CHUNK = np.empty(0, np.uint8)


def reader_of(
    dataset: h5py.Dataset, limit_bytes: int, read_at: ReadAt | None = None
) -> "tuple[Read, Chunks | None]":
    """What reads regions of a dataset, and its chunks if they are decoded here.

    Parameters
    ----------
    read_at
        Reads the bytes of a file past HDF5; None where others may write it as we read.

    Raises
    ------
    Unreadable
        If a filter is not available, or one chunk is larger than allowed.
    """
    filters = filters_of(dataset)
    if filters and math.prod(dataset.chunks) * stored_size(dataset) > limit_bytes:
        raise Unreadable(
            f"{dataset.name}: its chunks {dataset.chunks} are larger than the {limit_bytes:,} bytes "
            "allowed; repack with: h5repack -l CHUNK"
        )
    if dataset.is_virtual:
        return dataset.__getitem__, None
    if dataset.chunks is None:
        direct = _contiguous(dataset, read_at) if is_stored_as(dataset) else None
        return direct or _by_hdf5(dataset, limit_bytes, read_at), None
    chunks = Chunks(dataset, filters, read_at is not None, limit_bytes)
    if is_stored_as(dataset) and are_decodable(filters):
        return chunks.read, chunks
    return chunks.read_by_hdf5, None


def _contiguous(dataset: h5py.Dataset, read_at: ReadAt | None) -> Read | None:
    """What reads the file past HDF5, where the dataset is one run of bytes in it."""
    offset = dataset.id.get_offset()
    if offset is None or read_at is None:
        return None
    shape, dtype = dataset.shape, dataset.dtype
    return lambda region: read_strided(read_at, offset, shape, dtype, region)


def _by_hdf5(dataset: h5py.Dataset, limit_bytes: int, read_at: ReadAt | None) -> Read:
    def read(region: Region) -> Block:
        refuse_long_values(dataset, region, limit_bytes, read_at)
        block: Block = dataset[region]
        return block

    return read


@dataclass(frozen=True)
class Chunks:
    """The chunks of a dataset, as they are stored and decoded.

    `keeps` says whether a decoded chunk stays what it is as long as the dataset is open.
    """

    dataset: h5py.Dataset
    filters: tuple[Filter, ...]
    keeps: bool = False
    limit_bytes: int = 1 << 28
    shared: Share[Block] = field(default_factory=partial(blocks, "hdf5"))

    @cached_property
    def raw_size(self) -> int:
        """Size of a decoded chunk in bytes."""
        chunk_shape: tuple[int, ...] = self.dataset.chunks
        return math.prod(chunk_shape) * stored_size(self.dataset)

    @cached_property
    def _any_stored(self) -> bool:
        # HDF5 gives nonsense for the size of a chunk where nothing at all is stored
        return bool(self.dataset.id.get_storage_size() > 0)

    def read(self, region: Region) -> Block:
        """The elements of a region."""
        parts = list(self._parts(region))
        if len(parts) == 1:
            return self._part(parts[0])
        block = np.empty(region_shape(region), self.dataset.dtype)
        for part in parts:
            inside = within(part, region)
            block[inside] = self._part(part)
        return block

    def read_by_hdf5(self, region: Region) -> Block:
        """The elements of a region, where only HDF5 can decode or convert them.

        Raises
        ------
        Unreadable
            If a chunk would decode to more bytes than it has.
        """
        self.check(region)
        block: Block = self.dataset[region]
        return block

    def check(self, region: Region) -> None:
        """Make sure that no chunk of a region decodes to more bytes than it has; see `read_by_hdf5`."""
        size, places = places_of(self.dataset)
        for part in self._parts(region) if self.filters or places else ():
            coords = self._coords(part)
            if (found := self.stored(coords)) is None:
                continue
            try:
                refuse_bomb(found[1], self.filters, found[0], self.raw_size)
            except (RuntimeError, ValueError, zlib.error):
                if not self._may_be_plain(coords, found[1]):
                    raise
            if places and are_decodable(self.filters):
                mask, data = found
                whole = math.prod(self.dataset.chunks) * size
                plain = data if len(data) == whole else decode(data, self.filters, mask, whole)
                if len(plain) == whole:
                    stored = np.frombuffer(plain, f"V{size}").reshape(self.dataset.chunks)
                    chunk = region_of(coords, self.dataset.shape, self.dataset.chunks)
                    refuse_long(stored[within(part, chunk)], places, self.limit_bytes)

    def stored(self, coords: Coords) -> tuple[int, bytes] | None:
        """A chunk's filter mask and bytes; None where none is stored.

        Raises
        ------
        Unreadable
            If more bytes are stored than any encoding of a chunk needs.
        """
        if not self._any_stored:
            return None
        room = np.empty(encoded_bound(self.raw_size), np.uint8)
        start = tuple(i * c for i, c in zip(coords, self.dataset.chunks, strict=True))
        try:
            mask, data = self.dataset.id.read_direct_chunk(start, out=room)
        except (OSError, RuntimeError):  # not allocated; if damaged, h5py's own reading will say so
            return None
        except ValueError as error:
            raise Unreadable(f"chunk {coords}: stored in more bytes than it can need ({error})") from error
        return int(mask), data

    def pass_through(self) -> dict[int, Stored]:
        """By Zarr format: the chunks as they are stored, if no filter changed their bytes.

        Version 2 has names for deflate and shuffle, but clients that read neither, and one that
        ignores filters and takes what is shuffled for values.
        """
        dtype = self.dataset.dtype
        if self.filters or dtype.kind not in "biufcS" or dtype.newbyteorder("<") != dtype:
            return {}
        stored = Stored(self._sendable, ())
        return {2: stored, 3: stored}

    def _sendable(self, coords: Coords) -> Blob | None:
        found = self.stored(coords)
        if found is None or found[0] != 0 or len(found[1]) != self.raw_size:
            return None
        data = bytes(found[1])
        return Blob(len(data), lambda start, stop: data[start:stop])

    def _may_be_plain(self, coords: Coords, data: Any) -> bool:
        """Whether a chunk may be stored unfiltered, as files may have it for chunks over the edge."""
        region = region_of(coords, self.dataset.shape, self.dataset.chunks)
        return len(data) == self.raw_size and region_shape(region) != self.dataset.chunks

    def _parts(self, region: Region) -> Iterator[Region]:
        """The region cut along the chunk grid."""
        cuts = []
        at_each = covering(region, self.dataset.chunks)
        for s, c, at in zip(region, self.dataset.chunks, at_each, strict=True):
            cuts.append([slice(max(s.start, i * c), min(s.stop, (i + 1) * c)) for i in at])
        return product(*cuts)

    def _coords(self, part: Region) -> Coords:
        return tuple(s.start // c for s, c in zip(part, self.dataset.chunks, strict=True))

    def _part(self, part: Region) -> Block:
        """A region within one chunk."""
        coords = self._coords(part)

        def make() -> Block:
            found = self.stored(coords)
            chunk = None if found is None else self._decoded(coords, *found)
            return sealed(_NO_CHUNK if chunk is None else chunk)

        is_shared = self.keeps and 2 * math.prod(region_shape(part)) <= math.prod(self.dataset.chunks)
        chunk = self.shared.made(coords, make) if is_shared else make()
        if chunk.size == 0:
            block: Block = self.dataset[part]
            return block
        return chunk[within(part, region_of(coords, self.dataset.shape, self.dataset.chunks))]

    def _decoded(self, coords: Coords, mask: int, data: Any) -> Block | None:
        """A chunk decoded; None where only HDF5 knows whether it is encoded at all."""
        if self.filters and self._may_be_plain(coords, data):
            if DEFLATE not in [number for number, *_ in self.filters]:
                return None
            mask = 0 if is_deflated(data, self.raw_size) else -1
        data = decode(data, self.filters, mask, self.raw_size)
        if len(data) != self.raw_size:
            raise Unreadable(f"chunk {coords}: holds {len(data):,} bytes in place of {self.raw_size:,}")
        return np.frombuffer(data, self.dataset.dtype).reshape(self.dataset.chunks)
