"""Parquet files: a group of columns, described by the footer, decoded by row group and column.

A row group is decoded in segments of bounded size. To reach one, those before it in the group are
decoded and dropped, since a Parquet column can only be read from the start of its group.

References
----------
https://parquet.apache.org/docs/file-format/
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...adapters.arrow_columns import arrow_column, refuse_long, refuse_repeated
from ...adapters.arrow_tables import arrow_table
from ...adapters.arrow_widths import width_of
from ...adapters.column import Column, Field
from ...core.errors import Unavailable, Unreadable
from ...core.memory import Share, blocks
from ...core.nodes import Group, Policy
from ..files import open_at, size_of
from .files import open_arrow
from .footer import (
    Footer,
    Leaves,
    bounds_of,
    decoded_width,
    has_dictionaries,
    leaf_types,
    leaves_of,
    longest_text,
    nulls_in,
    read_footer,
)

_SEGMENT = 1 << 26
_BUFFER = 1 << 20


def read(path: Path, policy: Policy) -> Group:
    """The columns of a Parquet file; only its footer is read.

    Raises
    ------
    Unreadable
        If the footer is damaged, encrypted or contradicts itself.
    """
    with open_at(path) as read_at:  # before pyarrow sees it: see `footer`
        footer = read_footer(read_at, size_of(path))
    with open_arrow(path) as source, pq.ParquetFile(source) as file:
        metadata, schema = file.metadata, file.schema_arrow
    groups = [group.rows for group in footer.groups]
    leaves = leaves_of(schema, footer)
    widths = [
        max(width_of(field.type), decoded_width(footer, leaf))
        for field, leaf in zip(schema, leaves, strict=True)
    ]
    table = _Table(
        path, footer, metadata, schema, [0, *accumulate(groups)], widths, leaves, policy, blocks("parquet")
    )
    return arrow_table(
        schema,
        footer.rows,
        policy,
        lambda j: partial(table.open, j),
        widths.__getitem__,
        source_rows=_regular(groups),
    )


def _regular(groups: list[int]) -> int | None:
    """Rows per group, if there are several and all but the last have as many."""
    if len(groups) < 2 or len(set(groups[:-1])) > 1 or not 0 < groups[-1] <= groups[0]:
        return None
    return groups[0]


@dataclass(frozen=True)
class _Table:
    """What is known of a file from its footer, and its last decoded segments."""

    path: Path
    footer: Footer
    metadata: Any
    schema: Any
    starts: list[int]  # the first row of each group, and the number of all rows
    widths: list[int]
    leaves: list[Leaves]
    policy: Policy
    decoded: Share[Any]

    def open(self, position: int) -> Column | list[Field]:
        """The column at a position of the schema."""
        kind = self.schema.field(position).type
        leaf = self.leaves[position]
        lowest, highest = bounds_of(self.footer, leaf, kind) if pa.types.is_integer(kind) else (None, None)
        return arrow_column(
            kind,
            partial(self.fetch, position),
            nulls=nulls_in(self.footer, leaf),
            lowest=lowest,
            highest=highest,
            limit_bytes=self.policy.limit_bytes,
        )

    def fetch(self, position: int, start: int, stop: int) -> Any:
        """Rows of a column, from the segments they lie in."""
        parts = []
        group = bisect_right(self.starts, start) - 1
        while start < stop:
            first, end = self.starts[group], min(self.starts[group + 1], stop)
            step = max(1, _segment_bytes(self.policy) // self.widths[position])
            while start < end:
                number = (start - first) // step
                segment = self.decoded.made(
                    (position, group, number), partial(self.decode, position, group, number, step)
                )
                offset = start - first - number * step
                part = segment.slice(offset, min(end - start, step - offset))
                if not len(part):
                    raise Unavailable(f"{self.path.name}: row {start:,} is not there; the file has changed")
                parts += part.chunks
                start += len(part)
            group += 1
        refuse_repeated(parts, self.policy.limit_bytes)
        return _joined(parts, self.schema.field(position).type)

    def decode(self, position: int, group: int, number: int, step: int) -> Any:
        """One segment of a row group's column."""
        name = self.schema.names[position]
        twin = self.schema.names[:position].count(name)
        rows = min(step, self.footer.groups[group].rows)
        longest = longest_text(self.footer, self.leaves[position], group)
        if longest is not None:
            rows = max(1, min(rows, self.policy.limit_bytes // longest))
        with self.reopened(position) as file:
            batches = file.iter_batches(rows, [group], [name], use_threads=False)
            chunks = _rows_of(self.bounded(batches), number * step, step, lambda b: _named(b, name)[twin])
            if longest is not None:
                chunks = self.bounded_together(chunks)
            parts = list(chunks)
            return pa.chunked_array(parts, None if parts else self.schema.field(position).type)

    def bounded(self, batches: Any) -> Iterator[Any]:
        """The batches, until one holds more than one chunk may take."""
        for batch in batches:
            if batch.nbytes > self.policy.limit_bytes:
                raise Unreadable(
                    f"{batch.num_rows:,} rows take {batch.nbytes:,} bytes, more than the "
                    f"{self.policy.limit_bytes:,} allowed; raise c.ZarrServeApp.chunk_limit_bytes"
                )
            yield batch

    def bounded_together(self, chunks: Iterator[Any]) -> Iterator[Any]:
        """The parts of a segment, until they hold more than one chunk may take."""
        size = 0
        for chunk in chunks:
            size += chunk.nbytes
            refuse_long(len(chunk), size, self.policy.limit_bytes)
            yield chunk

    @contextmanager
    def reopened(self, position: int) -> Iterator[Any]:
        """The file, text kept as dictionaries: a short file may repeat a long text very often."""
        leaves = self.leaves[position]
        packed = [
            self.metadata.schema.column(leaf).path
            for leaf, kind in zip(leaves or (), leaf_types(self.schema.field(position).type), strict=False)
            if _is_text(kind) and has_dictionaries(self.footer, range(leaf, leaf + 1))
        ]
        with open_arrow(self.path) as source:
            yield pq.ParquetFile(
                source, metadata=self.metadata, read_dictionary=packed or None, buffer_size=_BUFFER
            )


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _segment_bytes(policy: Policy) -> int:
    return min(_SEGMENT, policy.limit_bytes)


def _rows_of(batches: Iterator[Any], start: int, count: int, column: Callable[[Any], Any]) -> Iterator[Any]:
    """`count` rows from `start` on, of batches of any length."""
    seen = 0
    for batch in batches:
        low, high = max(start - seen, 0), min(start + count - seen, batch.num_rows)
        if low < high:
            yield column(batch).slice(low, high - low)
        seen += batch.num_rows
        if seen >= start + count:
            break


def _named(batch: Any, name: str) -> list[Any]:
    """Columns of a name; a file may have several."""
    names = batch.schema.names
    return [column for label, column in zip(names, batch.columns, strict=True) if label == name]


def _joined(parts: list[Any], kind: Any) -> Any:
    kinds = {part.type for part in parts}
    if len(kinds) > 1:
        parts = [part.cast(kind) for part in parts]
    return pa.chunked_array(parts, None if parts else kind)
