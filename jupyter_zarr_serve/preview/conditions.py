"""Conditions on the values of a column: which rows a table shows.

A missing value fulfils none but `null`. Integers are compared exactly, whatever their size; text by its
code points; times of any unit with each other.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from ..core.attributes import to_json
from ..core.dtypes import Block, DType
from ..core.errors import BadRequest
from ..core.public_text import short
from .column import Column

OPERATIONS = {"eq", "ne", "lt", "le", "gt", "ge", "has", "null", "notnull"}
_COMPARED = {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
_ROUNDED = {"lt": math.ceil, "ge": math.ceil, "le": math.floor, "gt": math.floor}
_TIME = re.compile(r"-?\d{1,6}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d{1,18})?)?)?)?)?)?", re.ASCII)
_DURATION = re.compile(r"(-?\d{1,19})(?: ([a-z]+)s?)?", re.ASCII)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_UNITS = {
    "generic time unit": "", "year": "Y", "month": "M", "week": "W", "day": "D", "hour": "h", "minute": "m",
    "second": "s", "millisecond": "ms", "microsecond": "us", "nanosecond": "ns",
}  # fmt: skip
_OF_NUMBERS = frozenset("0123456789.+-() abefijlnrstu")  # and of True, False, nan and inf
_LONGEST = 1000  # digits of a number; an exponent in a short text stands for millions

Test = Callable[[Block], Block]


@dataclass(frozen=True)
class Condition:
    """What the values of a column must be: one of `OPERATIONS`, and what it compares them with."""

    column: str
    operation: str
    value: str = ""

    def on(self, column: Column) -> Test:
        """A function that tells, of a block of the column, which values fulfil it.

        Raises
        ------
        BadRequest
            If the values of the column cannot be compared so.
        """
        if self.operation == "null":
            return column.missing
        if self.operation == "notnull":
            return lambda values: ~column.missing(values)
        test = holding(self.value) if self.operation == "has" else self._compared(column.dtype)
        return lambda values: np.asarray(test(values), bool) & ~column.missing(values)

    def _compared(self, dtype: DType) -> Test:
        compare, value = _COMPARED[self.operation], _value(self.value, dtype, self)
        if dtype.kind == "c" and self.operation not in {"eq", "ne"}:
            raise self.refused("complex numbers have no order; use eq or ne")
        if dtype.kind in "iu" and isinstance(value, Decimal):
            return self._with_whole(value)
        if dtype.kind in "O":
            return lambda values: np.array([compare(one, value) for one in values.tolist()], bool)
        return lambda values: compare(values, value)

    def _with_whole(self, value: Decimal) -> Test:
        """Integers compared with any number, exactly."""
        is_whole = value == value.to_integral_value()
        if not is_whole and self.operation in {"eq", "ne"}:
            answer = self.operation == "ne"
            return lambda values: np.full(values.shape, answer)
        whole = int(value) if is_whole else _ROUNDED[self.operation](value)
        compare = _COMPARED[self.operation]
        return lambda values: compare(values, whole)

    def refused(self, reason: str) -> BadRequest:
        """The failure that names this condition."""
        column, value = (short(to_json(text), 100) for text in (self.column, self.value))
        return BadRequest(f"where {column}:{self.operation}:{value}: {reason}")


def holding(text: str) -> Test:
    """A function that tells which values hold a text, as they are shown, whatever the case of letters."""
    sought = text.casefold()
    may_be_number = set(sought) <= _OF_NUMBERS

    def test(values: Block) -> Block:
        if values.dtype.kind in "biufc" and not may_be_number:
            return np.zeros(values.shape, bool)
        return np.array([sought in shown.casefold() for shown in _all_shown(values)], bool)

    return test


def _all_shown(values: Block) -> Iterable[str]:
    """Values as tables show them."""
    kind = values.dtype.kind
    if kind in "UT":
        texts: list[str] = values.tolist()
        return texts
    if kind in "bi" or kind == "u" or values.dtype.str == "<f8":  # Python spells these as NumPy does
        return map(str, values.tolist())
    return values.astype(str).tolist() if kind == "M" else map(shown_as, values)


def shown_as(value: Any) -> str:
    """A value as the text that tables show, however long.

    Examples
    --------
    >>> shown_as(np.float32(0.1)), shown_as(b"x")
    ('0.1', "b'x'")
    """
    if isinstance(value, np.void) and value.dtype.names is None:
        value = value.tobytes()
    return repr(bytes(value)) if isinstance(value, bytes) else str(value)


def _value(text: str, dtype: DType, condition: Condition) -> Any:
    """What a column of a dtype is compared with."""
    try:
        return _read(text, dtype)
    except (ValueError, OverflowError, InvalidOperation, KeyError) as error:
        raise condition.refused(f"is no value of a column of {dtype}") from error


def _read(text: str, dtype: DType) -> Any:
    kind = dtype.kind
    if dtype.names is not None or kind == "V":
        raise ValueError(text)
    if kind == "b":
        return _TRUTHS[text.lower()]
    if kind in "iu":
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > _LONGEST:
            raise ValueError(text)
        return number
    if kind in "fc":
        return dtype.type(text)
    if kind == "M":
        if not _TIME.fullmatch(text):
            raise ValueError(text)
        return np.datetime64(text)
    if kind == "m":
        return _duration(text, dtype)
    return text.encode() if kind in "SO" else text


def _duration(text: str, dtype: DType) -> Any:
    """A number of the column's own unit, or of one that is named."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    count, unit = found.groups()
    name = _UNITS[unit.removesuffix("s")] if unit else np.datetime_data(dtype)[0]
    return np.array(int(count), f"m8[{name}]" if name else "m8")[()]
