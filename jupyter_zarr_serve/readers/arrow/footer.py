"""What a Parquet footer tells of a column without reading it: its size, its bounds, its nulls.

The footer is parsed here: over one that is encrypted or contradicts itself, pyarrow's functions for row
groups and their columns end the process. pyarrow reads the file only when the footer is known to be sound.

References
----------
https://parquet.apache.org/docs/file-format/metadata/
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
https://github.com/apache/parquet-format/blob/master/Encryption.md
"""

import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pyarrow as pa

from ...core import limits
from ...core.errors import Unreadable
from ...core.strided import ReadAt
from .files import refuse_columns
from .thrift import Compact, Keep, Structure

Leaves = range | None  # positions of a field's leaf columns in a row group; None if unknown

_SAMPLE = 16
_MAGIC, _ENCRYPTED_MAGIC = b"PAR1", b"PARE"
_TAIL = 8  # bytes: length of the footer, magic bytes
_INTEGERS = {1: "i", 2: "q"}  # physical types

# Numbers of fields, by the names that they have in parquet.thrift.
_SCHEMA, _NUM_ROWS, _ROW_GROUPS, _ENCRYPTION = 2, 3, 4, 8
_COLUMNS, _GROUP_ROWS = 1, 3
_META_DATA, _CRYPTO, _ENCRYPTED = 3, 8, 9
_TYPE, _ENCODINGS, _UNCOMPRESSED, _STATISTICS = 1, 2, 6, 12
_DELTA_LENGTHS, _DELTA_STRINGS = 6, 7  # encodings of text without a dictionary
_MAX, _MIN, _NULL_COUNT, _MAX_VALUE, _MIN_VALUE = 1, 2, 3, 5, 6
_KEEP: Keep = {
    _SCHEMA: {},
    _NUM_ROWS: None,
    _ENCRYPTION: {},
    _ROW_GROUPS: {
        _GROUP_ROWS: None,
        _COLUMNS: {
            _CRYPTO: {},
            _ENCRYPTED: None,
            _META_DATA: {
                _TYPE: None,
                _ENCODINGS: None,
                _UNCOMPRESSED: None,
                _STATISTICS: dict.fromkeys((_MAX, _MIN, _NULL_COUNT, _MAX_VALUE, _MIN_VALUE)),
            },
        },
    },
}


@dataclass(frozen=True)
class Group:
    """A row group; of each of its columns, the metadata by the numbers of their fields."""

    rows: int
    columns: list[Structure]


@dataclass(frozen=True)
class Footer:
    """The footer of a file, as far as it is needed."""

    rows: int
    groups: list[Group]


def read_footer(read_at: ReadAt, size: int) -> Footer:
    """The footer of a file of so many bytes.

    Raises
    ------
    Unreadable
        If it is damaged, too large, or encrypted.
    """
    tail = read_at(size - _TAIL, _TAIL) if size > 2 * _TAIL else b""
    if tail[4:] == _ENCRYPTED_MAGIC:
        raise _encrypted()
    if tail[4:] != _MAGIC:
        raise Unreadable("it does not end as a Parquet file does; it was truncated, write it again")
    length = int.from_bytes(tail[:4], "little")
    if length > min(limits.FOOTER, size - _TAIL):
        raise Unreadable(
            f"its footer takes {length:,} bytes, more than the file or the {limits.FOOTER:,} that are "
            "read; write it again, with fewer columns or larger row groups"
        )
    try:
        return _footer(Compact(read_at(size - _TAIL - length, length)).structure(_KEEP))
    except (LookupError, TypeError, ValueError) as error:
        raise Unreadable(f"its footer is damaged ({error}); write it again") from error


def _footer(told: Structure) -> Footer:
    if _ENCRYPTION in told:
        raise _encrypted()
    refuse_columns(len(told[_SCHEMA]) - 1)  # the first is the table itself
    groups = [_group(group) for group in told[_ROW_GROUPS]]
    if min((group.rows for group in groups), default=0) < 0 or told[_NUM_ROWS] != sum(
        group.rows for group in groups
    ):
        raise Unreadable(f"its row groups do not add up to {told[_NUM_ROWS]} rows; write it again")
    return Footer(told[_NUM_ROWS], groups)


def _group(told: Structure) -> Group:
    columns = told[_COLUMNS]
    if any(_CRYPTO in column or _ENCRYPTED in column for column in columns):
        raise _encrypted()
    return Group(told[_GROUP_ROWS], [column[_META_DATA] for column in columns])


