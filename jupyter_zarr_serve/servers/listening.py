"""Whether it is a certain process that listens where its server is said to be.

A server that was killed leaves its runtime file behind. Its port is then for anybody on the machine to
take, and must not be sent the token that the file holds.
"""

import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

_EVERYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 (compared, not listened on)
_CREDENTIALS = struct.Struct("3i")  # process, user, group
_SOL_LOCAL, _LOCAL_PEERPID = 0, 2  # of macOS, which Python has no names for
_MOMENT = 1.0  # seconds
_MAPPED = "::ffff:"  # before an address of IPv4 that is reached by IPv6


def is_running(process: int, file: Path) -> bool:
    """Whether the process that wrote a file still runs, and is no other one that got its id since.

    Where processes have owners, these decide: one of the same user can read the file itself. There the time
    at which a process began is no help, as it shifts whenever the clock is set.
    """
    import psutil

    try:
        found = psutil.Process(process)
        if hasattr(os, "getuid"):
            return found.uids().effective in {file.stat().st_uid, os.geteuid()}
        return bool(found.create_time() <= file.stat().st_mtime)
    except (psutil.Error, OSError, ValueError):
        return False


def listens(process: int, port: int, address: str = "") -> bool:
    """Whether a process listens on a port.

    Parameters
    ----------
    address
        Where it is reached; "" for wherever it may listen.
    """
    import psutil

    with suppress(psutil.Error, OSError, ValueError):
        for found in psutil.Process(process).net_connections("tcp"):
            if found.status != psutil.CONN_LISTEN or found.laddr.port != port:
                continue
            if not address or _reaches(found.laddr.ip, address):
                return True
    return False


def listens_at(process: int, path: str) -> bool:
    """Whether a process listens on a Unix socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_MOMENT)
        probe.connect(path)
        return is_peer(probe, process)
    return False


def is_peer(connection: socket.socket, process: int) -> bool:
    """Whether a process is at the other end of a connection that was made to a place on this machine."""
    if hasattr(socket, "AF_UNIX") and connection.family == socket.AF_UNIX:
        return peer_of(connection) == process
    address, port = connection.getpeername()[:2]
    return listens(process, port, address)


def peer_of(connection: socket.socket) -> int | None:
    """The process at the other end of a Unix socket; None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(told)[0])
    if sys.platform == "darwin":
        return connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID)
    return None


def _reaches(listening: str, address: str) -> bool:
    """Whether what listens at an address, which may be all of its family, is reached at another one."""
    is_new = ":" in address and not address.startswith(_MAPPED)
    plain = {each.partition("%")[0].removeprefix(_MAPPED) for each in (listening, address)}
    return listening == _EVERYWHERE[socket.AF_INET6 if is_new else socket.AF_INET] or len(plain) == 1
