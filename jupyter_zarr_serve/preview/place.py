"""Where values lie along an axis: numbers and times by themselves, each text in a place of its own.

Whole numbers and times of 64 bits are told as their distance from the least of them, whose exact value is
told as text: a float64 has too few digits for them. Along a logarithmic axis, what does not lie above 0 has
no place; what packed numbers stand for (`scale_factor`, `add_offset`) is what counts.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core import limits
from ..core.attributes import to_json
from ..core.dtypes import Block, DType
from ..core.errors import BadRequest
from ..core.public_text import short
from .column import Column
from .conditions import shown_as
from .rows import dtype_name, text_of

MOST_TEXTS = 100  # different ones along an axis
Span = tuple[float, float]


@dataclass(eq=False)
class Axis:
    """One axis: first it looks at all values, then it tells their places.

    Attributes
    ----------
    missing
        Tells which values are missing.
    is_log
        Whether it is drawn as a logarithmic axis, which those of numbers can be.
    factor, offset
        What its numbers stand for is so many times as much, and so much more.
    """

    name: str
    dtype: DType
    missing: Callable[[Block], Block]
    missing_count: int = 0
    is_log: bool = False
    factor: float = 1.0
    offset: float = 0.0
    infinite_count: int = 0
    low_count: int = 0
    _ends: tuple[Any, Any] | None = None
    _texts: dict[Any, int] = field(default_factory=dict)

    @property
    def is_category(self) -> bool:
        """Whether values have places of their own, and no distances."""
        return self.dtype.kind in "bUSTO"

    def look(self, values: Block) -> None:
        """Take note of a block of the values.

        Raises
        ------
        BadRequest
            If there are too many different texts.
        """
        missing = self.missing(values)
        self.missing_count += int(np.count_nonzero(missing))
        if self.is_category:
            self._texts |= dict.fromkeys({_key(value) for value in values[~missing].tolist()}, 0)
            if len(self._texts) > MOST_TEXTS:
                raise BadRequest(
                    f"{short(to_json(self.name), 100)}: has more than {MOST_TEXTS} different texts, too "
                    "many for an axis; choose fewer rows, or another column"
                )
            return
        numbers = _numbers(values)
        if self.dtype.kind in "fc":
            self.infinite_count += int(np.count_nonzero(np.isinf(numbers) & ~missing))
            missing = missing | ~np.isfinite(numbers)
        if self._has_logarithms:
            low = ~(self._meant(numbers) > 0)
            self.low_count += int(np.count_nonzero(low & ~missing))
            missing = missing | low
        if not missing.all():
            known = numbers[~missing]
            ends = self._ends or (known.min().item(), known.max().item())
            self._ends = min(ends[0], known.min().item()), max(ends[1], known.max().item())

    @property
    def span(self) -> Span:
        """The least and the greatest of the places, as `drawn` tells them."""
        if self.is_category:
            return 0.0, len(self._texts) - 1.0
        low, high = self._ends or (0, 0)
        ends = (low, high) if self.dtype.kind in "fc" else (0.0, float(high - low))
        first, last = self.drawn(np.array(ends)).tolist()
        return min(first, last), max(first, last)

    def drawn(self, places: Block) -> Block:
        """Where places lie along the axis in the picture: their logarithms, if it has them."""
        if not self._has_logarithms:
            return places
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Block = np.log(self._meant(places if self.dtype.kind in "fc" else places + self._least))
        return found

    @property
    def _has_logarithms(self) -> bool:
        return self.is_log and self.dtype.kind in "iufcm"

    def _meant(self, numbers: Block) -> Block:
        with np.errstate(over="ignore", invalid="ignore"):
            found: Block = numbers.astype("f8") * self.factor + self.offset
        return found

    def places(self, values: Block) -> Block:
        """Where the values of a block lie, as float64; NaN where they are missing or infinite."""
        missing = self.missing(values)
        if self.is_category:
            ranks = {text: rank for rank, text in enumerate(self._ordered())}
            keys = [_key(value) for value in values.tolist()]
            found = np.array([ranks.get(key, np.nan) for key in keys], "f8")
        elif self.dtype.kind in "fc":
            found = _numbers(values)
            missing = missing | ~np.isfinite(found)
        else:
            found = _distances(_numbers(values), self._least)
        if self._has_logarithms:
            missing = missing | ~(self._meant(_numbers(values)) > 0)
        return np.where(missing, np.nan, found)

    def told(self, places: Block) -> dict[str, Any]:
        """The axis and some places along it, for JSON."""
        is_far = bool(np.nanmax(np.abs(places), initial=0) > 2**53)
        is_whole = self.dtype.kind not in "fc" and not is_far
        listed = [
            None if math.isnan(place) else int(place) if is_whole else place for place in places.tolist()
        ]
        told = {"name": short(to_json(self.name), limits.NAME), "dtype": dtype_name(self.dtype)}
        counts = {"missing": self.missing_count, "infinite": self.infinite_count, "values": listed}
        counts |= {"low": self.low_count} if self.is_log else {}
        if self.is_category:
            return told | counts | {"texts": [text_of(text) for text in self._ordered()]}
        return told | counts | ({} if self.dtype.kind in "fc" else {"least": str(self._least)})

    @property
    def _least(self) -> int:
        return int((self._ends or (0, 0))[0])

    def _ordered(self) -> list[Any]:
        return sorted(self._texts)


def axis_of(column: Column, *, is_log: bool = False) -> Axis:
    """The axis of a column.

    Raises
    ------
    BadRequest
        If its values have no place along an axis.
    """
    if column.dtype.names is not None or column.dtype.kind not in "biufcMmUSTO":
        raise BadRequest(
            f"{short(to_json(column.name), 100)}: values of {column.dtype} have no place along an axis"
        )
    axis = Axis(column.name, column.dtype, column.missing, is_log=is_log)
    if column.dtype is column.array.dtype and not column.across:
        attributes = column.array.attributes
        axis.factor = _number(attributes.get("scale_factor"), 1.0)
        axis.offset = _number(attributes.get("add_offset"), 0.0)
    return axis


def row_axis(*, is_log: bool = False) -> Axis:
    """That of the numbers of the rows."""
    return Axis("", np.dtype("i8"), lambda values: np.zeros(values.shape, bool), is_log=is_log)


def _number(value: Any, default: float) -> float:
    """The number that an attribute has, if it is one."""
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else default


def _key(value: Any) -> Any:
    """What equal values have in common, and can be ordered."""
    return shown_as(value) if isinstance(value, (bytes, bool)) else value


def _numbers(values: Block) -> Block:
    """Values as real numbers: floats of 64 bits, or integers as they are."""
    if values.dtype.kind in "fc":
        with np.errstate(over="ignore", invalid="ignore"):
            return (np.abs(values) if values.dtype.kind == "c" else values).astype("f8")
    return values.view("i8") if values.dtype.kind in "mM" else values


def _distances(values: Block, least: int) -> Block:
    """How far whole numbers lie from the least: exact below 2^53, whatever they are themselves."""
    if values.dtype.kind == "u":
        return (values.astype("u8") - np.uint64(least)).astype("f8")
    # Two's complement: the difference is right, as it is below 2^64.
    return (values.astype("i8").view("u8") - np.uint64(least % 2**64)).astype("f8")