def _encrypted() -> Unreadable:
    return Unreadable("it is encrypted, and its keys are not known here; write it without encryption")


def leaves_of(schema: Any, footer: Footer) -> list[Leaves]:
    """Which leaf columns belong to each field of the schema.

    Raises
    ------
    Unreadable
        If row groups have different numbers of columns.
    """
    counts = [len(leaf_types(field.type)) for field in schema]
    widths = {len(group.columns) for group in footer.groups}
    if len(widths) > 1:
        raise Unreadable("its row groups have different numbers of columns; write it again")
    if sum(counts) not in widths:
        return [None] * len(counts)
    ends = accumulate(counts)
    return [range(end - count, end) for end, count in zip(ends, counts, strict=True)]


def leaf_types(kind: Any) -> list[Any]:
    """The types of the leaf columns that a type is made of."""
    if isinstance(kind, pa.BaseExtensionType):
        return leaf_types(kind.storage_type)
    if pa.types.is_nested(kind):
        members = [kind.field(i).type for i in range(kind.num_fields)]
        return [leaf for member in members for leaf in leaf_types(member)]
    return [kind]


def decoded_width(footer: Footer, leaves: Leaves) -> int:
    """Bytes per row that a field takes, going by its uncompressed size in the first groups."""
    groups = footer.groups[:_SAMPLE]
    rows = sum(group.rows for group in groups)
    if leaves is None or not rows:
        return 1
    sizes: list[int] = [group.columns[leaf].get(_UNCOMPRESSED, 0) for group in groups for leaf in leaves]
    return max(1, -(-sum(sizes) // rows))


def has_dictionaries(footer: Footer, leaves: Leaves) -> bool:
    """Whether a field of text can be read as dictionaries, which pyarrow cannot of texts told as deltas."""
    encodings = _encodings(footer, leaves)
    return not encodings & {_DELTA_LENGTHS, _DELTA_STRINGS}


def longest_text(footer: Footer, leaves: Leaves, group: int) -> int | None:
    """Bytes that each text of a group may repeat of the one before; None where none does."""
    if leaves is None or _DELTA_STRINGS not in _encodings(footer, leaves):
        return None
    sizes: list[int] = [footer.groups[group].columns[leaf].get(_UNCOMPRESSED, 0) for leaf in leaves]
    return max(1, *sizes)


def _encodings(footer: Footer, leaves: Leaves) -> set[int]:
    columns = [] if leaves is None else _columns(footer, leaves)
    return {encoding for column in columns for encoding in column.get(_ENCODINGS, ())}


def nulls_in(footer: Footer, leaves: Leaves) -> bool | None:
    """Whether a field has nulls; None when the statistics do not say."""
    if leaves is None or len(leaves) != 1:
        return None
    counts = [column.get(_STATISTICS, {}).get(_NULL_COUNT) for column in _columns(footer, leaves)]
    if any(counts):
        return True
    return None if None in counts else False


def bounds_of(footer: Footer, leaves: Leaves, kind: Any) -> tuple[int | None, int | None]:
    """The least and the greatest integer of a field; None when the statistics do not say."""
    if leaves is None or len(leaves) != 1:
        return None, None
    lows, highs = [], []
    for group, column in zip(footer.groups, _columns(footer, leaves), strict=True):
        statistics = column.get(_STATISTICS, {})
        if statistics.get(_NULL_COUNT) == group.rows:
            continue
        is_signed = pa.types.is_signed_integer(kind)  # the older fields count all integers as signed
        low = statistics.get(_MIN_VALUE, statistics.get(_MIN) if is_signed else None)
        high = statistics.get(_MAX_VALUE, statistics.get(_MAX) if is_signed else None)
        if low is None or high is None:
            return None, None
        lows.append(_integer(low, column[_TYPE], is_signed))
        highs.append(_integer(high, column[_TYPE], is_signed))
    return min(lows, default=None), max(highs, default=None)


def _integer(data: bytes, physical: int, is_signed: bool) -> int:
    code = _INTEGERS.get(physical, "")
    if not code or struct.calcsize(code) != len(data):
        raise Unreadable("its statistics do not fit its types; write it again")
    return int(struct.unpack(f"<{code if is_signed else code.upper()}", data)[0])


def _columns(footer: Footer, leaves: range) -> list[Structure]:
    return [group.columns[leaf] for group in footer.groups for leaf in leaves]
