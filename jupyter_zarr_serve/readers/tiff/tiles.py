"""From a TIFF series to an array: how its axes lie on pages, how it is cut, what can be sent undecoded.

The axes of a series are those that number its pages, then those of one page. A tile of useful size is a
chunk; smaller and larger ones, and strips, which are as wide as the image, are served as squares.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...core.dtypes import Block, DType
from ...core.errors import Unreadable
from ...core.grid import Region, chunk_shape_for, grid_shape, region_shape
from ...core.nodes import Policy
from ...core.reading import Read
from ...core.stored import Blob, Coords, Stored
from ..files import open_at
from .guard import failures_in
from .pages import Pages

_TILE_BYTES = range(1 << 14, (1 << 24) + 1)  # raw sizes of tiles that make good chunks
_MAX_SAMPLES = 16  # per pixel, to be served in one chunk
_UNCOMPRESSED = 1


@dataclass(frozen=True)
class Axes:
    """How the axes of a series lie on its pages.

    Attributes
    ----------
    shape
        Of the series.
    lead
        How many axes number the pages.
    places
        For each further axis: its position among a page's five; None for one of length 1.
    """

    shape: tuple[int, ...]
    lead: int
    places: tuple[int | None, ...]

    def window(self, region: Region) -> Region:
        """The part of a page that a region of the series covers."""
        window = [slice(0, 1)] * 5
        for place, part in zip(self.places, region[self.lead :], strict=True):
            if place is not None:
                window[place] = part
        return tuple(window)

    def numbers(self, region: Region) -> list[int]:
        """The pages that a region of the series touches, in C order."""
        lead = self.shape[: self.lead]
        ranges = np.ix_(*(np.arange(s.start, s.stop) for s in region[: self.lead]))
        return list(map(int, np.ravel_multi_index(ranges, lead).ravel())) if lead else [0]

    def of_page(self, lengths: Sequence[int]) -> tuple[int, ...]:
        """Lengths along a page's five axes as lengths along the axes of the series."""
        inner = (1 if place is None else lengths[place] for place in self.places)
        return (*(1,) * self.lead, *inner)

    def segment_coords(self, coords: Coords) -> tuple[int, list[int]]:
        """The page, and the place in its grid of segments, of a chunk that is one segment."""
        number = int(np.ravel_multi_index(coords[: self.lead], self.shape[: self.lead])) if self.lead else 0
        place = [0] * 5
        for axis, coord in zip(self.places, coords[self.lead :], strict=True):
            if axis is not None:
                place[axis] = coord
        return number, place


def axes_of(shape: Sequence[int], pages: int, page: Sequence[int]) -> Axes:
    """Find how a series of `shape` lies on a number of pages of the five-axes shape `page`.

    Raises
    ------
    Unreadable
        If it does not: the description of the series contradicts its pages.
    """
    places = [place for place, length in enumerate(page) if length != 1]
    wanted = [page[place] for place in places]
    for lead in reversed(range(len(shape) + 1)):
        if [n for n in shape[lead:] if n != 1] == wanted and math.prod(shape[:lead]) == pages:
            following = iter(places)
            inner = tuple(None if n == 1 else next(following) for n in shape[lead:])
            return Axes(tuple(shape), lead, inner)
    raise Unreadable(
        f"it claims the shape {tuple(shape)} but holds {pages} pages of shape {tuple(wanted)}; "
        "its description is wrong or it was truncated: write it anew"
    )


def squares(shape: Sequence[int], codes: str, itemsize: int, policy: Policy) -> tuple[int, ...]:
    """Chunks of one square of the image plane with all samples of its pixels; boxes where there is none."""
    samples = shape[-1] if codes.endswith("S") and shape[-1] <= _MAX_SAMPLES else 1
    pixel, target = itemsize * samples, policy.target_bytes
    if not {"Y", "X"} <= set(codes) or (codes.endswith("S") and shape[-1] != samples):
        return chunk_shape_for(shape, itemsize, target)
    spatial = (codes.index("Y"), codes.index("X"))
    chunks = chunk_shape_for(shape, pixel, target, layout="tile", spatial=spatial)
    return (*chunks[:-1], shape[-1]) if codes.endswith("S") else chunks


