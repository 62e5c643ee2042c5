"""Arrays that are held for one answer: what is read of them is copied before, of all at one moment."""

import math
from threading import Lock
from typing import cast

from ..core.dtypes import Block
from ..core.errors import Unavailable
from ..core.grid import Region
from ..core.limits import MOMENT
from ..core.nodes import Array
from .moment import copies_of
from .touched import Part, spanned

Known = tuple[object, ...]


class Moment:
    """The arrays that are read for one answer; all that are known when the first is read are copied then.

    Attributes
    ----------
    held
        By their names.
    is_certain
        Whether all that was read is of one moment.
    """

    def __init__(self) -> None:
        self.held: dict[tuple[str, ...], Held] = {}
        self.is_certain = True
        self._is_past = False
        self._lock = Lock()

    def copy(self, wanted: "Held") -> None:
        """Copy what is to be held of all arrays, unless that of this one is."""
        with self._lock:
            if wanted.block is not None:
                return
            self.is_certain = self.is_certain and not self._is_past
            self._is_past = True
            now, room = [wanted], MOMENT - wanted.size
            for one in self.held.values():
                if one is not wanted and one.block is None and one.size <= room:
                    now.append(one)
                    room -= one.size
            for one in now:
                one.block = one.original()
            in_memory = [one for one in now if one.is_in_memory]  # a library has copied the others
            copies, is_sure = copies_of([one.block for one in in_memory if one.block is not None])
            for one, copy in zip(in_memory, copies, strict=True):
                one.block = copy
            self.is_certain = self.is_certain and is_sure and len(in_memory) == len(now)


class Held:
    """An array as it was when something of this answer was first read.

    Parameters
    ----------
    known
        What the part that is read is remembered by.
    part
        What was read last time; None if that is not known.
    is_last
        Whether what the copy does not hold is read nevertheless, out of the array.

    Attributes
    ----------
    has_missed
        Whether some of it was not read, as the copy does not hold it.
    size
        Bytes of the part that is to be held; more than may be if there is none.
    """

    def __init__(
        self, array: Array, known: Known, part: Part | None, moment: Moment, *, is_last: bool
    ) -> None:
        self.known = known
        self.read_part: Part | None = None
        self.has_missed = False
        self.block: Block | None = None
        self._is_last = is_last
        self._array = array
        self._moment = moment
        whole = tuple((0, length) for length in array.shape)
        parts = [whole] if part is None else [whole, _in_one_piece(part, array.shape)]
        self._part = next((one for one in parts if _size(one, array) <= MOMENT), None)
        self.size = MOMENT + 1 if self._part is None else _size(self._part, array)
        self._lock = Lock()

    @property
    def is_in_memory(self) -> bool:
        """Whether `block` is a view of the array."""
        return self.block is not None and self.block.base is not None

    def original(self) -> Block:
        """The part that is to be held, as it is in memory if it is."""
        return self._array.reading.read(tuple(slice(start, stop, 1) for start, stop in self._part or ()))

    def read(self, region: Region) -> Block:
        """A region, whose slices may have steps; of the copy if that holds it.

        Raises
        ------
        Unavailable
            If it does not, while all can be read once more.
        """
        wanted = tuple((one.start, one.stop) for one in region)
        with self._lock:
            self.read_part = wanted if self.read_part is None else spanned([self.read_part, wanted])
        if self._part is None or not _holds(self._part, wanted):
            if not self._is_last:
                self.has_missed = True
                raise Unavailable("another part of the array is held")
            self._moment.is_certain = False
            return self._array.reading.read(region)
        self._moment.copy(self)
        block = cast("Block", self.block)
        return block[
            tuple(
                slice(one.start - first, one.stop - first, one.step)
                for one, (first, _) in zip(region, self._part, strict=True)
            )
        ]


def _in_one_piece(part: Part, shape: tuple[int, ...]) -> Part:
    """The smallest part that contains another one and lies in one piece in memory, in C order.

    Examples
    --------
    >>> _in_one_piece(((4, 5), (0, 2), (1, 3)), (9, 8, 7))
    ((4, 5), (0, 2), (0, 7))
    """
    first = next((axis for axis, (start, stop) in enumerate(part) if stop - start > 1), len(part))
    return (*part[: first + 1], *((0, length) for length in shape[first + 1 :]))


def _size(part: Part, array: Array) -> int:
    return math.prod(stop - start for start, stop in part) * array.dtype.itemsize


def _holds(part: Part, wanted: Part) -> bool:
    return all(
        start <= first and last <= stop for (start, stop), (first, last) in zip(part, wanted, strict=True)
    )
