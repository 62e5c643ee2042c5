"""Files as Arrow reads them: opened for each read, never memory-mapped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import limits
from ...core.errors import Unreadable
from ..files import is_local, open_binary, open_with_name


def refuse_columns(count: int) -> None:
    """Make sure that a table has no more columns, those in structures counted, than are served.

    Raises
    ------
    Unreadable
        If it has.
    """
    if count > limits.COLUMNS:
        raise Unreadable(
            f"it has {count:,} columns, of which no more than {limits.COLUMNS:,} are read; turn it by 90 "
            "degrees or write it as an array"
        )


@contextmanager
def open_arrow(path: Path) -> Iterator[Any]:
    """An Arrow file for a path.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    if is_local(path):
        opened, name = open_with_name(path)
        with opened, pa.OSFile(name) as source:
            yield source
    else:
        with open_binary(path) as file, pa.PythonFile(file, "r") as source:
            yield source
