"""Feather version 1, the legacy one: read at once by a process of its own, when its columns are asked for.

pyarrow believes what the metadata of such a file claim, and a damaged byte of them ends the process. So it
is another one that reads the file, checks the columns and hands them over as a stream of Arrow's.

References
----------
https://arrow.apache.org/docs/python/feather.html
"""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pyarrow as pa

from ...adapters import from_pyarrow
from ...adapters.column import once
from ...core.children import Later
from ...core.errors import Unavailable, Unreadable
from ...core.nodes import Group, Policy
from ..files import open_at
from .files import refuse_columns

MAGIC = b"FEA1"
_SECONDS = 60
_PROGRAM = """
import io, sys, warnings
warnings.simplefilter("ignore")
import pyarrow as pa
from pyarrow import feather
table = feather.read_table(io.BytesIO(sys.stdin.buffer.read()), memory_map=False, use_threads=False)
table.validate(full=True)
with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
    stream.write_table(table)
"""


def read_version_1(path: Path, size: int, policy: Policy) -> Group:
    """The columns of a file; nothing of it is read before they are asked for.

    Raises
    ------
    Unreadable
        If it is too large to be read at once.
    """
    if size > policy.limit_bytes:
        raise Unreadable(
            f"{path.name}: Feather version 1 cannot be read in parts and {size:,} bytes are too many to "
            "read at once; write it again with pyarrow.feather.write_feather(...)"
        )
    return Group(Later(once(partial(_table, path, size, policy))), called="table")


def _table(path: Path, size: int, policy: Policy) -> Group:
    with open_at(path) as read_at:
        data = read_at(0, size)
    found = pa.ipc.open_stream(_handed_over(path.name, data)).read_all()
    refuse_columns(found.num_columns)
    node = from_pyarrow.adapt(found, policy)
    if not isinstance(node, Group):
        raise Unreadable(f"{path.name}: holds no columns; write it again")
    return node


def _handed_over(name: str, data: bytes) -> bytes:
    """The table as a stream, by a process that may end over it."""
    command = [sys.executable, "-I", "-c", _PROGRAM]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{name}: reading it takes over {_SECONDS} s; retry, or convert it") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1][:200] if lines and done.returncode > 0 else "it ends the process that reads it"
        raise Unreadable(
            f"{name}: is damaged ({reason}); write it again with pyarrow.feather.write_feather(...)"
        )
    return done.stdout
