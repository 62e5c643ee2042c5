"""Feather and other Arrow IPC files and streams: a group of columns, read by record batch.

A file gives one column of a batch, a stream only whole batches. The legacy Feather version 1 has no
batches: see `version_1`.

References
----------
https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...adapters.arrow_columns import arrow_column
from ...adapters.arrow_tables import arrow_table
from ...adapters.arrow_widths import width_of
from ...adapters.column import Column, Field
from ...core.errors import Unavailable, Unreadable
from ...core.memory import Share, blocks
from ...core.nodes import Node, Policy
from ..files import open_at, size_of
from .files import open_arrow, refuse_columns
from .messages import Message, decoded_sizes, messages
from .version_1 import MAGIC, read_version_1

_FILE = b"ARROW1"


def read(path: Path, policy: Policy) -> Node:
    """The columns of an Arrow file or stream; only its schema and its messages' heads are read.

    Raises
    ------
    Unreadable
        If the file is cut short, damaged or too large for its version.
    """
    size = size_of(path)
    with open_at(path) as read_at:
        magic = read_at(0, min(size, 8))
        if magic.startswith(MAGIC):
            return read_version_1(path, size, policy)
        is_file = magic.startswith(_FILE)
        found = list(messages(read_at, 8 if is_file else 0, size))
    schema = _schema(path, is_file)
    nodes = [_nodes(field.type) for field in schema]
    refuse_columns(sum(nodes))
    batches = [message for message in found if message.kind == "batch"]
    starts = [0, *accumulate(batch.rows for batch in batches)]
    has_nulls_told = all(len(b.nulls) == sum(nodes) and min(b.nulls, default=0) >= 0 for b in batches)
    places = [0, *accumulate(nodes)] if has_nulls_told else None
    decoded = blocks("feather")
    source = _Source(path, schema, is_file, found, batches, starts, places, policy.limit_bytes, decoded)
    rows = [batch.rows for batch in batches]
    regular = len(rows) > 1 and len(set(rows[:-1])) == 1 and 0 < rows[-1] <= rows[0]
    return arrow_table(
        schema, starts[-1], policy, lambda j: partial(source.open, j),
        partial(_width, schema, _row_bytes(path, batches)), source_rows=rows[0] if regular else None,
    )  # fmt: skip


def _row_bytes(path: Path, batches: list[Message]) -> int:
    """Bytes of a row over all columns, judged by the first batch that has any."""
    first = next((batch for batch in batches if batch.rows), None)
    if first is None:
        return 0
    with open_at(path) as read_at:
        return sum(decoded_sizes(read_at, first)) // first.rows


def _width(schema: Any, row_bytes: int, position: int) -> int:
    """Bytes of an element; of variable length, at most what the columns of fixed length leave."""
    width = width_of(schema.field(position).type)
    if not _is_variable(schema.field(position).type):
        return width
    fixed = sum(width_of(field.type) for field in schema if not _is_variable(field.type))
    return max(width, row_bytes - fixed)


def _nodes(kind: Any) -> int:
    """Columns that a column is made of, itself included."""
    if isinstance(kind, pa.BaseExtensionType):
        return _nodes(kind.storage_type)
    if not pa.types.is_nested(kind):
        return 1
    members = [kind.field(i).type for i in range(kind.num_fields)]
    return 1 + sum(map(_nodes, members))


def _is_variable(kind: Any) -> bool:
    try:
        return not kind.bit_width
    except ValueError:
        return True


def _schema(path: Path, is_file: bool) -> Any:
    with open_arrow(path) as source:
        opened = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        return opened.schema


@dataclass(frozen=True)
class _Source:
    """What is known of a file from its messages' heads, and its last decoded batches."""

    path: Path
    schema: Any
    is_file: bool
    found: list[Message]
    batches: list[Message]
    starts: list[int]  # the first row of each batch, and the number of all rows
    places: list[int] | None  # of each column among the counts of nulls; None where those make no sense
    limit: int
    decoded: Share[Any]

    def open(self, position: int) -> Column | list[Field]:
        """The column at a position of the schema."""
        kind = self.schema.field(position).type
        return arrow_column(
            kind, partial(self.fetch, position), nulls=self.nulls(position), limit_bytes=self.limit
        )

    def nulls(self, position: int) -> bool | None:
        """Whether a column has nulls, by the counts in the messages; None if those make no sense."""
        if self.places is None:
            return None
        first = self.places[position]
        return any(batch.nulls[first] for batch in self.batches)

    def fetch(self, position: int, start: int, stop: int) -> Any:
        """Rows of a column, from the batches they lie in."""
        parts = []
        number = bisect_right(self.starts, start) - 1
        while start < stop:
            first, end = self.starts[number], min(self.starts[number + 1], stop)
            if start < end:
                parts.append(self.column(position, number).slice(start - first, end - start))
            start, number = end, number + 1
        return pa.chunked_array(parts, self.schema.field(position).type)

    def column(self, position: int, number: int) -> Any:
        """A column of one record batch."""
        if self.is_file:
            return self.decoded.made((position, number), partial(self.read_column, position, number))
        return self.decoded.made(number, partial(self.read_batch, number)).column(position)

    def read_column(self, position: int, number: int) -> Any:
        """A column of one record batch of a file; the other columns are not read."""
        self.refuse_expansion(number, max)
        options = pa.ipc.IpcReadOptions(included_fields=[position], use_threads=False)
        with open_arrow(self.path) as source:
            batch = pa.ipc.open_file(source, options=options).get_batch(number)
        return self.checked(batch, number).column(0)

    def read_batch(self, number: int) -> Any:
        """One record batch of a stream, by way of a stream that has only what it needs."""
        self.refuse_expansion(number, sum)
        with open_at(self.path) as read_at:
            needed = [read_at(message.offset, message.length) for message in self.needed(number)]
        options = pa.ipc.IpcReadOptions(use_threads=False)
        return self.checked(
            pa.ipc.open_stream(BytesIO(b"".join(needed)), options=options).read_next_batch(), number
        )

    def needed(self, number: int) -> list[Message]:
        """A batch, the schema, and the dictionaries in force between them."""
        batch = self.batches[number]
        dictionaries: dict[int, list[Message]] = {}
        for message in self.found[: self.found.index(batch)]:
            if message.kind == "dictionary":
                before = dictionaries.get(message.identity, []) if message.delta else []
                dictionaries[message.identity] = [*before, message]
        return [self.found[0], *(message for kept in dictionaries.values() for message in kept), batch]

    def refuse_expansion(self, number: int, size: Callable[[list[int]], int]) -> None:
        """Raise when a batch claims to decode to more than one chunk may take."""
        batch = self.batches[number]
        with open_at(self.path) as read_at:
            claimed = size([0, *decoded_sizes(read_at, batch)])
        if claimed > self.limit:
            raise Unreadable(
                f"{self.path.name}: record batch {number} decodes to {claimed:,} bytes, more than the "
                f"{self.limit:,} allowed; write the file in smaller record batches"
            )

    def checked(self, batch: Any, number: int) -> Any:
        """The batch, if it is sound: Arrow trusts lengths and offsets unless told to check them."""
        if batch.num_rows != self.batches[number].rows:
            raise Unavailable(f"{self.path.name}: record batch {number} has changed; list its folder again")
        batch.validate(full=True)
        return batch
