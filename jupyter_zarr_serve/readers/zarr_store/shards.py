"""The inner chunks of sharded arrays, found by the index of their shard; read by byte range.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...core import limits
from ...core.errors import Unreadable
from ...core.stored import Blob, Coords
from .codecs import Step, check_crc32c, undo
from .elementwise import COMMUTING, named_steps
from .options import check_options
from .types import name_and_configuration

ChunkAt = Callable[[Coords], Blob | None]

_NAME = "sharding_indexed"
_ENTRY = 16  # bytes: offset and length of an inner chunk
_CHECKSUM = 4
_MISSING = (1 << 64) - 1
_OPEN_SHARDS = 16


@dataclass(frozen=True)
class Grid:
    """A grid of encoded chunks: of the stored ones, or of the inner ones of shards.

    Attributes
    ----------
    codecs
        What encoded each of them, as spelled.
    open
        Gives a function that finds them; what it reads on the way it keeps, so use it once.
    """

    chunk_shape: tuple[int, ...]
    codecs: tuple[Any, ...]
    open: Callable[[], ChunkAt]


def without_shards(grid: Grid, limit: int, *, by_range: bool = False) -> Grid:
    """The grid of the innermost chunks; the same grid where there are no shards.

    What stands in front of shards and changes each element by itself, or the order of axes, stands in
    front of the codecs of inner chunks as well.

    Parameters
    ----------
    limit
        The size that a shard, or its index, may have to be decoded, in bytes.
    by_range
        Whether shards that are encoded as a whole stay as they are.

    Raises
    ------
    Unreadable
        If the shards cannot be taken apart.
    """
    while _NAME in (names := [name for name, _ in named_steps(grid.codecs)]):
        at = names.index(_NAME)
        if by_range and grid.codecs[at + 1 :]:
            break
        grid = _Shards.of(grid, at, limit).inner_grid()
    return grid


@dataclass(frozen=True)
class _Shards:
    """One level of shards.

    Attributes
    ----------
    front
        The codecs in front of shards, as spelled.
    axes
        The axes of an array, in the order that shards have.
    behind
        What encodes shards as a whole, by name and configuration.
    """

    grid: Grid
    front: tuple[Any, ...]
    axes: tuple[int, ...]
    stored_shape: tuple[int, ...]  # of inner chunks, in the order of `axes`
    codecs: tuple[Any, ...]
    is_checked: bool
    order: str  # of the bytes of the index
    is_index_first: bool
    behind: tuple[Step, ...]
    limit: int

    @classmethod
    def of(cls, grid: Grid, at: int, limit: int) -> "_Shards":
        configuration = name_and_configuration(grid.codecs[at])[1]
        check_options(_NAME, configuration)
        axes = _axes_behind(named_steps(grid.codecs[:at]), len(grid.chunk_shape))
        stored_shape = tuple(configuration["chunk_shape"])
        _check_shapes([grid.chunk_shape[axis] for axis in axes], stored_shape)
        is_checked, order = _index_form(configuration["index_codecs"])
        shards = cls(
            grid=grid,
            front=grid.codecs[:at],
            axes=axes,
            stored_shape=stored_shape,
            codecs=tuple(configuration["codecs"]),
            is_checked=is_checked,
            order=order,
            is_index_first=configuration.get("index_location", "end") == "start",
            behind=tuple(Step(*step) for step in named_steps(grid.codecs[at + 1 :])),
            limit=limit,
        )
        for step in shards.behind:
            check_options(*step[:2])
        if shards.index_size > min(limit, limits.SHARD_INDEX):
            raise Unreadable(
                f"the index of a shard takes {shards.index_size:,} bytes; use larger inner chunks"
            )
        return shards

    @property
    def counts(self) -> tuple[int, ...]:
        """Inner chunks along each axis of a shard."""
        outer = (self.grid.chunk_shape[axis] for axis in self.axes)
        return tuple(n // c for n, c in zip(outer, self.stored_shape, strict=True))

    @property
    def index_size(self) -> int:
        return math.prod(self.counts) * _ENTRY + _CHECKSUM * self.is_checked

    def inner_grid(self) -> Grid:
        inner_shape = tuple(self.stored_shape[self.axes.index(axis)] for axis in range(len(self.axes)))
        return Grid(inner_shape, (*self.front, *self.codecs), self._open)

    def _open(self) -> ChunkAt:
        shard_at = self.grid.open()
        counts = [self.counts[self.axes.index(axis)] for axis in range(len(self.axes))]

        @lru_cache(maxsize=1 if self.behind else _OPEN_SHARDS)
        def opened(coords: Coords) -> tuple[Blob, Any] | None:
            shard = self._decoded(shard_at(coords))
            return None if shard is None else (shard, self._index(shard))

        def inner(coords: Coords) -> Blob | None:
            pairs = [divmod(i, n) for i, n in zip(coords, counts, strict=True)]
            shard = opened(tuple(outer for outer, _ in pairs))
            return None if shard is None else _part(*shard, tuple(pairs[axis][1] for axis in self.axes))

        return inner

    def _decoded(self, shard: Blob | None) -> Blob | None:
        """A shard without what encoded it as a whole."""
        if shard is None or not self.behind:
            return shard
        if shard.size > self.limit:
            raise Unreadable(f"a shard of {shard.size:,} bytes, which is encoded as a whole, is too large")
        data = shard.read(0, shard.size)
        for step in reversed(self.behind):
            data = memoryview(undo(step, data, self.limit)).tobytes()
        return Blob(len(data), lambda start, stop: data[start:stop], shard.version)

    def _index(self, shard: Blob) -> Any:
        """Offset and length of every inner chunk, as an array of shape ``(*counts, 2)``."""
        size = self.index_size
        if shard.size < size:
            raise ValueError(f"a shard of {shard.size:,} bytes has no room for its index: it is truncated")
        start = 0 if self.is_index_first else shard.size - size
        data = shard.read(start, start + size)
        if self.is_checked:
            data = check_crc32c(data)
        return np.frombuffer(data, self.order + "u8").reshape(*self.counts, 2)


def _part(shard: Blob, index: Any, coords: Coords) -> Blob | None:
    offset, size = map(int, index[coords])
    if offset == size == _MISSING:
        return None
    if offset + size > shard.size:
        raise ValueError(f"a shard of {shard.size:,} bytes ends before its chunk {coords}: it is truncated")
    version = None if shard.version is None else f"{shard.version}-{offset:x}-{size:x}"
    return Blob(size, lambda start, stop: shard.read(offset + start, offset + stop), version)


def _check_shapes(shard: Sequence[int], inner: Sequence[Any]) -> None:
    fits = len(shard) == len(inner) and all(type(c) is int and c > 0 for c in inner)
    if not fits or any(n % c for n, c in zip(shard, inner, strict=True)):
        raise Unreadable(
            f"inner chunks {list(inner)} do not divide shards {list(shard)}; repair the metadata"
        )


def _axes_behind(front: list[tuple[str, Any]], ndim: int) -> tuple[int, ...]:
    """The order of an array's axes behind codecs of its elements."""
    axes = tuple(range(ndim))
    for name, configuration in front:
        if name == "transpose":
            axes = tuple(axes[axis] for axis in permutation(configuration["order"], ndim))
        elif name not in COMMUTING:
            raise Unreadable(f"shards behind the codec {name!r} are not decoded here; ask for Zarr v3")
    return axes


def permutation(order: Any, ndim: int) -> list[int]:
    """The order of axes; early writers of version 3 spelled "C" and "F".

    Raises
    ------
    Unreadable
        If it does not fit.
    """
    axes = list(range(ndim))
    order = {"C": axes, "F": axes[::-1]}[order] if isinstance(order, str) else order
    if sorted(order) != axes:
        raise Unreadable(f"a transposition by {order} does not fit {ndim} axes; repair the metadata")
    return list(order)


def _index_form(index_codecs: Any) -> tuple[bool, str]:
    """Whether a checksum follows the index, and its byte order; any other codec is refused."""
    spelled = [name_and_configuration(codec) for codec in index_codecs]
    names = [name for name, _ in spelled]
    for name, configuration in spelled:
        check_options(name, configuration)
    if names not in (["bytes"], ["bytes", "crc32c"]):
        raise Unreadable(f"a shard index with codecs {names} is not decoded here; ask for Zarr v3")
    return len(names) == 2, ">" if spelled[0][1].get("endian", "little") == "big" else "<"
