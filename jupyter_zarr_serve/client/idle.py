"""Connections that stay open between questions."""

import os
from collections import deque
from typing import Generic, Protocol, TypeVar
from weakref import finalize


class Closable(Protocol):
    """What is closed when it is wanted no more."""

    def close(self) -> None:
        """Close it."""


C = TypeVar("C", bound=Closable)


class Idle(Generic[C]):
    """The idle connections of one process; may be used in many threads at once.

    Parameters
    ----------
    most
        How many may be idle; others are closed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._process = os.getpid()
        self._connections: deque[C] = deque()
        finalize(self, _close, self._connections)

    def __len__(self) -> int:
        return len(self._connections)

    def take(self) -> C | None:
        """A connection; None where none is idle. Those of a process that was forked are its parent's."""
        if self._process != os.getpid():
            self._process = os.getpid()
            _close(self._connections)
        try:
            return self._connections.pop()
        except IndexError:
            return None

    def give(self, connection: C) -> None:
        """Take back a connection that nobody uses."""
        if len(self._connections) < self._most:
            self._connections.append(connection)
        else:
            connection.close()


def _close(connections: deque[C]) -> None:
    while connections:
        connections.pop().close()
