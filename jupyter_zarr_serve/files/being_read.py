"""The file that a worker is reading just now, told to the server in memory that both share.

A worker that ends cannot say any more what ended it. What ended two is refused from then on.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from mmap import mmap
from pathlib import Path

from ..core.errors import Unreadable

NOTE_BYTES = 8192
_LENGTH = 4  # bytes that say how long the path is
_note: list[mmap] = []
_refused: dict[str, str] = {}


def share(descriptor: int) -> None:
    """In a worker: write down what is read in the memory that a descriptor stands for."""
    _note[:] = [mmap(descriptor, NOTE_BYTES)]


def refuse(stamps: Mapping[str, str]) -> None:
    """In a worker: open none of some files, as long as they have these stamps."""
    _refused.clear()
    _refused.update(stamps)


def check(path: Path, stamp: str) -> None:
    """Raise `Unreadable` for a file that ended workers, and is as it was."""
    if _refused and _refused.get(str(path)) == stamp:
        raise crashing(path.name)


def crashing(name: str) -> Unreadable:
    """The failure of a file that ended workers."""
    return Unreadable(
        f"{name}: reading this file crashes the library that reads it; write the file again, or update "
        "that library"
    )


@contextmanager
def being_read(path: Path) -> Iterator[None]:
    """Say what is read inside; outside of worker processes, nobody needs to know."""
    if not _note:
        yield
        return
    note = _note[0]
    before = note[: _LENGTH + int.from_bytes(note[:_LENGTH], "little")]
    name = os.fsencode(path)[: NOTE_BYTES - _LENGTH]
    note[: _LENGTH + len(name)] = len(name).to_bytes(_LENGTH, "little") + name
    try:
        yield
    finally:
        note[: len(before)] = before


def noted(note: mmap) -> Path | None:
    """The file in a note that a worker left; None where it was reading none."""
    length = int.from_bytes(note[:_LENGTH], "little")
    return Path(os.fsdecode(note[_LENGTH : _LENGTH + length])) if 0 < length < NOTE_BYTES else None
