"""Whether it is a certain process that listens where its server is said to be.

A server that was killed leaves its runtime file behind. Its port is then for anybody on the machine to
take, and must not be sent the token that the file holds.
"""

import os
import socket
from contextlib import suppress
from pathlib import Path

_EVERYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 (compared, not listened on)
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


def _reaches(listening: str, address: str) -> bool:
    """Whether what listens at an address, which may be all of its family, is reached at another one."""
    is_new = ":" in address and not address.startswith(_MAPPED)
    plain = {each.partition("%")[0].removeprefix(_MAPPED) for each in (listening, address)}
    return listening == _EVERYWHERE[socket.AF_INET6 if is_new else socket.AF_INET] or len(plain) == 1
