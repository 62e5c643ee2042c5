"""How servers are reached, as far as it is known without what speaks HTTP: to load that takes long."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import socket

Check = Callable[["socket"], None]  # raises for a connection that must not be sent anything

UNIX = "http+unix"  # the scheme by which Jupyter writes a Unix socket, its path in the place of a host
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def anybody(connection: "socket") -> None:
    """Let anybody be asked what is no secret."""
