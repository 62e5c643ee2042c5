"""Bytecode of the formats' libraries: Python writes it when it first imports them, which workers cannot.

Not every installer compiles what it installs (uv does not), and without bytecode each worker would take
seconds for its first table.

References
----------
https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
https://docs.astral.sh/uv/reference/settings/#compile-bytecode
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from .. import readers

LIBRARIES = ("h5py", "pandas", "pyarrow", "xarray", "cfgrib", "tifffile", "PIL", "zarr")
MODULES = tuple(f"{readers.__name__}.{row.module}" for row in readers.FORMATS)


def compile_missing(libraries: Sequence[str] = LIBRARIES, modules: Sequence[str] = MODULES) -> int:
    """Have the bytecode written, by a process that only imports and has the lowest priority.

    Parameters
    ----------
    libraries
        Those that are looked at.
    modules
        What is imported if one of them has no bytecode, and it can be written.

    Returns
    -------
    int
        The process, which somebody has to wait for; 0 if there is nothing to do.
    """
    if sys.dont_write_bytecode or not any(map(_is_missing, libraries)):
        return 0
    process = os.fork()
    if process == 0:
        os.closerange(3, 256)  # the connections are others'
        os.nice(19)
        for module in modules:
            with suppress(Exception):  # it is not installed, or cannot be imported here
                import_module(module)
        os._exit(0)
    return process


def _is_missing(library: str) -> bool:
    """Whether a library that is installed has no bytecode, and it could be written."""
    spec = find_spec(library)
    if spec is None or spec.origin is None or spec.cached is None or Path(spec.cached).exists():
        return False
    return os.access(Path(spec.origin).parent, os.W_OK) or sys.pycache_prefix is not None
