"""Access to a file's bytes, the same for local paths and for fsspec's remote ones (`UPath`).

A file is opened for each read and never memory-mapped by us: a mapped file that shrinks would kill
the whole server (SIGBUS), an ordinary read comes back short and is an error of one request. No link is
followed (see `no_links`): the path of a local file is resolved and checked before it comes here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from ..core.errors import Unreadable
from ..core.strided import ReadAt
from .no_links import open_regular, status_of

_DESCRIPTORS = ("/proc/self/fd", "/dev/fd")


@contextmanager
def open_at(path: Path) -> Iterator[ReadAt]:
    """Open a file for reads at given offsets: ``read_at(offset, length) -> bytes``.

    Raises
    ------
    Unreadable
        If the file ends before the requested bytes do.
    OSError
        If the file cannot be opened.
    """
    with open_binary(path) as file:

        def read_at(offset: int, length: int) -> bytes:
            file.seek(offset)
            data: bytes = file.read(length)
            while len(data) < length:
                more = file.read(length - len(data))
                if not more:
                    raise Unreadable(
                        f"{path.name}: ends before byte {offset + length:,}, where its data should; "
                        "it is truncated, write it again"
                    )
                data += more
            return data

        yield read_at


def open_binary(path: Path) -> Any:
    """A seekable binary file; unbuffered where the path is local, see `no_links.open_regular`."""
    return open_regular(path) if is_local(path) else path.open("rb")


def open_with_name(path: Path) -> tuple[FileIO, str]:
    """A local file, opened, and a name for libraries that insist on one.

    As long as the file stays open, the name leads to what was opened, whatever is at the path.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    file = open_regular(path)
    names = (f"{folder}/{file.fileno()}" for folder in _DESCRIPTORS)
    return file, next(filter(os.path.exists, names), str(path))


def is_local(path: Path) -> bool:
    """Whether the path is one of this machine's file systems (and not fsspec's)."""
    return isinstance(path, Path)


def size_of(path: Path) -> int:
    """The size of a file in bytes."""
    return int(status_of(path).st_size if is_local(path) else path.stat().st_size)


def stamp_of_status(status: os.stat_result) -> str:
    """The stamp of a local file; the time of its inode tells of changes that keep the time of the data."""
    times = f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"
    return f"{times}-{status.st_size:x}-{status.st_ino:x}"


def stamp_of(path: Path) -> str:
    """A text that changes whenever the file's content may have changed.

    Raises
    ------
    OSError
        If the file does not exist or may not be looked at.
    """
    if is_local(path):
        return stamp_of_status(status_of(path))
    remote: Any = path
    return str(remote.fs.ukey(remote.path))
