"""Frames over a blocking socket, as those who answer requests read and write them; see `wire`."""

import socket
import struct
import sys
from io import BufferedReader
from typing import cast

from . import wire
from .wire import FrameError, Raw

CAN_FORK = sys.platform == "linux"  # workers from one process; else each is a process of its own
READY = b"."  # what a worker's process says once it has its settings
PID = struct.Struct("<q")  # the number of a worker that was forked
_BUFFER = 1 << 16  # bytes; nearly every request fits
_JOIN_BELOW = 1 << 14  # bytes; shorter bodies are copied behind their header


class Frames:
    """The headers of the frames that arrive; their bodies must be empty."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray(_BUFFER)
        self._filled = 0

    def header(self) -> bytes:
        """The next header.

        Raises
        ------
        FrameError
            If there is none.
        ConnectionError
            If the peer closed the connection.
        """
        start = wire.PREFIX.size
        self._fill(start)
        length, body_length = wire.parse_prefix(self._buffer[:start])
        if body_length:
            raise FrameError("a request has no body")
        end = start + length
        self._fill(end)
        header = bytes(self._buffer[start:end])
        rest = self._buffer[end : self._filled]
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)
        return header

    def _fill(self, size: int) -> None:
        self._buffer.extend(bytes(max(0, size - len(self._buffer))))
        while self._filled < size:
            with memoryview(self._buffer) as whole, whole[self._filled :] as room:
                received = self._connection.recv_into(room)
            if received == 0:
                raise ConnectionResetError("the peer closed the connection")
            self._filled += received


def send_frame(connection: socket.socket, head: bytes, body: Raw) -> None:
    """Send a frame whose prefix and header are `head`."""
    if len(body) < _JOIN_BELOW:
        connection.sendall(head + body)
    elif sys.platform == "win32":
        connection.sendall(head)
        connection.sendall(body)
    else:
        sent = connection.sendmsg([head, body])
        if sent < len(head):
            connection.sendall(head[sent:])
        if sent < len(head) + len(body):
            connection.sendall(memoryview(body)[max(0, sent - len(head)) :])


def prove(connection: socket.socket, key: bytes) -> None:
    """Show a kernel that we know its key, and have it show the same.

    Raises
    ------
    FrameError
        If it does not know the key, or speaks another version.
    ConnectionError
        If it hangs up, as it does on those who use another key.
    """
    kernel_nonce = wire.decode_hello(receive(connection)[0])
    nonce = wire.new_nonce()
    connection.sendall(wire.encode_challenge(nonce, wire.server_proof(key, kernel_nonce, nonce)))
    proof = wire.decode_welcome(receive(connection)[0])
    if not wire.is_proof(proof, wire.kernel_proof(key, nonce, kernel_nonce)):
        raise FrameError("who answers for the kernel does not know its key; restart the kernel")


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """The header and the body of the next frame; see `Frames.header`."""
    header, size = receive_head(connection)
    body = bytearray(size)
    receive_into(connection, memoryview(body))
    return header, cast("bytes", body)  # not copied


def receive_head(connection: socket.socket) -> tuple[bytes, int]:
    """The header of the next frame, and the length of its body, in bytes, which is still to be received."""
    prefix = bytearray(wire.PREFIX.size)
    receive_into(connection, memoryview(prefix))
    length, body_length = wire.parse_prefix(prefix)
    header = bytearray(length)
    receive_into(connection, memoryview(header))
    return bytes(header), body_length


def receive_several(connection: socket.socket, count: int) -> list[tuple[bytes, bytes]]:
    """The headers and bodies of so many frames, which come one after the other: many by one system call.

    What comes behind them is lost. See `Frames.header`.
    """
    with cast("BufferedReader", connection.makefile("rb", _BUFFER)) as incoming:
        return [_read_frame(incoming) for _ in range(count)]


def _read_frame(incoming: BufferedReader) -> tuple[bytes, bytes]:
    lengths = wire.parse_prefix(_read(incoming, wire.PREFIX.size))
    return _read(incoming, lengths[0]), _read(incoming, lengths[1])


def _read(incoming: BufferedReader, size: int) -> bytes:
    found = incoming.read(size)
    if len(found) < size:
        raise ConnectionResetError("the peer closed the connection")
    return found


def receive_into(connection: socket.socket, room: memoryview) -> None:
    """Fill memory with what comes.

    Raises
    ------
    ConnectionError
        When the peer closed the connection.
    """
    filled = 0
    while filled < len(room):
        received = connection.recv_into(room[filled:])
        if received == 0:
            raise ConnectionResetError("the peer closed the connection")
        filled += received
