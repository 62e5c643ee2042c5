"""Remembered parts of images that do not change: tiles of levels, and chunks that are costly to read."""

import itertools
import weakref
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...core.chunks import read_region
from ...core.dtypes import Block
from ...core.grid import Region, covering, overlap, region_of, region_shape
from ...core.memory import Share, blocks
from ...core.nodes import Array
from .image import Image

_SHARES: "weakref.WeakKeyDictionary[Any, Share[Block]]" = weakref.WeakKeyDictionary()
_OTHERS: Share[Block] = blocks("levels")  # of what cannot be told to have gone


class Tiles:
    """Parts of the levels of one image.

    Parameters
    ----------
    kind
        What is made of it: other things of the same image are kept apart.
    span
        Height and width of the squares of the image that are read by themselves.
    """

    def __init__(self, image: Image, kind: Hashable, span: int) -> None:
        self._image = image.array
        self._memory, self._owner = _memory_of(image.source.read)
        self._kind = kind, image.array.dimension_names, image.array.version
        self.may_remember = image.array.version is not None
        self._is_whole = (
            self.may_remember and image.array.reading.sample is None and not _is_fine(image.array, span)
        )

    def read(self, region: Region) -> Block:
        """A region of the image, by whole chunks of the source where these are costly."""
        if not self._is_whole:
            return read_region(self._image, region)
        shape, chunks = self._image.shape, self._image.chunk_shape

        def make(part: Region) -> Block:
            return np.ascontiguousarray(read_region(self._image, part))

        return self.assemble(0, region, shape, chunks, make)

    def assemble(
        self,
        level: int,
        region: Region,
        shape: Sequence[int],
        tile: Sequence[int],
        make: Callable[[Region], Block],
    ) -> Block:
        """A region of a level, from tiles that are remembered or made.

        Parameters
        ----------
        shape, tile
            Of the level, and of its tiles.
        make
            Gives a part of the level.
        """
        kind = self._kind if level else ("", *self._kind[1:])
        block = np.empty(region_shape(region), self._image.dtype)
        for coords in itertools.product(*covering(region, tile)):
            part = region_of(coords, shape, tile)
            made = self._memory.made((self._owner, kind, level, coords), partial(make, part))
            if part == region:
                return made
            target, source = overlap(region, part)
            block[target] = made[source]
        return block


def _is_fine(image: Array, span: int) -> bool:
    """Whether the chunks are so small, and so even, that each belongs to one square."""
    return all(span % chunk == 0 for chunk in image.chunk_shape[-2:]) and set(image.chunk_shape[:-2]) <= {1}


def _memory_of(read: Any) -> tuple[Share[Block], Hashable]:
    """Where to remember what is made of an image, which goes with it; and the image's part of the keys."""
    try:
        known = _SHARES.get(read)
    except TypeError:
        return _OTHERS, read
    return _SHARES.setdefault(read, blocks("levels")) if known is None else known, None
