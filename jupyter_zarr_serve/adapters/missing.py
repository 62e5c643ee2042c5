"""How missing values of a column are spelled in an array, which has no other place for them.

Floats have NaN, dates NaT, text the empty string. Integers get a value that does not occur: the
lowest of signed ones, the highest of unsigned ones, the next free if that is taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.dtypes import BYTES, STRING, Block, DType
from ..core.errors import Replaced, Unreadable
from .objects import MISSING

if TYPE_CHECKING:
    from .column import Column

_IMPLICIT: dict[str, Any] = {
    "f": np.nan,
    "c": np.nan,
    "M": "NaT",
    "m": "NaT",
    "T": "",
    "O": b"",
}
_CANDIDATES = 256

# Refuses what is no text, where STRING would turn None into 'None'.
_STRICT: DType = np.dtypes.StringDType(coerce=False)


@dataclass(frozen=True)
class Missing:
    """The dtype a column is served in, and what stands for missing values in it.

    Attributes
    ----------
    value
        None when no value may be missing.
    fill_value, attributes
        Of the array.
    """

    dtype: DType
    value: Any = None
    fill_value: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def fill(self, values: Block, where: Block | None, limit: int) -> Block:
        """The values as served, those `where` they are missing replaced.

        Raises
        ------
        Replaced
            If a value is missing, or equals what stands for missing ones, against expectation.
        Unreadable
            If text or bytes of more than `limit` bytes would make one chunk.
        """
        if where is not None and not where.any():
            where = None
        if self.dtype.kind in "TO":
            return self._fill_vlen(values, where, limit)
        served = values.astype(self.dtype, copy=False)
        if self.fill_value is not None and self.dtype.kind in "iu":
            equal = served == self.value
            present = equal if where is None else equal & ~where
            if present.any():
                raise _changed(f"the value {self.value}, which marks missing ones, occurs now")
        if where is None:
            return served
        if self.value is None:
            raise _changed("values are missing now that were not")
        return np.where(where, np.asarray(self.value, self.dtype), served)

    def _fill_vlen(self, values: Block, where: Block | None, limit: int) -> Block:
        if where is not None:
            if not self.attributes:
                raise _changed("values are missing now that were not")
            values = values.astype(object)
            values[where] = self.value
        if values.dtype.kind == "O" and (size := sum(map(len, values.flat))) > limit:
            raise Unreadable(
                f"{len(values):,} rows take {size:,} bytes, more than the {limit:,} allowed for a chunk; "
                "ask for smaller chunks or raise c.ZarrServeApp.chunk_limit_bytes"
            )
        return values if self.dtype == BYTES else values.astype(_STRICT).astype(STRING)


def _changed(what: str) -> Replaced:
    return Replaced(f"{what}: the table changed since its metadata were read; open it again")


def missing_of(column: "Column", rows: int, step: int) -> Missing:
    """What stands for a column's missing values; reads the column only if it must.

    Parameters
    ----------
    step
        Rows to read at a time.

    Raises
    ------
    Unreadable
        If every value of the widest integer dtype occurs, so that none is free.
    """
    dtype = column.dtype
    if dtype.kind in _IMPLICIT:
        told = MISSING.get(dtype.kind, {}) if rows and column.nulls is not False else {}
        return Missing(dtype, _IMPLICIT[dtype.kind], attributes=told)
    if not _has_nulls(column, rows, step):
        return Missing(dtype)
    if dtype.kind == "b":
        return _marked(np.dtype("i1"), -1)
    if dtype.kind in "iu":
        return _free_value(column, rows, step)
    raise Unreadable(f"dtype {dtype}: values are missing and nothing can stand for them")


def _marked(dtype: DType, value: int) -> Missing:
    mark = dtype.type(value)
    return Missing(dtype, mark, mark, {"_FillValue": mark})


def _has_nulls(column: "Column", rows: int, step: int) -> bool:
    if column.nulls is not None:
        return column.nulls
    return any(where is not None and where.any() for _, where in _blocks(column, rows, step))


def _free_value(column: "Column", rows: int, step: int) -> Missing:
    """The first candidate that does not occur; a wider dtype if all of them do."""
    dtype = column.dtype
    info = np.iinfo(dtype)
    if dtype.kind == "i":
        if column.lowest is not None and column.lowest > info.min:
            return _marked(dtype, int(info.min))
        candidates = np.arange(_CANDIDATES).astype(dtype) + dtype.type(info.min)
    else:
        if column.highest is not None and column.highest < info.max:
            return _marked(dtype, int(info.max))
        candidates = dtype.type(info.max) - np.arange(_CANDIDATES).astype(dtype)
    free = _not_occurring(candidates, column, rows, step)
    if free.size:
        return _marked(dtype, int(free[0]))
    if dtype.itemsize == 8:
        raise Unreadable("every integer that could stand for missing values occurs; convert to float64")
    wider = np.dtype(f"{dtype.kind}{dtype.itemsize * 2}")
    bounds = np.iinfo(wider)
    return _marked(wider, int(bounds.min if dtype.kind == "i" else bounds.max))


def _not_occurring(candidates: Block, column: "Column", rows: int, step: int) -> Block:
    low, high = candidates.min(), candidates.max()
    free = candidates
    for values, where in _blocks(column, rows, step):
        present = values if where is None else values[~where]
        close = present[(present >= low) & (present <= high)]
        free = free[~np.isin(free, close)]
    return free


def _blocks(column: "Column", rows: int, step: int) -> Iterator[tuple[Block, Block | None]]:
    for start in range(0, rows, step):
        yield column.read(start, min(start + step, rows))
