"""Columns of Arrow: one rule per Arrow type; numbers without nulls are not copied.

References
----------
https://arrow.apache.org/docs/format/Columnar.html
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core.dtypes import BYTES, STRING, VLEN_ESTIMATE, Block
from ..core.errors import Unavailable, Unreadable
from .column import Coded, Column, Field, Pair

_MOST_CODED = 1 << 26  # rows whose dictionary is looked for
Fetch = Callable[[int, int], Any]  # rows [start, stop) as a ChunkedArray
Rule = tuple[Any, Callable[[Any], Block]]  # the dtype, and what makes values of an array

_is = pa.types


def width_of(kind: Any) -> int:
    """Bytes per element of an Arrow type, estimated where the length varies."""
    if _is.is_struct(kind):
        return max((width_of(field.type) for field in kind), default=1)
    if _is.is_dictionary(kind):
        return width_of(kind.value_type)
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:
        return VLEN_ESTIMATE


def arrow_column(
    kind: Any,
    fetch: Fetch,
    *,
    nulls: bool | None = None,
    lowest: int | None = None,
    highest: int | None = None,
) -> Column | list[Field]:
    """The column of an Arrow type, or its fields if it is a structure.

    Parameters
    ----------
    kind
        The type as the schema has it; `fetch` may give the same values dictionary-encoded.
    nulls, lowest, highest
        See `Column`.

    Raises
    ------
    Unreadable
        When there is no rule for the type.
    """
    if _is.is_struct(kind):
        return [_member(kind, fetch, position) for position in range(kind.num_fields)]
    if isinstance(kind, pa.BaseExtensionType):
        column = arrow_column(kind.storage_type, lambda a, b: _storage(fetch(a, b)), nulls=nulls)
        return _told(column, {"extension": kind.extension_name})
    if _is.is_dictionary(kind):
        # Entries of the dictionary may be null themselves, which no count of nulls tells.
        column = _told(arrow_column(kind.value_type, fetch), {"ordered": bool(kind.ordered)})
        return replace(column, coded=partial(_coded, kind, fetch)) if isinstance(column, Column) else column
    if _is.is_run_end_encoded(kind):
        return arrow_column(kind.value_type, lambda a, b: pc.run_end_decode(fetch(a, b)))
    dtype, values = _rule(kind)
    zone = getattr(kind, "tz", None)
    attributes = {"timezone": zone} if zone else {}

    def read(start: int, stop: int) -> Pair:
        part = _plain(fetch(start, stop), kind)
        where = np.asarray(part.is_null()) if part.null_count else None
        return values(part), where

    return Column(np.dtype(dtype), read, nulls, lowest, highest, attributes)


def _told(column: Column | list[Field], attributes: Mapping[str, Any]) -> Column | list[Field]:
    if not isinstance(column, Column):
        return column
    return replace(column, attributes={**column.attributes, **attributes})


def _coded(kind: Any, fetch: Fetch, count: int) -> Coded | None:
    """The codes of a dictionary that all parts of the column share; None where finding it costs much."""
    if count > _MOST_CODED:
        return None
    whole = fetch(0, count)
    plain = whole.cast(kind) if not _is.is_dictionary(whole.type) else whole
    dictionaries = [chunk.dictionary for chunk in plain.unify_dictionaries().chunks[:1]]
    categories = dictionaries[0].drop_null() if dictionaries else pa.array([], kind.value_type)

    def codes(start: int, stop: int) -> Block:
        part = _plain(fetch(start, stop), kind.value_type)
        found = pc.index_in(part, value_set=categories)
        if found.null_count != part.null_count:
            raise Unavailable("the categories changed since the column was opened; open it again")
        return np.asarray(found.fill_null(-1))

    column = arrow_column(kind.value_type, lambda a, b: pa.chunked_array([categories[a:b]]), nulls=False)
    return Coded(codes, column, len(categories)) if isinstance(column, Column) else None


def _member(kind: Any, fetch: Fetch, position: int) -> Field:
    field = kind.field(position)

    def part(start: int, stop: int) -> Any:
        return pc.struct_field(fetch(start, stop), [position])

    return Field(field.name, width_of(field.type), partial(arrow_column, field.type, part))


def _storage(array: Any) -> Any:
    return pa.chunked_array([chunk.storage for chunk in array.chunks], array.type.storage_type)


def _plain(array: Any, kind: Any) -> Any:
    """Without dictionary or run-end encoding."""
    return array.cast(kind) if _is.is_dictionary(array.type) else array


def _numbers(array: Any) -> Block:
    block: Block = (array.fill_null(0) if array.null_count else array).to_numpy()
    return block


def _booleans(array: Any) -> Block:
    return np.asarray(array.fill_null(False) if array.null_count else array)


def _as_numpy(array: Any) -> Block:
    block: Block = array.to_numpy()
    return block


def _days(array: Any) -> Block:
    """Dates, which date64 counts in milliseconds."""
    block = _as_numpy(array)
    days = block.astype("M8[D]")
    if not (np.isnat(block) | (days == block)).all():
        raise Unreadable("dates with a time of day; cast the column to a timestamp")
    return days


def _digits(array: Any) -> Block:
    """Decimals as text; Arrow's own cast writes exponents."""
    items = ["" if value is None else format(value, "f") for value in array.to_pylist()]
    return np.array(items, object)


def _nothing(array: Any) -> Block:
    return np.full(len(array), np.nan)


def _times(array: Any, kind: Any, unit: str) -> Block:
    whole = array.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    block: Block = _numbers(whole).astype("i8").view(f"m8[{unit}]")
    return block


def _rule(kind: Any) -> Rule:
    if _is.is_integer(kind) or _is.is_floating(kind):
        return kind.to_pandas_dtype(), _numbers
    if _is.is_boolean(kind):
        return np.bool_, _booleans
    if _is.is_timestamp(kind):
        return f"M8[{kind.unit}]", _as_numpy
    if _is.is_date(kind):
        return "M8[D]", _days
    if _is.is_duration(kind):
        return f"m8[{kind.unit}]", _as_numpy
    if _is.is_time(kind):
        return f"m8[{kind.unit}]", lambda array: _times(array, kind, kind.unit)
    if _is.is_string(kind) or _is.is_large_string(kind) or _is.is_string_view(kind):
        return STRING, _as_numpy
    if _is.is_fixed_size_binary(kind) or _is.is_binary_view(kind):
        return BYTES, _as_numpy
    if _is.is_binary(kind) or _is.is_large_binary(kind):
        return BYTES, _as_numpy
    if _is.is_decimal(kind):
        return STRING, _digits
    if _is.is_null(kind):
        return np.float64, _nothing
    raise Unreadable(f"Arrow type {kind} has no array; flatten it or convert it to text first")
