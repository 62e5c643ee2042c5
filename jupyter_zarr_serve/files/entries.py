"""The entries of a folder."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..readers.files import is_local
from ..readers.no_links import open_folder


@contextmanager
def entries(folder: Path) -> Iterator[Iterable[Any]]:
    """The entries of a folder, each with a name."""
    if not is_local(folder):
        yield folder.iterdir()
        return
    with open_folder(folder) as opened, os.scandir(opened) as entries:
        yield entries


def is_folder(entry: Any) -> bool:
    """Whether an entry is a folder, or a link to one."""
    try:
        return bool(entry.is_dir())
    except OSError:  # a link that leads to nothing that may be looked at
        return False


def is_flagged_hidden(folder: Path, name: str) -> bool:
    """Whether macOS or Windows hide the file by a flag."""
    if not is_local(folder) or sys.platform not in {"darwin", "win32"}:
        return False
    try:
        status = (folder / name).lstat()
    except OSError:
        return False
    flags = getattr(status, "st_flags", 0) & stat.UF_HIDDEN
    return bool(flags or getattr(status, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)
