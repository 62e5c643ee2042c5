"""Finding where a kernel listens, and opening a proven connection to it."""

import asyncio
import ipaddress
import os
from collections.abc import Callable
from datetime import datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import Unavailable
from ...readers.no_links import open_regular, resolved
from ...wire import Endpoint, decode_endpoint, endpoint_path
from ..responders.connection import Connection

_GREETING_SECONDS = 1.0
_LARGEST = 1 << 16  # bytes of an announcement
_AGAIN = "run the cell that publishes again"


class Kernel(Protocol):
    """What is needed of Jupyter's manager of one kernel."""

    connection_file: str
    ip: str
    last_activity: datetime
    session: Any
    provisioner: Any

    def is_alive(self) -> Any:
        """Whether the process runs; may be awaitable."""


async def process_of(kernel: Kernel) -> Any:
    """A mark of the kernel's process, another one after each restart.

    Raises
    ------
    Unavailable
        If it is dead or about to restart.
    """
    answer = kernel.is_alive()
    is_alive = await answer if isawaitable(answer) else answer
    if not is_alive:
        raise Unavailable(f"the kernel is dead or restarting; when it is back, {_AGAIN}")
    return getattr(kernel.provisioner, "pid", None)


def announcement(kernel: Kernel) -> Path | None:
    """The file in which a kernel says where it listens; None if that is not on this machine."""
    if not _is_here(kernel.ip):
        return None
    if kernel.connection_file:
        return endpoint_path(Path(kernel.connection_file))
    return _external_announcement(kernel)


def _external_announcement(kernel: Any) -> Path | None:
    """That of a kernel which no server started; there is none beside a copy of its connection file."""
    files: dict[str, Path] = getattr(getattr(kernel, "parent", None), "kernel_id_to_connection_file", {})
    file = files.get(kernel.kernel_id) if files else None
    found = None if file is None else endpoint_path(file.resolve())
    return found if found is not None and found.exists() else None


def is_reachable(kernel: Kernel) -> bool:
    """Whether a kernel of this machine is, or its socket would be, where it can be connected to.

    A kernel in a container may share with this machine the folder of announcements, but not its socket.

    Raises
    ------
    Unavailable
        If the announcement cannot be understood.
    """
    file = announcement(kernel)
    if file is None:
        return False
    try:
        endpoint = _endpoint(file)
    except FileNotFoundError:
        return True
    return endpoint.unix is None or Path(endpoint.unix).exists()


async def open_connection(kernel: Kernel, connection: Connection) -> None:
    """Connect to a kernel and exchange proofs.

    Raises
    ------
    FileNotFoundError
        If the kernel does not say where it listens: it publishes nothing.
    Unavailable
        If nobody listens there, or not the kernel.
    """
    file = announcement(kernel)
    if file is None:
        raise Unavailable("the kernel does not run on the server's machine")
    endpoint = await asyncio.to_thread(_endpoint, file)
    try:
        await _connect(endpoint, lambda: connection)
    except BlockingIOError:
        raise Unavailable("the kernel is busy and takes no connections; retry in a while") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unavailable(f"the kernel no longer listens ({reason}): {_AGAIN}") from error
    proving = asyncio.ensure_future(connection.prove(kernel.session.key))
    try:
        done, _ = await asyncio.wait({proving}, timeout=_GREETING_SECONDS)
        if not done and not _runs(endpoint):
            raise Unavailable(f"the kernel's process {endpoint.pid} has ended; {_AGAIN}")
        await proving
    except ConnectionError as error:
        raise Unavailable(f"the kernel hung up before it was asked; {_AGAIN}") from error
    finally:
        proving.cancel()


def _endpoint(file: Path) -> Endpoint:
    """What an announcement says, which may be anything: a kernel's user writes it."""
    with open_regular(resolved(file)) as opened:
        return decode_endpoint(opened.read(_LARGEST) or b"")


async def _connect(endpoint: Endpoint, factory: Callable[[], Connection]) -> None:
    loop = asyncio.get_running_loop()
    if endpoint.unix is not None:
        await loop.create_unix_connection(factory, endpoint.unix)
    elif endpoint.tcp is not None:
        await loop.create_connection(factory, *endpoint.tcp)


def _is_here(ip: str) -> bool:
    try:
        return ip in {"", "localhost"} or ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False


def _runs(endpoint: Endpoint) -> bool:
    """Whether the process may exist; always so where signal 0 is no harmless question."""
    if endpoint.unix is None:
        return True
    try:
        os.kill(endpoint.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
