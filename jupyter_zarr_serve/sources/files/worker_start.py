"""Starting worker processes: on Linux forked from one that has imported what all need.

Each is reached by a socket pair that nobody else holds an end of. When this process ends, however it does,
they see the end of it and end, too.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Any, Protocol

from ...core.errors import Unavailable
from ...files.being_read import NOTE_BYTES
from ...files.tree import Settings, encode_settings
from ...frames import CAN_FORK, PID, READY
from ...shared_memory import BODY_BYTES, shared
from ...wire import encode_frame

_SECRETS = ("TOKEN", "SECRET", "PASSWORD")  # in names of variables that are Jupyter's, not of file systems
_JUPYTERS = ("JUPYTER", "JPY_", "CONFIGPROXY_")
_FOR_WORKERS = {  # where a variable is not set
    "OPENBLAS_NUM_THREADS": "1",  # there is a process per processor
    "OMP_NUM_THREADS": "1",
    # Else glibc often gives a chunk's memory back to the system, which provides it anew, page by page.
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}
_START_SECONDS = 60.0
_PROGRAM = ("-m", "jupyter_zarr_serve.worker")


@dataclass(frozen=True)
class Started:
    """A worker: its process, the connection to it, and the memory that it shares.

    Attributes
    ----------
    note
        What it reads; see `files.being_read`.
    memory
        What it answers; see `shared_memory`.
    """

    pid: int
    connection: socket.socket
    note: mmap | None = None
    memory: mmap | None = None


class Starter(Protocol):
    """What starts workers."""

    async def start(self) -> Started:
        """A new worker; raises `Unavailable` if there can be none."""

    def close(self) -> None:
        """End those that were started."""


class Processes:
    """Starts workers for some settings; to be used in one event loop.

    Parameters
    ----------
    program
        What Python runs in their process.
    """

    def __init__(self, settings: Settings, program: Sequence[str] = _PROGRAM) -> None:
        self._program = program
        self._settings = encode_frame(encode_settings(settings))
        self._parent: socket.socket | None = None  # the connection to what workers are forked from
        self._processes: list[subprocess.Popen[bytes]] = []  # some may have ended
        self._starting = asyncio.Lock()
        self._closings = 0
        self._waiting: asyncio.Task[Any] | None = None  # for a process to start

    async def start(self) -> Started:
        """See `Starter`."""
        try:
            async with self._starting, asyncio.timeout(_START_SECONDS):
                self._waiting = asyncio.current_task()
                if not CAN_FORK:
                    process, connection = await self._spawned()
                    for ended in [one for one in self._processes if one.poll() is not None]:
                        self._processes.remove(ended)
                    return Started(process.pid, connection)
                if self._parent is not None:
                    with contextlib.suppress(OSError):  # it has ended
                        return await _forked(self._parent)
                    self.close()
                _, self._parent = await self._spawned()
                return await _forked(self._parent)
        except (OSError, TimeoutError) as error:
            self.close()
            raise Unavailable(f"no process could be started to read files ({error}); retry") from error
        finally:
            self._waiting = None

    def close(self) -> None:
        """See `Starter`."""
        self._closings += 1
        if self._waiting is not None and self._waiting is not asyncio.current_task():
            self._waiting.cancel()
        parent, self._parent = self._parent, None
        if parent is not None:
            parent.close()
        while self._processes:
            _end(self._processes.pop())

    async def _spawned(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """A process that has its settings, and the connection to it."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        process = None
        try:
            with theirs:
                process = await asyncio.to_thread(self._spawn, theirs, self._closings)
            await loop.sock_sendall(ours, self._settings)
            await _received(ours, len(READY))
        except BaseException:
            ours.close()
            if process is not None:
                _end(process)
            raise
        return process, ours

    def _spawn(self, theirs: socket.socket, closings: int) -> subprocess.Popen[bytes]:
        """In a thread: a process, which is ended if nobody waits for it any more.

        Noted before the look, so that `close` finds it though the task that waits for it is cancelled.
        """
        process = _spawn(theirs, self._program)
        self._processes.append(process)
        if self._closings != closings:
            _end(process)
        return process


async def _forked(parent: socket.socket) -> Started:
    """A worker forked by the process at the other end of a connection."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with contextlib.ExitStack() as stack:
        stack.enter_context(theirs)
        failed = stack.enter_context(contextlib.ExitStack())
        failed.callback(ours.close)
        note, body = (stack.enter_context(shared(size)) for size in (NOTE_BYTES, BODY_BYTES))
        socket.send_fds(parent, [READY], [theirs.fileno(), note[0], body[0]])
        theirs.close()
        told = await _received(parent, PID.size)
        failed.pop_all()
    return Started(int(PID.unpack(told)[0]), ours, note[1], body[1])


async def _received(connection: socket.socket, size: int) -> bytes:
    """So many bytes."""
    told = b""
    while len(told) < size:
        more = await asyncio.get_running_loop().sock_recv(connection, size - len(told))
        if not more:
            raise ConnectionResetError("it ended at once; the server's log says why")
        told += more
    return told


def _spawn(connection: socket.socket, program: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process of `worker`, with a connection."""
    command = [sys.executable, "-P", *program]
    if sys.platform == "win32":
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=_environment())  # noqa: S603
        shared = connection.share(process.pid)
        assert process.stdin is not None
        process.stdin.write(len(shared).to_bytes(4, "little") + shared)
        process.stdin.close()
        return process
    number = connection.fileno()
    # What it prints goes to the log; an interrupt in the terminal is not for it.
    return subprocess.Popen(  # noqa: S603
        [*command, str(number)],
        pass_fds=[number],
        stdin=subprocess.DEVNULL,
        stdout=2,
        env=_environment(),
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it forked, and bury it, once."""
    if process.returncode is not None:
        return
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)  # it leads its group
    process.wait()


def _environment() -> dict[str, str]:
    """The variables of this process without Jupyter's own secrets."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith(_JUPYTERS) and any(secret in name for secret in _SECRETS))
    }
    return _FOR_WORKERS | kept
