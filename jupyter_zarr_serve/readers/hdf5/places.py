"""Places of values of varying length in any bytes of a file: of attributes, structures, small datasets.

A value of varying length is stored as its length and its place in a heap. HDF5 makes room for what is
claimed as its length before it looks into the heap, and as often as the place is repeated. Where the
places lie in an attribute or a structure is not told by h5py, so they are looked for at every byte: what
claims too much, and leads to a heap, is no coincidence.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html (global heap, variable-length data)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import Unreadable

_MOST_BYTES = 5  # of an address or a length of a file that are not zero: 1 TiB
_MOST_HEAPS = 64  # that are looked at


@dataclass(frozen=True)
class Places:
    """How a file spells places.

    Attributes
    ----------
    width
        Bytes of an address: 2, 4 or 8.
    limit_bytes
        What the values of one read may take together.
    """

    limit_bytes: int
    width: int = 8

    def refuse_long(self, data: Any, is_heap: Callable[[int], bool]) -> None:
        """Make sure that the values whose places are in some bytes are not too long.

        Parameters
        ----------
        is_heap
            Whether a heap lies at an address.

        Raises
        ------
        Unreadable
            If they are.
        """
        raw = np.frombuffer(data, np.uint8)
        size = 4 + self.width + 4
        count = len(raw) - size + 1
        if count <= 0:
            return
        found = self._candidates(raw, count, size)
        if int(found["length"].sum(dtype=np.int64)) <= self.limit_bytes:
            return
        heaps, which = np.unique(found["heap"], return_inverse=True)
        totals = np.zeros(len(heaps), np.int64)
        np.add.at(totals, which, found["length"].astype(np.int64))
        largest = np.argsort(totals)[::-1][:_MOST_HEAPS]
        total = sum(int(totals[n]) for n in largest if is_heap(int(heaps[n])))
        if total > self.limit_bytes:
            raise Unreadable(
                f"texts that claim to have {total:,} bytes, more than the {self.limit_bytes:,} allowed; "
                "they are damaged, or must be stored as datasets in smaller chunks"
            )

    def _candidates(self, raw: Any, count: int, size: int) -> Any:
        """What may be places, the number in the heap being of two bytes."""
        is_zero = raw == 0
        index = size - 4
        maybe = ~(is_zero[index : index + count] & is_zero[index + 1 : index + 1 + count])
        for at in (*range(4 + _MOST_BYTES, 4 + self.width), index + 2, index + 3):
            maybe &= is_zero[at : at + count]
        kind = np.dtype([("length", "<u4"), ("heap", f"<u{self.width}"), ("index", "<u4")])
        windows = np.lib.stride_tricks.sliding_window_view(raw, size)[np.flatnonzero(maybe)]
        found = np.ascontiguousarray(windows).view(kind).reshape(-1)
        return found[(found["heap"] > 0) & (found["heap"] % 8 == 0)]
