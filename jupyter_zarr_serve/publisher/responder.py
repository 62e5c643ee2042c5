"""Threads that answer a server's requests over a socket, also while a cell runs.

One blocking thread serves one connection: in a busy kernel each return to Python costs a turn of the
interpreter lock (about 5 ms), so a request is one ``recv`` and one ``send``. The socket is a Unix one in
a folder that only this user may enter, or a loopback port where the platform has none.
"""

import contextlib
import os
import socket
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock, Thread
from typing import Any

from .. import wire
from ..descriptors import LEAST, OPTION, SIZE, can_pass, send_described
from ..frames import Frames, send_frame
from ..serve.request import VALUES, Request, Response
from ..wire import Endpoint, FrameError
from .listening import is_open, listen

HANDSHAKE_SECONDS = 10.0
MOST_CONNECTIONS = 256
_SEND_BUFFER = 4 << 20  # bytes; each time that it is full, both processes wait for their turn
_EVERY: "weakref.WeakSet[Responder]" = weakref.WeakSet()

IsThere = Callable[[], bool]
Answer = Callable[[Request, IsThere], Response]


class Responder:
    """Listens from its making until `close`.

    Parameters
    ----------
    answer
        Called in many threads at once; must not raise. It is told how to see whether anybody waits.
    key
        The secret that both sides know.
    """

    def __init__(self, answer: Answer, key: bytes) -> None:
        self._answer = answer
        self._key = key
        self._pid = os.getpid()
        self._lock = Lock()
        self._connections: set[socket.socket] = set()
        self._folder, self._listener = listen()
        self._is_closed = False
        _EVERY.add(self)
        start_thread(self._accept)

    @property
    def endpoint(self) -> Endpoint:
        """Where it listens."""
        if self._folder is not None:
            return Endpoint(self._pid, unix=str(self._folder / "s"))
        host, port = self._listener.getsockname()[:2]
        return Endpoint(self._pid, tcp=(host, port))

    def close(self) -> None:
        """Close all connections and remove the socket; threads end by themselves."""
        with self._lock:
            self._is_closed = True
            connections, self._connections = self._connections, set()
        for connection in (self._listener, *connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits
        self._listener.close()
        if self._folder is not None and self._pid == os.getpid():
            with contextlib.suppress(OSError):
                (self._folder / "s").unlink(missing_ok=True)
                self._folder.rmdir()

    def forget(self) -> None:
        """In a forked child: give up the sockets, which the parent alone serves."""
        for connection in (self._listener, *self._connections):
            connection.close()

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed, or too many files are open
                time.sleep(0 if self._is_closed else 0.1)
                continue
            self._welcome(connection)

    def _welcome(self, connection: socket.socket) -> None:
        """Serve a connection in a thread of its own, unless there are too many."""
        with self._lock:
            is_welcome = not self._is_closed and len(self._connections) < MOST_CONNECTIONS
            if is_welcome:
                self._connections.add(connection)
        if not is_welcome:
            connection.close()
            return
        try:
            if connection.family == socket.AF_INET:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            start_thread(self._serve, connection)
        except (OSError, RuntimeError, MemoryError):  # the peer is gone, or no thread can be had
            self._dismiss(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(HANDSHAKE_SECONDS)
            frames = Frames(connection)
            self._greet(connection, frames)
            connection.settimeout(None)
            while True:
                request = wire.decode_request(frames.header())
                response = self._answer(request, partial(is_open, connection))
                _send(connection, request, response)
        except (OSError, FrameError, MemoryError):
            return  # the peer went away or is none of ours, or there is no room for what it asks
        finally:
            self._dismiss(connection)

    def _dismiss(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)
        connection.close()

    def _greet(self, connection: socket.socket, frames: Frames) -> None:
        """Prove the key to each other.

        Raises
        ------
        FrameError
            When the peer does not know it.
        """
        nonce = wire.new_nonce()
        connection.sendall(wire.encode_hello(nonce))
        theirs, proof = wire.decode_challenge(frames.header())
        if not wire.is_proof(proof, wire.server_proof(self._key, nonce, theirs)):
            raise FrameError("the peer does not know the key of this kernel")
        connection.sendall(wire.encode_welcome(wire.kernel_proof(self._key, theirs, nonce)))


def _send(connection: socket.socket, request: Request, response: Response) -> None:
    """Send a response: a large one as memory, to those who take that."""
    body = response.body
    if request.form == VALUES and len(body) >= LEAST and _is_wanted(request) and can_pass(connection):
        head = wire.response_head(replace(response, body=b""), **{SIZE: len(body)})
        send_described(connection, head, body)
    else:
        send_frame(connection, wire.response_head(response), body)


def _is_wanted(request: Request) -> bool:
    return bool(dict(request.options).get(OPTION))


def start_thread(target: Callable[..., None], *args: Any) -> None:
    """Run something in a thread that neither debuggers nor the interpreter's exit wait for."""
    thread = Thread(target=target, args=args, name="zarr-serve", daemon=True)
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]
    thread.start()


def _forget_all() -> None:
    for responder in list(_EVERY):
        responder.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
