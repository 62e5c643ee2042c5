"""The endpoint file beside a kernel's connection file, by which servers find the kernel's socket."""

import contextlib
import json
import os
import sys
from pathlib import Path

from .. import wire
from ..wire import Endpoint

NO_KERNEL = (
    "variables are published by a running Jupyter kernel; run this in a notebook or in `jupyter console`"
)


def connection_file() -> Path:
    """The connection file of this kernel.

    Raises
    ------
    RuntimeError
        If this process is not a Jupyter kernel.
    """
    # Only a kernel has imported the module; importing it here would load it into other programs.
    module = sys.modules.get("ipykernel.kernelapp")
    if module is None or not module.IPKernelApp.initialized():
        raise RuntimeError(NO_KERNEL)
    from ipykernel.connect import get_connection_file

    return Path(get_connection_file()).absolute()


def key_of(file: Path) -> bytes:
    """The key in a connection file."""
    key: str = json.loads(file.read_text())["key"]
    return key.encode()


def announce(file: Path, endpoint: Endpoint) -> Path:
    """Write the endpoint file of the connection file `file` atomically, readable by this user alone.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path = wire.endpoint_path(file)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(wire.encode_endpoint(endpoint))
    unfinished.replace(path)
    return path


def withdraw(path: Path, endpoint: Endpoint) -> None:
    """Remove the endpoint file, unless another process has replaced it."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == wire.encode_endpoint(endpoint):
            path.unlink()
