"""Threads that answer a server's requests over a socket, also while a cell runs.

One blocking thread serves one connection: in a busy kernel each return to Python waits for the interpreter
lock (about 5 ms), so a request is one ``recv`` and one ``send``. The socket is a Unix socket in a folder
that only this user may enter, or a loopback port on platforms without Unix sockets.
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
from ..frames import Frames, send_frame
from ..process_memory import ADDRESS, SEND, is_same_user, let_copy
from ..serve.request import FOLLOWED, MEMORY, VALUES, Request, Response
from ..wire import Endpoint, FrameError, Raw
from .courtesy import of_main_thread
from .listening import is_open, listen
from .peer import IsThere, Peer

HANDSHAKE_SECONDS = 10.0
MOST_CONNECTIONS = 256
_SEND_BUFFER = 4 << 20  # bytes; whenever it is full, both processes wait
_EVERY: "weakref.WeakSet[Responder]" = weakref.WeakSet()

Answer = Callable[[Request, IsThere], Response]


class Responder:
    """Listens until `close`, and answers requests in threads.

    Parameters
    ----------
    answer
        Called with a request, and a function that says whether the client still waits; from several
        threads. It must not raise.
    key
        The secret that both sides know.
    """

    def __init__(self, answer: Answer, key: bytes) -> None:
        self._answer = answer
        self._key = key
        self._courtesy = of_main_thread()
        self._pid = os.getpid()
        self._lock = Lock()
        self._connections: set[socket.socket] = set()
        self._folder, self._listener = listen()
        self._is_closed = False
        _EVERY.add(self)
        start_thread(self._accept)

    @property
    def endpoint(self) -> Endpoint:
        """The address of the socket."""
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
        """Close the sockets in a forked child; the parent alone serves them."""
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
        except (OSError, RuntimeError, MemoryError):  # the peer is gone, or no thread can start
            self._dismiss(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(HANDSHAKE_SECONDS)
            frames = Frames(connection)
            self._greet(connection, frames)
            connection.settimeout(None)
            taken = time.thread_time()
            while True:
                request = _possible(wire.decode_request(frames.header()), connection)
                if request.form == FOLLOWED:  # which bounds by itself what it takes
                    self._answer_to(connection, request)
                    taken = time.thread_time()
                    continue
                self._courtesy.begin()
                try:
                    lent = self._answer_to(connection, request)
                finally:
                    before, taken = taken, time.thread_time()
                    pause = self._courtesy.pause(taken - before)
                if lent is not None and connection.recv(1) == SEND:
                    connection.sendall(bytes(lent))  # what is sent must not change on its way
                lent = None
                time.sleep(pause)
        except (OSError, FrameError, MemoryError):
            return  # the peer is gone or no client of ours, or memory is short
        finally:
            self._dismiss(connection)

    def _answer_to(self, connection: socket.socket, request: Request) -> Raw | None:
        """Send the answer to a request; its memory, if the client copies from there."""
        is_there = partial(is_open, connection)
        if request.is_job:
            request = replace(request, listener=Peer(is_there, partial(_tell, connection)))
        return _send(connection, request, self._answer(request, is_there))

    def _dismiss(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)
        connection.close()

    def _greet(self, connection: socket.socket, frames: Frames) -> None:
        """Exchange proofs of the key.

        Raises
        ------
        FrameError
            If the peer does not know the key.
        """
        nonce = wire.new_nonce()
        connection.sendall(wire.encode_hello(nonce))
        theirs, proof = wire.decode_challenge(frames.header())
        if not wire.is_proof(proof, wire.server_proof(self._key, nonce, theirs)):
            raise FrameError("the peer does not know the key of this kernel")
        connection.sendall(wire.encode_welcome(wire.kernel_proof(self._key, theirs, nonce)))


def _possible(request: Request, connection: socket.socket) -> Request:
    """The request as it can be answered: with its body where the client cannot copy from memory."""
    if (MEMORY, 1) not in request.options or is_same_user(connection):
        return request
    return replace(request, options=tuple(each for each in request.options if each[0] != MEMORY))


def _send(connection: socket.socket, request: Request, response: Response) -> Raw | None:
    """Send a response, or where its body is in memory, to who copies from there; that memory, if so."""
    body = response.body
    if response.form == VALUES and response.status == 200 and (MEMORY, 1) in request.options:
        address = let_copy(connection, body)
        connection.sendall(wire.response_head(replace(response, body=b""), **{ADDRESS: address}))
        return body
    send_frame(connection, wire.response_head(response), body)
    return None


def _tell(connection: socket.socket, frame: bytes) -> None:
    with contextlib.suppress(OSError):  # the peer has gone, and is seen to be
        connection.sendall(frame)


def start_thread(target: Callable[..., None], *args: Any) -> None:
    """Call a function in a daemon thread that debuggers ignore."""
    thread = Thread(target=target, args=args, name="zarr-serve", daemon=True)
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]
    thread.start()


def _forget_all() -> None:
    for responder in list(_EVERY):
        responder.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
