"""How regions of an array are read: the core's one seam to input and output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .grid import Region

Read = Callable[[Region], np.ndarray[Any, Any]]


def _same(region: Region) -> Region:
    return region


@dataclass(frozen=True, eq=False)
class Reading:
    """The functions that read an array; all of them give what `read` gives, or stand in for it.

    Attributes
    ----------
    read
        Gives the elements of a region (one slice per axis, both ends set) in any byte order and
        memory layout.
    sample
        Gives a region whose slices may have steps, at once; None where that would cost as much as
        reading all that lies between.
    cost
        The number of bytes that `sample` reads for a region; None where it reads no more than it gives.
    preview
        Gives elements in the place of those that `read` would take long to make; None where it does not.
    is_decoding
        Whether `read` is known to do no more than to decode the chunks that a region lies in.
    is_by_rows
        Whether `read` is known to take little more for some rows than these are: it decodes no chunks, or
        remembers them.
    """

    read: Read
    sample: Read | None = None
    cost: Callable[[Region], int] | None = None
    preview: Read | None = None
    is_decoding: bool = False
    is_by_rows: bool = False

    def through(
        self, wrap: Callable[[Read], Read], source: Callable[[Region], Region] = _same
    ) -> "Reading":
        """The same functions, each wrapped; so that no wrapper forgets one.

        Parameters
        ----------
        wrap
            Makes, of a function that reads the source, one that reads the result.
        source
            The region of the source that is read for a region of the result.
        """
        cost = self.cost
        return Reading(
            wrap(self.read),
            None if self.sample is None else wrap(self.sample),
            None if cost is None else lambda region: cost(source(region)),
            None if self.preview is None else wrap(self.preview),
            self.is_decoding,
            self.is_by_rows,
        )
