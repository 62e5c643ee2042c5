"""Columns of Arrow: one rule per Arrow type; numbers without nulls are not copied.

References
----------
https://arrow.apache.org/docs/format/Columnar.html
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core.dtypes import BYTES, STRING, Block
from ..core.errors import Unavailable, Unreadable
from ..core.nodes import Policy
from .arrow_buffers import counts, numbers, truths
from .arrow_extensions import extension, told
from .arrow_lists import column_of_lists
from .arrow_widths import element_width
from .column import Coded, Column, Field, Pair

_FEW = 10_000  # texts
_MOST_CODED = 1 << 26  # rows whose dictionary is looked for
Fetch = Callable[[int, int], Any]  # rows [start, stop) as a ChunkedArray
Rule = tuple[Any, Callable[[Any], Block]]  # the dtype, and what makes values of an array

_is = pa.types


def arrow_column(
    kind: Any,
    fetch: Fetch,
    *,
    nulls: bool | None = None,
    lowest: int | None = None,
    highest: int | None = None,
    limit_bytes: int = Policy.limit_bytes,
) -> Column | list[Field]:
    """The column of an Arrow type, or its fields if it is a structure.

    Parameters
    ----------
    kind
        The type as the schema has it; `fetch` may give the same values dictionary-encoded.
    nulls, lowest, highest
        See `Column`.
    limit_bytes
        What the text of the rows that are read at once may take, once a dictionary's is repeated.

    Raises
    ------
    Unreadable
        If there is no rule for the type.
    """
    if _is.is_struct(kind):
        return [_member(kind, fetch, position, limit_bytes) for position in range(kind.num_fields)]
    if isinstance(kind, pa.BaseExtensionType):
        column = arrow_column(
            kind.storage_type, lambda a, b: _storage(fetch(a, b)), nulls=nulls, limit_bytes=limit_bytes
        )
        serialized = getattr(kind, "__arrow_ext_serialize__", bytes)()
        return told(column, extension(kind.extension_name, serialized))
    if _is.is_dictionary(kind):
        return _of_dictionary(kind, fetch, limit_bytes)
    if _is.is_run_end_encoded(kind):
        return arrow_column(
            kind.value_type, lambda a, b: _unrolled(fetch(a, b), limit_bytes), limit_bytes=limit_bytes
        )
    if _is.is_fixed_size_list(kind):
        return column_of_lists(kind, fetch, partial(arrow_column, kind.value_type, limit_bytes=limit_bytes))
    column = _plain_column(kind, fetch, limit_bytes)
    return replace(column, nulls=nulls, lowest=lowest, highest=highest)


def _plain_column(kind: Any, fetch: Fetch, limit_bytes: int) -> Column:
    dtype, values = _rule(kind)
    zone = getattr(kind, "tz", None)
    attributes = {"timezone": zone} if zone else {}

    def read(start: int, stop: int) -> Pair:
        part = _plain(fetch(start, stop), kind, limit_bytes)
        where = truths(part.is_null()) if part.null_count else None
        return values(part), where

    return Column(np.dtype(dtype), read, attributes=attributes)


def _of_dictionary(kind: Any, fetch: Fetch, limit_bytes: int) -> Column | list[Field]:
    # Entries of the dictionary may be null themselves, which no count of nulls tells.
    column = arrow_column(kind.value_type, fetch, limit_bytes=limit_bytes)
    column = told(column, {"ordered": bool(kind.ordered)})
    coded = partial(_coded, kind, fetch, limit_bytes)
    return replace(column, coded=coded) if isinstance(column, Column) else column


def _coded(kind: Any, fetch: Fetch, limit_bytes: int, count: int) -> Coded | None:
    """The codes of a dictionary that all parts of the column share; None where finding it costs much."""
    if count > _MOST_CODED:
        return None
    whole = fetch(0, count)
    plain = whole.cast(kind) if not _is.is_dictionary(whole.type) else whole
    dictionaries = [chunk.dictionary for chunk in plain.unify_dictionaries().chunks[:1]]
    categories = dictionaries[0].drop_null() if dictionaries else pa.array([], kind.value_type)

    def codes(start: int, stop: int) -> Block:
        part = _plain(fetch(start, stop), kind.value_type, limit_bytes)
        found = pc.index_in(part, value_set=categories)
        if found.null_count != part.null_count:
            raise Unavailable("the categories changed since the column was opened; open it again")
        return numbers(found, -1)

    column = arrow_column(kind.value_type, lambda a, b: pa.chunked_array([categories[a:b]]), nulls=False)
    return Coded(codes, column, len(categories)) if isinstance(column, Column) else None


def _member(kind: Any, fetch: Fetch, position: int, limit_bytes: int) -> Field:
    field = kind.field(position)

    def part(start: int, stop: int) -> Any:
        return pc.struct_field(fetch(start, stop), [position])

    opened = partial(arrow_column, field.type, part, limit_bytes=limit_bytes)
    return Field(field.name, element_width(field.type), opened)


def _storage(array: Any) -> Any:
    return pa.chunked_array([chunk.storage for chunk in array.chunks], array.type.storage_type)


def _plain(array: Any, kind: Any, limit_bytes: int) -> Any:
    """Without dictionary encoding."""
    if not _is.is_dictionary(array.type):
        return array
    refuse_repeated(array.chunks, limit_bytes)
    return array.cast(kind)


def refuse_repeated(parts: Iterable[Any], limit_bytes: int) -> None:
    """Make sure that text does not take too much once it is repeated as often as its dictionary says.

    Raises
    ------
    Unreadable
        If it does.
    """
    rows = size = 0
    for part in parts:
        if _is.is_dictionary(part.type) and _is_text(part.type.value_type):
            rows += len(part)
            size += pc.sum(pc.binary_length(part.dictionary).cast("int64").take(part.indices)).as_py() or 0
    refuse_long(rows, size, limit_bytes)


def _unrolled(array: Any, limit_bytes: int) -> Any:
    """Without run-end encoding; see `refuse_repeated`."""
    size = 0
    for chunk in array.chunks if _is_text(array.type.value_type) else ():
        lengths = pc.binary_length(chunk.values).cast("int64")
        decoded = pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(chunk.run_ends, lengths))
        size += pc.sum(decoded.slice(chunk.offset, len(chunk))).as_py() or 0
    refuse_long(len(array), size, limit_bytes)
    return pc.run_end_decode(array)


def refuse_long(rows: int, size: int, limit_bytes: int) -> None:
    """Raise `Unreadable` if text of so many rows takes more bytes than one chunk may."""
    if size > limit_bytes:
        raise Unreadable(
            f"{rows:,} rows of text take {size:,} bytes, more than the {limit_bytes:,} allowed for a "
            "chunk; raise c.ZarrServeApp.chunk_limit_bytes"
        )


def _is_text(kind: Any) -> bool:
    tests = (_is.is_string, _is.is_large_string, _is.is_binary, _is.is_large_binary)
    return any(test(kind) for test in tests)


def _texts(array: Any) -> Block:
    """Text or bytes as objects; Arrow is faster with many, once it has imported pandas."""
    if len(array) <= _FEW and "pandas" not in sys.modules:
        return np.array(array.to_pylist(), object)
    block: Block = array.to_numpy()
    return block


def _days(array: Any) -> Block:
    """Dates, which date64 counts in milliseconds."""
    block = counts(array, "M8[D]" if array.type.bit_width == 32 else "M8[ms]")
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
    block: Block = numbers(whole).astype("i8").view(f"m8[{unit}]")
    return block


def _rule(kind: Any) -> Rule:
    if _is.is_integer(kind) or _is.is_floating(kind):
        return kind.to_pandas_dtype(), numbers
    if _is.is_boolean(kind):
        return np.bool_, truths
    if _is.is_timestamp(kind):
        return f"M8[{kind.unit}]", partial(counts, dtype=f"M8[{kind.unit}]")
    if _is.is_date(kind):
        return "M8[D]", _days
    if _is.is_duration(kind):
        return f"m8[{kind.unit}]", partial(counts, dtype=f"m8[{kind.unit}]")
    if _is.is_time(kind):
        return f"m8[{kind.unit}]", lambda array: _times(array, kind, kind.unit)
    if _is.is_string(kind) or _is.is_large_string(kind) or _is.is_string_view(kind):
        return STRING, _texts
    if _is.is_fixed_size_binary(kind) or _is.is_binary_view(kind):
        return BYTES, _texts
    if _is.is_binary(kind) or _is.is_large_binary(kind):
        return BYTES, _texts
    if _is.is_decimal(kind):
        return STRING, _digits
    if _is.is_null(kind):
        return np.float64, _nothing
    raise Unreadable(f"Arrow type {kind} has no array; flatten it or convert it to text first")