def chunk_shape_of(pages: Pages, axes: Axes, codes: str, policy: Policy) -> tuple[int, ...]:
    """The chunk shape: one tile of the source where that makes a good chunk, else squares."""
    tile, itemsize = axes.of_page(pages.segment), pages.dtype.itemsize
    if pages.tiled and math.prod(tile) * itemsize in _TILE_BYTES:
        return tile
    return squares(axes.shape, codes, itemsize, policy)


def reader_of(pages: Pages, axes: Axes, chunks: Coords, transform: Callable[[Block], Block] | None) -> Read:
    """The function that reads a region of a series."""
    segment = axes.of_page(pages.segment)
    keep = any(c % s and c < n for c, s, n in zip(chunks, segment, axes.shape, strict=True))

    def read(region: Region) -> Block:
        with failures_in(pages.path):
            block = pages.read(axes.numbers(region), axes.window(region), keep)
        block = block.reshape(region_shape(region))
        return transform(block) if transform else block

    return read


def stored_tiles(pages: Pages, axes: Axes, chunks: Coords) -> Mapping[int, Stored]:
    """The tiles or strips that Zarr can read as they lie in the file; empty where none can be.

    Those are the plain ones. TIFF's deflate has a name in version 2 only, which not all clients know.
    """
    is_plain = pages.compression == _UNCOMPRESSED and is_portable(pages.stored)
    if chunks != axes.of_page(pages.segment) or not is_plain:
        return {}
    stored = Stored(PlacedTiles(pages, axes).plain, ())
    return {2: stored, 3: stored}


def is_portable(stored: DType | None) -> bool:
    """Whether elements lie in the file as Zarr wants them: little-endian."""
    return stored is not None and (stored.itemsize == 1 or stored.str[0] == "<")


@dataclass(frozen=True)
class PlacedTiles:
    """The stored tiles of a series whose chunks are its tiles."""

    pages: Pages
    axes: Axes

    @cached_property
    def _size(self) -> int:
        return math.prod(self.pages.segment) * self.pages.dtype.itemsize

    def plain(self, coords: Coords) -> Blob | None:
        """An uncompressed tile; None for a short one, such as the last strip."""
        place = self._place(coords)
        return _blob(self.pages.path, *place) if place and place[1] == self._size else None

    def _place(self, coords: Coords) -> tuple[int, int] | None:
        number, place = self.axes.segment_coords(coords)
        grid = grid_shape(self.pages.shape, self.pages.segment)
        with failures_in(self.pages.path):
            return self.pages.locate(number, int(np.ravel_multi_index(place, grid)))


def stored_run(
    path: Path, offset: int, shape: Coords, dtype: DType, chunks: Coords
) -> Mapping[int, Stored]:
    """The chunks of a contiguous array that are one run of bytes each; empty where they are not."""
    partial = next((axis for axis, n in enumerate(chunks) if n != 1), 0)
    if not is_portable(dtype) or chunks[partial + 1 :] != shape[partial + 1 :]:
        return {}
    size = math.prod(chunks) * dtype.itemsize
    steps = [math.prod(shape[axis + 1 :]) * n * dtype.itemsize for axis, n in enumerate(chunks)]

    def chunk(coords: Coords) -> Blob | None:
        whole = all((i + 1) * c <= n for i, c, n in zip(coords, chunks, shape, strict=True))
        start = offset + sum(i * step for i, step in zip(coords, steps, strict=True))
        return _blob(path, start, size) if whole else None

    return {2: Stored(chunk, ()), 3: Stored(chunk, ())}


def _blob(path: Path, offset: int, size: int) -> Blob:
    def read(start: int, stop: int) -> bytes:
        with open_at(path) as read_at:
            return read_at(offset + start, stop - start)

    return Blob(size, read)
