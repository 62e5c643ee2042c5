"""The levels of an image: each half as high and wide as the one before, until one tile is enough.

A level is made of the next finer one. Nothing needs the whole image in memory: it is read in pieces.
Tiles of the coarser levels are kept, so that a step deeper costs little; of data that may change at any
time, as those of a kernel, nothing is.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from ...core.children import Children
from ...core.codecs import portable_codecs
from ...core.dtypes import Block
from ...core.grid import Region, region_shape, within
from ...core.nodes import Array, Node
from ...core.reading import Read, Reading
from .image import Image, value_attributes
from .parallel import in_parallel
from .reduce import Halve, mean_of, nearest
from .tiles import Tiles

_PIECE = 1 << 21  # bytes of the image that are read and reduced together
_PLANE = 1 << 25  # bytes of the largest plane of a level whose tiles are remembered
_AT_ONCE = 8  # levels that are made in one go
_SLOW = 1 << 24  # bytes; what needs more to be read gets a preview
_SIDES = {1: 512, 2: 512, 4: 512, 8: 256}  # of a tile, by bytes of an element
_SUITABLE_SIDES = (256, 512, 1024)


@dataclass(frozen=True, eq=False)
class Pyramid:
    """The levels of one image.

    Attributes
    ----------
    stored
        The levels that the source has, the full one first.
    is_labels
        Whether the elements stand for something else, so that no mean of them can be taken.
    """

    stored: Sequence[Image]
    is_labels: bool

    @property
    def letters(self) -> str:
        """The axes, a letter each."""
        return "".join(map(str, self.stored[0].array.dimension_names or ()))

    @cached_property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each level."""
        shapes = [image.array.shape for image in self.stored]
        while max(shapes[-1][-2:]) > self.side:
            *others, y, x = shapes[-1]
            shapes.append((*others, -(-y // 2), -(-x // 2)))
        return shapes

    @property
    def side(self) -> int:
        """The height and width of a tile."""
        return _SIDES[self.stored[0].array.dtype.itemsize]

    @cached_property
    def levels(self) -> Mapping[str, Node]:
        """Each level as an array, by its number; made when first asked for."""
        equal = replace(self)  # else this would hold itself, and the open file would outlive all its users
        return Children(map(str, range(len(self.shapes))), lambda name: equal._level(int(name)))

    def _level(self, number: int) -> Array:
        """A level as an array, in chunks of one tile."""
        tile = (*(1,) * (len(self.shapes[0]) - 2), self.side, self.side)
        last = len(self.stored) - 1
        if number <= last:
            return _in_tiles(self.stored[number], tile)
        array, shapes, steps = self.stored[last].array, self.shapes[last:], number - last
        halve = nearest if self.is_labels else mean_of(array.dtype, array.missing_mark)
        made = _Made(self.stored[last], shapes, tile, halve)
        return replace(
            array,
            shape=shapes[steps],
            chunk_shape=tile,
            reading=Reading(partial(made.read, steps), preview=made.preview(steps)),
            attributes=value_attributes(array),
            codecs=portable_codecs(array.codecs),
            version=_marked(array, "nearest" if self.is_labels else "mean"),
            stored={},
        )


class _Made:
    """The levels that are made of an image, by how many steps they are coarser."""

    def __init__(
        self, image: Image, shapes: Sequence[tuple[int, ...]], tile: tuple[int, ...], halve: Halve
    ) -> None:
        self._image = image.array
        self._shapes = shapes
        self._tile = tile
        self._halve = halve
        self._tiles = Tiles(image, halve is nearest, 2 * tile[-1])
        self._finest_kept = self._finest() if self._tiles.may_remember else len(shapes)

    def read(self, steps: int, region: Region) -> Block:
        """A region of the level that is so many steps coarser than the image."""
        if steps < self._finest_kept:
            return self._from_image(steps, region)
        make = partial(self._coarser, steps)
        return self._tiles.assemble(steps, region, self._shapes[steps], self._tile, make)

    def preview(self, steps: int) -> Read | None:
        """What reads some elements of the image in place of a level that takes long to make."""
        tile = math.prod(self._tile) * self._image.dtype.itemsize
        sample = self._image.reading.sample
        if sample is None or tile << 2 * steps <= _SLOW:
            return None

        def read(region: Region) -> Block:
            *others, y, x = self._finer(steps, region, steps)
            step = 1 << steps
            return sample((*others, slice(y.start, y.stop, step), slice(x.start, x.stop, step)))

        return read

    def _finest(self) -> int:
        """The first level of which a whole plane may be kept."""
        planes = [math.prod(shape[-2:]) * self._image.dtype.itemsize for shape in self._shapes]
        return next((n for n, plane in enumerate(planes) if n and plane <= _PLANE), len(planes))

    def _coarser(self, steps: int, region: Region) -> Block:
        if steps == self._finest_kept:
            return self._from_image(steps, region)
        return self._halve(self.read(steps - 1, self._finer(1, region, steps)))

    def _from_image(self, steps: int, region: Region) -> Block:
        """A region of a level made of the image itself, in pieces that are small enough."""
        block = np.empty(region_shape(region), self._image.dtype)
        at_once = min(steps, _AT_ONCE)

        def make(piece: Region) -> None:
            finer = self._finer(at_once, piece, steps)
            made = self._tiles.read(finer) if at_once == steps else self._from_image(steps - at_once, finer)
            for _ in range(at_once):
                made = self._halve(made)
            block[within(piece, region)] = made

        in_parallel(make, list(_pieces(region, (_PIECE >> 2 * at_once) // block.itemsize)))
        return block

    def _finer(self, times: int, region: Region, steps: int) -> Region:
        """The region, in the level so many times finer, that one of a level stands for."""
        *others, y, x = region
        height, width = self._shapes[steps - times][-2:]
        return (
            *others,
            slice(y.start << times, min(y.stop << times, height)),
            slice(x.start << times, min(x.stop << times, width)),
        )


def _in_tiles(image: Image, tile: tuple[int, ...]) -> Array:
    """The image itself; in other chunks, where it has such as viewers cannot use well."""
    array = image.array
    *others, y, x = array.chunk_shape
    if y == x and y in _SUITABLE_SIDES and set(others) <= {1}:
        return array
    return replace(
        array,
        chunk_shape=tile,
        reading=replace(array.reading, read=Tiles(image, "", tile[-1]).read),
        codecs=portable_codecs(array.codecs),
        version=_marked(array, "tiles"),
        stored={},
    )


def _marked(array: Array, kind: str) -> str | None:
    """A version of its own, as other bytes go under other paths."""
    return None if array.version is None else f"{array.version} ome {kind}"


def _pieces(region: Region, most: int) -> Iterator[Region]:
    """Parts of a region of at most so many elements, or of one; planes are not cut before they must be."""
    lengths = region_shape(region)
    if math.prod(lengths) <= max(1, most):
        yield region
        return
    planes = [axis for axis, length in enumerate(lengths[:-2]) if length > 1]
    axis = planes[0] if planes else len(lengths) - 2 + int(lengths[-1] > lengths[-2])
    part = region[axis]
    # powers of two, so that pieces of chunks are chunks
    middle = part.start + (1 << ((lengths[axis] - 1).bit_length() - 1))
    for half in (slice(part.start, middle), slice(middle, part.stop)):
        yield from _pieces((*region[:axis], half, *region[axis + 1 :]), most)
