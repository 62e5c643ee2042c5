"""Reading by position what may count from elsewhere: from an origin of its own, or by labels.

What an object says of itself is used: `domain.inclusive_min` of TensorStore, `iloc` of what pandas began.
Of libraries that are not known, the first and the last element are asked for once: if these are not where
positions say, all that lies between would be shifted without a word, so that the object is converted whole
for each chunk. Nothing is asked for before a chunk is: reading may take long.
"""

from typing import Any

from ..core.dtypes import Block, DType
from ..core.errors import ServeError, failures_named
from ..core.grid import Region
from .tensors import as_numpy, dtype_of

_FROM_ZERO = {"torch", "jax", "jaxlib", "cupy", "tensorflow"}
_DECODING = {"astropy", "netCDF4", "nibabel"}  # whose arrays may give other elements than their dtype says
_PLAIN = "biufcmM"  # kinds of dtype that do not depend on the elements


class Positions:
    """Reads the regions of an array by position.

    Parameters
    ----------
    name
        Of the object's type, for messages.

    Attributes
    ----------
    dtype
        Of what reading gives, which may be other than the object's own: scaled, or decoded.
    dimension_names
        The labels of its axes, where it has some.

    Raises
    ------
    Unreadable
        If NumPy has no word for its dtype.
    """

    def __init__(self, obj: Any, shape: tuple[int, ...], name: str) -> None:
        self._obj = obj
        self._is_by_position = True
        self._elements = getattr(obj, "iloc", obj)
        self._shape = shape
        self._name = name
        self._origin = _origin_of(obj, len(shape))
        package = name.partition(".")[0]
        self._is_checked = package in _FROM_ZERO or self._origin is not None
        self.dtype = dtype_of(obj)
        if package in _DECODING:
            self.dtype = self._dtype_read(self.dtype)
        self.dimension_names = _labels_of(obj, len(shape))

    def __call__(self, region: Region) -> Block:
        """The elements of a region."""
        if not self._is_checked:
            whole = self._given_whole(region)
            if whole is not None:
                return whole
            self._is_by_position = self._counts_from_zero()
            self._is_checked = True
        return self._at(region) if self._is_by_position else as_numpy(self._obj)[region]

    def _given_whole(self, region: Region) -> Block | None:
        """All elements by one read, which shows by itself that they begin at 0; None where it does not."""
        if any((part.start, part.stop) != (0, n) for part, n in zip(region, self._shape, strict=True)):
            return None
        try:
            block = self._at(region)
        except (IndexError, KeyError):
            return None
        return block if block.shape == self._shape else None

    def _at(self, region: Region) -> Block:
        if self._origin is not None:
            starts = zip(region, self._origin, strict=True)
            region = tuple(slice(s.start + o, s.stop + o, s.step) for s, o in starts)
        # a slice is understood by more one-dimensional objects than a tuple of one
        return as_numpy(self._elements[region[0] if len(region) == 1 else region])

    def _dtype_read(self, announced: DType) -> DType:
        """The dtype of what is read: of no elements, which costs nothing, and if that differs of one."""
        try:
            with failures_named(self._name):
                if self._first(0).dtype == announced:
                    return announced
                found = self._first(1).dtype
        except ServeError:  # reading a chunk says it again
            return announced
        return found if found.kind in _PLAIN else announced

    def _first(self, count: int) -> Block:
        return self._at(tuple(slice(0, min(count, n)) for n in self._shape))

    def _counts_from_zero(self) -> bool:
        """Whether the first and the last element are where positions say."""
        ends = [0] * len(self._shape), [n - 1 for n in self._shape]
        try:
            return all(self._at(tuple(slice(i, i + 1) for i in at)).size == 1 for at in ends)
        except (IndexError, KeyError):
            return False


def _origin_of(obj: Any, axes: int) -> tuple[int, ...] | None:
    """The index of the first element; None where the object does not say that it has one."""
    first = getattr(getattr(obj, "domain", None), "inclusive_min", None)
    if not isinstance(first, tuple) or len(first) != axes:
        return None
    return tuple(map(int, first))


def _labels_of(obj: Any, axes: int) -> tuple[str | None, ...] | None:
    labels = getattr(getattr(obj, "domain", None), "labels", None)
    if not isinstance(labels, tuple) or len(labels) != axes or not any(labels):
        return None
    return tuple(str(label) or None for label in labels)
