"""A kernel's control channel: the way by which Jupyter itself reaches a kernel, wherever it runs."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from ...core.errors import Unavailable
from ...messages import Content, Message
from .endpoint import process_of

Receive = Callable[[Message | None], None]  # None: the channel is closed


class Channel(Protocol):
    """What carries messages to one kernel and back."""

    async def check(self) -> None:
        """Make sure that it still leads to a kernel.

        Raises
        ------
        Unavailable
            If the kernel is dead.
        ConnectionError
            If it is another process than the one this channel was opened to.
        """

    def send(self, kind: str, content: Content) -> str:
        """Send a message; the message's id, which the reply names as its parent.

        Raises
        ------
        ConnectionError
            If the channel is closed.
        """

    def close(self) -> None:
        """Send and receive no more."""


Opener = Callable[[Any, Receive], Coroutine[Any, Any, Channel]]


class ControlChannel:
    """A channel over ZeroMQ, with the sockets and the signatures of the kernel's manager."""

    def __init__(self, kernel: Any, process: Any, receive: Receive) -> None:
        self._kernel = kernel
        self._opened_to = (process, kernel.control_port)
        self._receive = receive
        self._stream = kernel.connect_control()
        self._stream.on_recv(self._take, copy=False)

    async def check(self) -> None:
        """See `Channel`."""
        if (await process_of(self._kernel), self._kernel.control_port) != self._opened_to:
            raise ConnectionResetError("the kernel was restarted")

    def send(self, kind: str, content: Content) -> str:
        """See `Channel`."""
        if self._stream.closed():
            raise ConnectionResetError("the channel to the kernel is closed")
        return str(self._kernel.session.send(self._stream, kind, content)["header"]["msg_id"])

    def close(self) -> None:
        """See `Channel`."""
        if not self._stream.closed():
            self._stream.close(linger=0)

    def _take(self, parts: Any) -> None:
        session = self._kernel.session
        try:
            message = session.deserialize(session.feed_identities(parts, copy=False)[1], copy=False)
        except ValueError:  # not signed by the kernel
            return
        self._receive(message)


async def open_channel(kernel: Any, receive: Receive) -> Channel:
    """The control channel of a kernel whose manager can connect to it.

    Raises
    ------
    Unavailable
        If it is dead, or its manager cannot.
    """
    if not hasattr(kernel, "connect_control"):
        raise Unavailable(
            "the kernel does not run on the server's machine, and its manager opens no control channel"
        )
    return ControlChannel(kernel, await process_of(kernel), receive)
