"""Projections of an array: the greatest value, the mean or the sum of the elements along some of its axes.

What is missing (NaN, or the mark of the array) is left out; where nothing is there, so is the result.
The array is read in pieces, so that the length of an axis costs time and no memory.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...core.chunks import read_as
from ...core.codecs import portable_codecs
from ...core.dtypes import Block, DType
from ...core.errors import Unreadable
from ...core.grid import Region, region_shape
from ...core.limits import PROJECTED
from ...core.nodes import Array
from ...core.reading import Read, Reading
from .roles import Roles

_PIECE = 1 << 24  # bytes that are read at once
_ONLY_OF_VALUES = (
    "_FillValue",
    "missing_value",
    "reduction",
    "image-label",
    "flag_values",
    "flag_meanings",
    "bits_per_sample",
)


def reduced(array: Array, roles: Roles) -> Array:
    """The array without the axes that roles project or choose an element of.

    Raises
    ------
    BadRequest
        If the roles do not fit the array.
    Unreadable
        If there is no such projection of its elements, or too much would have to be read for a plane.
    """
    fixed = roles.fitted(array.shape)
    kept = roles.axes("")
    if len(kept) == len(array.shape):
        return array
    dtype = _dtype_of(array, roles.projection)
    names = array.dimension_names or (None,) * len(array.shape)
    is_other = roles.projection in ("mean", "sum")
    return replace(
        array,
        shape=tuple(array.shape[axis] for axis in kept),
        dtype=dtype,
        chunk_shape=tuple(array.chunk_shape[axis] for axis in kept),
        reading=_reading(array, roles, fixed, dtype),
        fill_value=None if is_other else array.fill_value,
        dimension_names=tuple(names[axis] for axis in kept),
        attributes={k: v for k, v in array.attributes.items() if not (is_other and k in _ONLY_OF_VALUES)},
        codecs=portable_codecs(array.codecs),
        version=None if array.version is None else f"{array.version} {','.join(roles.words)}",
        stored={},
        parts=None,
    )


def _reading(array: Array, roles: Roles, fixed: list[slice], dtype: DType) -> Reading:
    """How to read regions of what is left."""
    kept, kind = roles.axes(""), roles.projection
    gone = tuple(axis for axis in range(len(array.shape)) if axis not in kept)

    def source(region: Region) -> Region:
        whole = list(fixed)
        for axis, part in zip(kept, region, strict=True):
            whole[axis] = part
        return tuple(whole)

    def wrap(read: Read) -> Read:
        def projected(region: Region) -> Block:
            whole = source(region)
            if not kind:
                return read_as(array.dtype, read, whole).squeeze(gone)
            pieces = (
                read_as(array.dtype, read, piece) for piece in _pieces(array, whole, roles.axes(kind))
            )
            return _Sum(array, kind, dtype, region_shape(region), gone).of(pieces)

        return projected

    return array.reading.through(wrap, source)


def _dtype_of(array: Array, kind: str) -> DType:
    """The dtype of a projection; what may be missing, or is too large for an integer, is a float."""
    dtype, attributes = array.dtype, array.attributes
    if not kind:
        return dtype
    if dtype.kind not in "biufc" or (kind == "max" and dtype.kind == "c"):
        raise Unreadable(f"there is no {kind} of elements of {dtype}: choose an index of the axis")
    if kind == "sum" and attributes.get("add_offset", 0) != 0:
        raise Unreadable("a sum of packed numbers (add_offset) would be another one: take the mean")
    if kind == "max":
        return dtype
    if dtype.kind == "c":
        return np.dtype("<c16")
    if kind == "mean":
        return np.dtype("<f4" if dtype.kind == "f" and dtype.itemsize <= 4 else "<f8")
    is_whole = dtype.kind in "biu" and dtype.itemsize < 8 and array.missing_mark is None
    return np.dtype("<i8" if dtype.kind == "i" else "<u8") if is_whole else np.dtype("<f8")


def _pieces(array: Array, whole: Region, axes: Sequence[int]) -> Iterator[Region]:
    """Parts of a region, one after another along the axes that are projected.

    Raises
    ------
    Unreadable
        If there are more bytes in it than may be read for one answer.
    """
    size = math.prod(region_shape(whole)) * array.dtype.itemsize
    if size > PROJECTED:
        raise Unreadable(
            f"{size:,} bytes would be read for a part of the projection, and at most {PROJECTED:,} are: "
            "publish a projection of your own, or choose an index"
        )
    left = max(1, _PIECE // max(1, size // math.prod(array.shape[axis] for axis in axes)))
    steps = {}
    for axis in reversed(axes):
        chunk, length = array.chunk_shape[axis], array.shape[axis]
        # whole chunks where they are small enough, as each would be decoded again
        steps[axis] = min(length, left // chunk * chunk if left >= chunk else left)
        left = max(1, left // steps[axis])
    ranges = [range(0, array.shape[axis], steps[axis]) for axis in axes]
    for starts in itertools.product(*ranges):
        piece = list(whole)
        for axis, start in zip(axes, starts, strict=True):
            piece[axis] = slice(start, min(start + steps[axis], array.shape[axis]))
        yield tuple(piece)


class _Sum:
    """A projection that is made of one piece after another.

    Parameters
    ----------
    shape
        Of the result.
    gone
        The axes of a piece that the result has not.
    """

    def __init__(
        self, array: Array, kind: str, dtype: DType, shape: tuple[int, ...], gone: tuple[int, ...]
    ) -> None:
        self._kind, self._dtype, self._gone = kind, dtype, gone
        self._mark = array.missing_mark
        self._least = kind == "max" and _falls(array.attributes.get("scale_factor"))
        self._count = np.zeros(shape, "i8")
        wide = dtype if dtype.kind in "iuc" or kind == "max" else np.dtype("f8")
        self._total = np.zeros(shape, wide)

    def of(self, pieces: Iterator[Block]) -> Block:
        """The projection of all pieces."""
        with np.errstate(invalid="ignore", over="ignore"):
            for piece in pieces:
                self._add(piece)
            return self._made()

    def _add(self, piece: Block) -> None:
        absent = np.isnan(piece) if piece.dtype.kind in "fc" else None
        if self._mark is not None:
            marked = piece == self._mark
            absent = marked if absent is None else absent | marked
        number = math.prod(piece.shape[axis] for axis in self._gone)
        count = number if absent is None else number - absent.sum(self._gone, dtype="i8")
        if self._kind == "max":
            self._extend(piece, absent, count)
        else:
            self._total += piece.sum(
                self._gone, dtype=self._total.dtype, where=True if absent is None else ~absent
            )
        self._count += count

    def _extend(self, piece: Block, absent: Block | None, count: Any) -> None:
        bound, further = _bounds(piece.dtype, is_least=self._least)
        best = further.reduce(
            piece, axis=self._gone, initial=bound, where=True if absent is None else ~absent
        )
        joined = further(best, self._total)
        self._total = np.where(self._count == 0, best, np.where(np.equal(count, 0), self._total, joined))

    def _made(self) -> Block:
        is_empty = self._count == 0
        total = self._total
        if self._kind == "mean":
            total = total / np.maximum(self._count, 1)
        made: Block = total.astype(self._dtype)
        if is_empty.any():
            made[is_empty] = np.nan if made.dtype.kind in "fc" else self._mark
        return made


def _bounds(dtype: DType, *, is_least: bool) -> tuple[Any, np.ufunc]:
    """The value that any other is beyond, and what gives the further of two."""
    further = np.minimum if is_least else np.maximum
    if dtype.kind == "b":
        return is_least, np.logical_and if is_least else np.logical_or
    if dtype.kind == "f":
        return dtype.type(np.inf if is_least else -np.inf), further
    info = np.iinfo(dtype)
    return dtype.type(info.max if is_least else info.min), further


def _falls(factor: Any) -> bool:
    """Whether what numbers stand for is the greater, the less they are."""
    return isinstance(factor, int | float | np.number) and bool(factor < 0)
