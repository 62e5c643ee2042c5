"""What a Parquet footer tells of a column without reading it: its size, its bounds, its nulls."""

from itertools import accumulate
from typing import Any

import pyarrow as pa

Leaves = range | None  # positions of a field's leaf columns in a row group; None if unknown

_SAMPLE = 16


def leaves_of(schema: Any, footer: Any) -> list[Leaves]:
    """Which leaf columns belong to each field of the schema."""
    counts = [_leaf_count(field.type) for field in schema]
    if sum(counts) != footer.num_columns:
        return [None] * len(counts)
    ends = accumulate(counts)
    return [range(end - count, end) for end, count in zip(ends, counts, strict=True)]


def _leaf_count(kind: Any) -> int:
    if isinstance(kind, pa.BaseExtensionType):
        return _leaf_count(kind.storage_type)
    if pa.types.is_nested(kind):
        members = [kind.field(i).type for i in range(kind.num_fields)]
        return sum(map(_leaf_count, members))
    return 1


def decoded_width(footer: Any, leaves: Leaves) -> int:
    """Bytes per row that a field takes, going by its uncompressed size in the first groups."""
    groups = [footer.row_group(i) for i in range(min(footer.num_row_groups, _SAMPLE))]
    rows = sum(group.num_rows for group in groups)
    if leaves is None or not rows:
        return 1
    sizes: list[int] = [group.column(leaf).total_uncompressed_size for group in groups for leaf in leaves]
    return max(1, -(-sum(sizes) // int(rows)))


def nulls_in(footer: Any, leaves: Leaves) -> bool | None:
    """Whether a field has nulls; None when the statistics do not say."""
    if leaves is None or len(leaves) != 1:
        return None
    counts = [_null_count(chunk.statistics) for chunk in _chunks(footer, leaves)]
    if any(counts):
        return True
    return None if None in counts else False


def _null_count(statistics: Any) -> int | None:
    known = statistics is not None and statistics.has_null_count
    return int(statistics.null_count) if known else None


def bounds_of(footer: Any, leaves: Leaves) -> tuple[int | None, int | None]:
    """The least and the greatest integer of a field; None when the statistics do not say."""
    if leaves is None or len(leaves) != 1:
        return None, None
    lows, highs = [], []
    for chunk in _chunks(footer, leaves):
        statistics = chunk.statistics
        if statistics is None or not statistics.has_min_max:
            if statistics is not None and statistics.num_values == 0:
                continue  # all null
            return None, None
        lows.append(statistics.min)
        highs.append(statistics.max)
    if not all(isinstance(bound, int) for bound in lows + highs):
        return None, None
    return min(lows, default=None), max(highs, default=None)


def _chunks(footer: Any, leaves: range) -> list[Any]:
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    return [group.column(leaf) for group in groups for leaf in leaves]
