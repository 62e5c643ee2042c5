"""The pixels of a TIFF series: which page and which of its segments (tiles or strips) hold a region.

A page has five axes here, as in tifffile's `shaped`: separate samples, depth, length, width, contiguous
samples. Everything needed to read it later is gathered while the file is open; then it is closed.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...core.dtypes import Block, DType, sealed
from ...core.errors import Unreadable
from ...core.grid import Region, covering, grid_shape, overlap, region_shape
from ...core.memory import Share, blocks
from ...core.strided import ReadAt, read_strided
from ..files import open_at
from .codecs import check_header


@dataclass(frozen=True, slots=True)
class Segments:
    """Where the segments of a page lie: offsets and sizes in bytes."""

    offsets: Sequence[int]
    counts: Sequence[int]
    jpeg: dict[str, bytes | None]

    @property
    def is_one_run(self) -> bool:
        """Whether the segments follow each other without gaps."""
        runs = zip(self.offsets, self.counts, self.offsets[1:], strict=False)
        return all(offset + count == following for offset, count, following in runs)


@dataclass(frozen=True, eq=False)
class Pages:
    """The pages of a series and what they have in common.

    Attributes
    ----------
    shape
        Of one page: (separate samples, depth, length, width, contiguous samples).
    segment
        Shape of one segment, in the same axes.
    stored
        dtype in the file, once decompressed; None where that does not give the pixels yet.
    plain, tiled
        Whether a page's bytes are its pixels, without tiles; whether it is cut into tiles.
    nodata
        What pixels that the file leaves out hold.
    """

    path: Path
    size: int
    limit: int
    pages: Sequence[Segments | None]
    shape: tuple[int, ...]
    segment: tuple[int, ...]
    dtype: DType
    stored: DType | None
    plain: bool
    tiled: bool
    compression: int
    nodata: Any
    decode: Callable[..., tuple[Block | None, tuple[int, ...], tuple[int, ...]]]
    segments: Share[Block] = field(default_factory=partial(blocks, "tiff"))

    def read(self, numbers: Sequence[int], window: Region, keep: bool) -> Block:
        """The same window of several pages, stacked; `keep` decoded segments for neighbours.

        Raises
        ------
        Unreadable
            If a segment is missing, too large or cannot be decoded.
        """
        with open_at(self.path) as read_at:
            parts = [self._read_page(read_at, number, window, keep) for number in numbers]
        return np.stack(parts) if parts else np.empty((0, *region_shape(window)), self.dtype)

    def locate(self, number: int, index: int) -> tuple[int, int] | None:
        """Offset and size of an encoded segment; None where the file leaves it out.

        Raises
        ------
        Unreadable
            If the page lacks the segment, or it leaves the file.
        """
        page = self.pages[number]
        if page is None:
            return None
        if index >= min(len(page.offsets), len(page.counts)):
            raise Unreadable(f"page {number} has fewer segments than its size needs; write the file anew")
        offset, count = int(page.offsets[index]), int(page.counts[index])
        if offset == 0 or count == 0:
            return None
        if offset + count > self.size or count > self.limit:
            raise Unreadable(
                f"segment {index} of page {number} takes bytes {offset:,} to {offset + count:,} of "
                f"{self.size:,}; the file is truncated or corrupt: copy it again, completely"
            )
        return offset, count

    def check_first(self) -> None:
        """Look whether the file holds as much as the dimensions of its pages claim.

        Raises
        ------
        Unreadable
            If it does not; only one page is looked at.
        """
        number, page = next(((n, page) for n, page in enumerate(self.pages) if page), (0, None))
        if page is None:
            raise Unreadable("none of its pages has pixels; write it anew")
        if self._is_run(page):
            self._check_extent(number, page)
        else:
            self.locate(number, math.prod(grid_shape(self.shape, self.segment)) - 1)

    def _is_run(self, page: Segments) -> bool:
        return self.plain and self.stored is not None and bool(page.offsets[0]) and page.is_one_run

    def _read_page(self, read_at: ReadAt, number: int, window: Region, keep: bool) -> Block:
        page = self.pages[number]
        if page and self.stored is not None and self._is_run(page):
            self._check_extent(number, page)
            return read_strided(read_at, page.offsets[0], self.shape, self.stored, window)
        block = np.full(region_shape(window), self.nodata, self.dtype)
        for coords in itertools.product(*covering(window, self.segment)):
            segment = self._segment(read_at, number, coords, keep)
            if segment is not None:
                corner = [i * n for i, n in zip(coords, self.segment, strict=True)]
                given = tuple(slice(at, at + n) for at, n in zip(corner, segment.shape, strict=True))
                target, source = overlap(window, given)
                block[target] = segment[source]
        return block

    def _check_extent(self, number: int, page: Segments) -> None:
        end = page.offsets[0] + math.prod(self.shape) * self.dtype.itemsize
        if end > self.size:
            raise Unreadable(
                f"page {number} ends at byte {end:,} but the file has {self.size:,}; "
                "it was truncated: copy it again, completely"
            )

    def _segment(self, read_at: ReadAt, number: int, coords: tuple[int, ...], keep: bool) -> Block | None:
        index = int(np.ravel_multi_index(coords, grid_shape(self.shape, self.segment)))
        place = self.locate(number, index)
        if place is None:
            return None

        def decoded() -> Block:
            return sealed(self._decode(number, index, read_at(*place)))

        return self.segments.made((number, index), decoded) if keep else decoded()

    def _decode(self, number: int, index: int, data: bytes) -> Block:
        check_header(self.compression, data, self.limit)
        page = self.pages[number]
        options = page.jpeg if page else {}
        try:
            segment, *_ = self.decode(data, index, **options)
        except ImportError as error:
            raise Unreadable(f"a codec is missing ({error}); run: pip install imagecodecs") from error
        if segment is None:
            raise Unreadable(f"segment {index} of page {number} has no pixels")
        return segment[np.newaxis]
