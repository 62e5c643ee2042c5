"""A file of which only what was written is held: libraries write headers, and leave holes for the data.

So a library decides every byte that is not data, though the data are never given to it.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.errors import Unreadable
from .pieces import Piece, known

_PAGE = 1 << 14  # bytes
_MOST_PAGES = 1 << 12  # 64 MiB of headers


class SparseFile(io.RawIOBase):
    """A file in memory; what nobody wrote takes no room and is zero."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[int, bytearray] = {}
        self._at = 0
        self.size = 0

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read or written."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See `io.IOBase.seek`."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def truncate(self, size: int | None = None) -> int:
        """See `io.IOBase.truncate`."""
        self.size = self._at if size is None else size
        return self.size

    def write(self, data: Any) -> int:
        """See `io.RawIOBase.write`; raises `Unreadable` if headers take too much."""
        source, done = memoryview(data).cast("B"), 0
        while done < len(source):
            page, start = divmod(self._at + done, _PAGE)
            count = min(len(source) - done, _PAGE - start)
            self._pages.setdefault(page, bytearray(_PAGE))[start : start + count] = source[
                done : done + count
            ]
            done += count
        if len(self._pages) > _MOST_PAGES:
            raise Unreadable(
                "what describes the data in this form takes too much memory; export less at once"
            )
        self._at += done
        self.size = max(self.size, self._at)
        return done

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        target = memoryview(buffer).cast("B")
        data = self.held(self._at, min(self.size, self._at + len(target)))
        target[: len(data)] = data
        self._at += len(data)
        return len(data)

    def held(self, start: int, stop: int) -> bytes:
        """Some bytes, zeros where nothing was written."""
        parts = []
        at = start
        while at < stop:
            page, begin = divmod(at, _PAGE)
            end = min(_PAGE, begin + stop - at)
            parts.append(bytes(self._pages[page][begin:end]) if page in self._pages else bytes(end - begin))
            at += end - begin
        return b"".join(parts)


def filled(file: SparseFile, holes: Iterable[tuple[int, Sequence[Piece]]]) -> list[Piece]:
    """The pieces of a file whose holes are filled.

    Parameters
    ----------
    holes
        Where each begins, and the pieces that fill it, whose sizes are known.
    """
    pieces: list[Piece] = []
    at = 0
    for offset, filling in sorted(holes, key=lambda hole: hole[0]):
        pieces += [known(file.held(at, offset)), *filling]
        at = offset + sum(piece.size or 0 for piece in filling)
    return [*pieces, known(file.held(at, max(at, file.size)))]
