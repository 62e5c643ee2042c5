"""The connections to one kernel: made when they are needed, used again, closed when idle for long."""

import asyncio
from collections.abc import Awaitable, Callable

from ..responders.connection import Connection, Frame, Tell
from .slots import KernelSlots

_IDLE_SECONDS = 60.0
_TICK_SECONDS = 0.5


class Pool:
    """As many connections as there are slots.

    Parameters
    ----------
    connect
        Makes a connection that may be asked; it is given one to open.
    is_same
        Whether the kernel is alive and still the process it was when the connections were made.
    slots
        Of those who ask.
    """

    def __init__(
        self,
        connect: Callable[[Connection], Awaitable[None]],
        is_same: Callable[[], Awaitable[bool]],
        slots: KernelSlots,
    ) -> None:
        self._connect = connect
        self._is_same = is_same
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._slots = slots
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a connection may be open."""
        return bool(self._open)

    async def ask(self, frame: bytes, client: str = "", tell: Tell | None = None) -> Frame:
        """The kernel's answer to a request.

        Parameters
        ----------
        tell
            Is told how far a job is; one that takes long keeps no turn from others.

        Raises
        ------
        Unavailable
            If there is no connection to be had, or too many requests wait.
        ConnectionError
            If the connection is lost before the answer came.
        """
        await self._slots.take(client)
        job = None if tell is None else self._slots.of_job()
        try:
            connection = await self._connection()
            answer = await connection.ask(frame, tell)
            self._idle.append(connection)
            return answer
        finally:
            self._slots.give(job)

    def close(self) -> None:
        """Abort all connections; whoever waits for an answer is told that the connection is lost."""
        for connection in self._open:
            connection.abort()
        self._open.clear()
        self._idle.clear()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed:
                return connection
        return await self._new_connection()

    async def _new_connection(self) -> Connection:
        connection = Connection()
        self._open.add(connection)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._tend())
        try:
            await self._connect(connection)
        finally:
            if not connection.is_proven:
                connection.abort()
                self._open.discard(connection)
        return connection

    async def _tend(self) -> None:
        """While connections are open: notice that the kernel died, and close what is idle.

        A connection outlives the kernel where a forked child of it holds the other end.
        """
        while self._open:
            await asyncio.sleep(_TICK_SECONDS)
            self._open = {connection for connection in self._open if not connection.is_closed}
            if self._slots.taken and not await self._is_same():
                for connection in self._open:
                    connection.abort()
            self._close_idle()

    def _close_idle(self) -> None:
        before = asyncio.get_running_loop().time() - _IDLE_SECONDS
        for connection in [one for one in self._idle if one.used_at < before or one.is_closed]:
            connection.abort()
            self._idle.remove(connection)
