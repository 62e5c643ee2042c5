"""A pool of connections that stay open between requests."""

import os
from collections import deque
from typing import Generic, Protocol, TypeVar
from weakref import finalize


class Closable(Protocol):
    """Something with a `close` method."""

    def close(self) -> None:
        """Close it."""


C = TypeVar("C", bound=Closable)


class Idle(Generic[C]):
    """The idle connections of one process; safe to use from several threads.

    Parameters
    ----------
    most
        The largest number of idle connections; `give` closes any beyond it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._process = os.getpid()
        self._connections: deque[C] = deque()
        finalize(self, _close, self._connections)

    def __len__(self) -> int:
        return len(self._connections)

    def take(self) -> C | None:
        """An idle connection, or None. After a fork, the parent's connections are closed, not used."""
        if self._process != os.getpid():
            self._process = os.getpid()
            _close(self._connections)
        try:
            return self._connections.pop()
        except IndexError:
            return None

    def give(self, connection: C) -> None:
        """Return a connection to the pool."""
        if len(self._connections) < self._most:
            self._connections.append(connection)
        else:
            connection.close()


def _close(connections: deque[C]) -> None:
    while connections:
        connections.pop().close()
