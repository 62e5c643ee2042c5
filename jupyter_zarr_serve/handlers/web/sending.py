"""Handing an answer to the socket: head and body in one system call, and the body is not copied.

Tornado joins a small body to its head and takes two writes for a large one, between which the client
wakes for the head alone.
"""

import socket
from typing import TYPE_CHECKING, cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.iostream import IOStream

if TYPE_CHECKING:
    from asyncio import Future

_CAN_GATHER = hasattr(socket.socket, "sendmsg")  # not on Windows


def head_of(request: HTTPServerRequest, status: int, reason: str, headers: HTTPHeaders) -> bytes:
    """The head of an answer, as Tornado spells it.

    Raises
    ------
    ValueError
        If a header has a line break.

    References
    ----------
    https://www.rfc-editor.org/rfc/rfc9112#section-9.6
    """
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers.get_all()]
    lines += _lasting(request)
    head = "\r\n".join([*lines, "", ""]).encode("latin1")
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1:
        raise ValueError(f"a line ends within a header: {head!r}")
    return head


def _lasting(request: HTTPServerRequest) -> list[str]:
    """The header that says whether the connection stays open; none if the version of HTTP says it."""
    wanted = request.headers.get("Connection", "").lower()
    if request.version == "HTTP/1.0":
        return ["Connection: Keep-Alive"] if wanted == "keep-alive" else []
    no_more = wanted == "close" or cast("HTTP1Connection", request.connection).no_keep_alive
    return ["Connection: close"] if no_more else []


def send(connection: HTTP1Connection, head: bytes, body: bytes | memoryview) -> "Future[None] | None":
    """Send as much as the socket takes at once, and leave the rest to Tornado.

    Returns
    -------
    Future or None
        Done when the rest is sent; fails if the connection closes before. None if nothing is left.
    """
    stream = connection.stream
    sent = 0
    # What derives from it may encrypt, as SSLIOStream does.
    if _CAN_GATHER and type(stream) is IOStream and not stream.closed() and not stream.writing():
        sent = _gathered(stream.socket, head, body)
    if sent == len(head) + len(body):
        return None
    if sent < len(head):
        if not body or stream.closed():
            return connection.write(head[sent:])
        stream.write(head[sent:])
        sent = len(head)
    return connection.write(cast("bytes", memoryview(body)[sent - len(head) :]))


def forget_frames(stream: IOStream | None) -> None:
    """Drop the traceback of a stream's error: its frames hold the body.

    Else only the garbage collector would free the body, as the stream keeps the error.
    """
    if stream is not None and stream.error is not None:
        stream.error.__traceback__ = stream.error.__context__ = None


def _gathered(to: socket.socket, head: bytes, body: bytes | memoryview) -> int:
    """How many bytes a socket takes at once."""
    try:
        return to.sendmsg([head, body])
    except OSError:  # it takes nothing now, or never will: writing to the stream shows which
        return 0
