"""The socket on which a kernel listens, and whether a client has closed its connection."""

import contextlib
import os
import select
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_LONGEST_PATH = 100  # bytes; the length of a socket's path is limited to 104 on macOS
_SURELY_LISTENS = 60.0  # seconds after its folder was made


def listen() -> tuple[Path | None, socket.socket]:
    """A listening socket, and its folder if it is a Unix socket."""
    if hasattr(socket, "AF_UNIX") and hasattr(os, "getuid"):
        for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 (a folder of mode 0700 is made in it)
            if len(os.fsencode(parent)) + len("/jzs-xxxxxxxx/s") < _LONGEST_PATH:
                _sweep(Path(parent))
                folder = Path(tempfile.mkdtemp(prefix="jzs-", dir=parent))
                return folder, _listening(socket.AF_UNIX, str(folder / "s"))
    return None, _listening(socket.AF_INET, ("127.0.0.1", 0))


def _sweep(parent: Path) -> None:
    """Remove the folders that killed kernels of this user left behind, in which nothing listens."""
    for folder in parent.glob("jzs-*"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            is_ours = folder.stat().st_uid == os.getuid() and not folder.is_symlink()
            if not is_ours or time.time() - folder.stat().st_mtime < _SURELY_LISTENS:
                continue
            probe.setblocking(False)
            try:
                probe.connect(str(folder / "s"))
            except ConnectionRefusedError:
                (folder / "s").unlink()
                folder.rmdir()


def _listening(family: int, address: Any) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(128)
    return listener


def is_open(connection: socket.socket) -> bool:
    """Whether the peer, which waits for an answer, has not closed the connection."""
    try:
        if sys.platform == "win32":
            can_read = select.select([connection], [], [], 0)[0]
            return not can_read or connection.recv(1, socket.MSG_PEEK) != b""
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
