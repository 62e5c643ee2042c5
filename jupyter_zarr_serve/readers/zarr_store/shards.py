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
from .codecs import check_crc32c
from .options import check_options
from .types import named

ChunkAt = Callable[[Coords], Blob | None]

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


def without_shards(grid: Grid, limit: int) -> Grid:
    """The grid of the innermost chunks; the same grid where there are no shards.

    Parameters
    ----------
    limit
        The size that a shard's index may have, in bytes.

    Raises
    ------
    Unreadable
        When the shards cannot be taken apart.
    """
    while len(grid.codecs) == 1:
        name, configuration = named(grid.codecs[0])
        if name != "sharding_indexed":
            break
        grid = _Shards.of(grid, configuration, limit).inner_grid()
    return grid


@dataclass(frozen=True)
class _Shards:
    grid: Grid
    inner_shape: tuple[int, ...]
    codecs: tuple[Any, ...]
    is_checked: bool
    is_index_first: bool

    @classmethod
    def of(cls, grid: Grid, configuration: Any, limit: int) -> "_Shards":
        check_options("sharding_indexed", configuration)
        inner_shape = tuple(configuration["chunk_shape"])
        _check_shapes(grid.chunk_shape, inner_shape)
        shards = cls(
            grid=grid,
            inner_shape=inner_shape,
            codecs=tuple(configuration["codecs"]),
            is_checked=_is_checked(configuration["index_codecs"]),
            is_index_first=configuration.get("index_location", "end") == "start",
        )
        if shards.index_size > min(limit, limits.SHARD_INDEX):
            raise Unreadable(
                f"the index of a shard takes {shards.index_size:,} bytes; use larger inner chunks"
            )
        return shards

    @property
    def counts(self) -> tuple[int, ...]:
        """Inner chunks along each axis of a shard."""
        return tuple(n // c for n, c in zip(self.grid.chunk_shape, self.inner_shape, strict=True))

    @property
    def index_size(self) -> int:
        return math.prod(self.counts) * _ENTRY + _CHECKSUM * self.is_checked

    def inner_grid(self) -> Grid:
        return Grid(self.inner_shape, self.codecs, self._open)

    def _open(self) -> ChunkAt:
        shard_at = self.grid.open()

        @lru_cache(maxsize=_OPEN_SHARDS)
        def opened(coords: Coords) -> tuple[Blob, Any] | None:
            shard = shard_at(coords)
            return None if shard is None else (shard, self._index(shard))

        def inner(coords: Coords) -> Blob | None:
            pairs = [divmod(i, n) for i, n in zip(coords, self.counts, strict=True)]
            shard = opened(tuple(outer for outer, _ in pairs))
            return None if shard is None else _part(*shard, tuple(within for _, within in pairs))

        return inner

    def _index(self, shard: Blob) -> Any:
        """Offset and length of every inner chunk, as an array of shape ``(*counts, 2)``."""
        size = self.index_size
        if shard.size < size:
            raise ValueError(f"a shard of {shard.size:,} bytes has no room for its index: it is truncated")
        start = 0 if self.is_index_first else shard.size - size
        data = shard.read(start, start + size)
        if self.is_checked:
            data = check_crc32c(data)
        return np.frombuffer(data, "<u8").reshape(*self.counts, 2)


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


def _is_checked(index_codecs: Any) -> bool:
    """Whether a checksum follows the index; any other codec than plain bytes is refused."""
    spelled = [named(codec) for codec in index_codecs]
    names = [name for name, _ in spelled]
    for name, configuration in spelled:
        check_options(name, configuration)
    is_plain = names in (["bytes"], ["bytes", "crc32c"])
    if not is_plain or spelled[0][1].get("endian", "little") != "little":
        raise Unreadable(f"a shard index with codecs {names} is not decoded here; ask for Zarr v3")
    return len(names) == 2
