"""The messages of an Arrow stream or file: where its record batches lie and how many rows they have.

Arrow's own readers tell neither without reading the data. Only the few fields needed are taken from
the messages' flatbuffers.

References
----------
https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
https://flatbuffers.dev/internals/
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...core.errors import Unreadable
from ...core.strided import ReadAt

_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3
_CONTINUATION = 0xFFFFFFFF
_MOST_METADATA = 1 << 26


@dataclass(frozen=True)
class Message:
    """A message of a stream.

    Attributes
    ----------
    kind
        "schema", "dictionary" or "batch".
    offset, length
        Place and bytes of the whole message in the file.
    rows, nulls
        Of a record batch; how many values are null in each column and, after it, its parts.
    identity, delta
        Of a dictionary: which one it is, and whether it adds to what came before or replaces it.
    """

    kind: str
    offset: int
    length: int
    rows: int = 0
    nulls: tuple[int, ...] = ()
    identity: int = 0
    delta: bool = False


def messages(read_at: ReadAt, offset: int, size: int) -> Iterator[Message]:
    """The messages from `offset` on, to the end of the stream.

    Parameters
    ----------
    size
        Of the file, in bytes.

    Raises
    ------
    Unreadable
        If a message claims more bytes than the file has.
    """
    while offset + 8 <= size:
        mark, length = struct.unpack("<II", read_at(offset, 8))
        head = 8
        if mark != _CONTINUATION:  # before Arrow 0.15 there was no mark
            head, length = 4, mark
        if length == 0:
            return
        if length > _MOST_METADATA or offset + head + length > size:
            raise Unreadable(f"a message at byte {offset:,} is cut short or damaged; write the file again")
        message = _message(_Table.root(read_at(offset + head, length)), offset, head + length)
        if message.length < head + length or offset + message.length > size:
            raise Unreadable(f"the data at byte {offset:,} are cut short; write the file again")
        yield message
        offset += message.length


def _message(table: "_Table", offset: int, head: int) -> Message:
    kinds = {_SCHEMA: "schema", _DICTIONARY: "dictionary", _BATCH: "batch"}
    kind = kinds.get(table.scalar(1, "B"), "other")
    message = Message(kind, offset, head + table.scalar(3, "q"))
    header = table.table(2)
    if kind == "dictionary":
        return replace(message, identity=header.scalar(0, "q"), delta=bool(header.scalar(2, "B")))
    if kind == "batch":
        nulls = tuple(count for _, count in header.pairs(1))
        message = replace(message, rows=header.scalar(0, "q"), nulls=nulls)
    if message.rows < 0:
        raise Unreadable(
            f"a record batch at byte {offset:,} claims {message.rows} rows; write the file again"
        )
    return message


def decoded_sizes(read_at: ReadAt, message: Message) -> list[int]:
    """Bytes that each buffer of a record batch will take, as the file claims."""
    mark, length = struct.unpack("<II", read_at(message.offset, 8))
    head = 8 if mark == _CONTINUATION else 4
    length = length if head == 8 else mark
    batch = _Table.root(read_at(message.offset + head, length)).table(2)
    body = message.offset + head + length
    buffers = batch.pairs(2)
    if not batch.has(3):
        return [size for _, size in buffers]
    return [_claimed(read_at, body + offset, size) for offset, size in buffers]


def _claimed(read_at: ReadAt, offset: int, size: int) -> int:
    """A compressed buffer begins with its decoded length, or -1 if it is stored plain."""
    if size < 8:
        return size
    (length,) = struct.unpack("<q", read_at(offset, 8))
    return size if length < 0 else int(length)


@dataclass(frozen=True)
class _Table:
    """A table of a flatbuffer; `struct.error` when it points outside."""

    data: bytes
    start: int

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        return cls(data, *struct.unpack_from("<I", data))

    def _field(self, number: int) -> int:
        """Where a field lies; 0 when it has its default."""
        (back,) = struct.unpack_from("<i", self.data, self.start)
        directory = self.start - back
        (length,) = struct.unpack_from("<H", self.data, directory)
        place = 4 + 2 * number
        if place >= length:
            return 0
        (offset,) = struct.unpack_from("<H", self.data, directory + place)
        return self.start + int(offset) if offset else 0

    def has(self, number: int) -> bool:
        return self._field(number) != 0

    def scalar(self, number: int, code: str) -> int:
        place = self._field(number)
        return int(struct.unpack_from(f"<{code}", self.data, place)[0]) if place else 0

    def table(self, number: int) -> "_Table":
        place = self._field(number)
        (offset,) = struct.unpack_from("<I", self.data, place)
        return _Table(self.data, place + offset)

    def pairs(self, number: int) -> list[tuple[int, int]]:
        """A vector of structures of two 64-bit integers."""
        place = self._field(number)
        if not place:
            return []
        (offset,) = struct.unpack_from("<I", self.data, place)
        (count,) = struct.unpack_from("<I", self.data, place + offset)
        packed = self.data[place + offset + 4 :][: count * 16]
        return list(struct.iter_unpack("<qq", packed))
