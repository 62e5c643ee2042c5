"""``python -m jupyter_zarr_serve.worker``: the process from which workers are forked, or one worker.

The server starts it with a socket. Over that come the settings and then, for each worker that is wanted,
the worker's own connection. Where the system cannot fork or pass descriptors, the socket is the connection
of the one worker that this process is.
"""

import contextlib
import os
import signal
import socket
import sys
from mmap import mmap

from ..core.errors import memory_bound
from ..core.known_names import VIEWS
from ..core.nodes import Group
from ..files.being_read import share
from ..files.tree import Settings, decode_settings, local_roots
from ..frames import CAN_FORK, PID, READY, Frames
from ..shared_memory import BODY_BYTES
from ..views import viewed
from .bounds import drop_rights, end_with_parent, limit_memory
from .compiling import compile_missing
from .sandbox import enter
from .serving import serve, served_tree


def main() -> None:
    """Take the socket and the settings, and serve until the server hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt in a terminal is the server's
    with _socket() as connection:
        settings = decode_settings(Frames(connection).header())
        connection.sendall(READY)
        if CAN_FORK:
            _fork_workers(connection, settings)
        else:
            _serve(connection, settings)


def _socket() -> socket.socket:
    """The socket that the server made."""
    if sys.platform == "win32":
        length = int.from_bytes(sys.stdin.buffer.read(4), "little")
        return socket.fromshare(sys.stdin.buffer.read(length))
    return socket.socket(fileno=int(sys.argv[1]))


def _fork_workers(control: socket.socket, settings: Settings) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the workers
    compile_missing()
    _import_for_all()
    parent = os.getpid()
    while True:
        data, descriptors, *_ = socket.recv_fds(control, 1, 3)
        if not data or len(descriptors) != 3:
            break
        worker = os.fork()
        if worker == 0:
            end_with_parent(parent)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            share(descriptors[1])
            memory = mmap(descriptors[2], BODY_BYTES)
            _serve(socket.socket(fileno=descriptors[0]), settings, memory)
            os._exit(0)  # what the parent has to do at its end is not this process's
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(OSError):  # the server has gone
            control.sendall(PID.pack(worker))
    os.killpg(os.getpgrp(), signal.SIGKILL)  # the server has gone: so do all workers


def _import_for_all() -> None:
    """Import what each worker would import for itself when it first needs it."""
    import numcodecs  # noqa: F401

    from ..serve import exporting, forms  # noqa: F401

    for view in VIEWS:
        viewed(Group(), view)


def _serve(connection: socket.socket, settings: Settings, memory: mmap | None = None) -> None:
    import numcodecs.blosc

    numcodecs.blosc.use_threads = False  # other workers use the other processors
    limit_memory(settings.worker_bytes)
    memory_bound.set(settings.worker_bytes)
    drop_rights()
    roots = local_roots(settings)
    enter(roots.values(), may_connect=len(roots) <= len(settings.mounts))
    serve(connection, served_tree(settings), memory)


if __name__ == "__main__":
    main()
