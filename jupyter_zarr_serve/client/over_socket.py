"""Asking a kernel of this user and this machine by its own socket, without a server between.

The proof is that of a server: knowing the key in the kernel's connection file, which only its user can
read. Whatever is wrong with the socket, the server is asked instead.
"""

import json
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..core.known_names import KERNELS, OF_KERNELS, VIEWS
from ..frames import prove, receive, receive_head, receive_into
from ..serve.request import VALUES, Request, Response
from ..wire import FrameError, Raw, decode_endpoint, decode_response, encode_request, endpoint_path
from .idle import Idle
from .login import Login
from .over_http import OverHttp
from .reader import Names

_MOST_IDLE = 16  # connections
_PROOF = 5.0  # seconds; a kernel that takes longer is asked by its server
T = TypeVar("T")


class OverSocket:
    """Asks a kernel; usable in many threads at once, each by a connection of its own.

    Parameters
    ----------
    file
        The kernel's connection file.
    prefix
        The names that lead to the kernel in the store of its server.
    server
        The way to that server.
    seconds
        How long the kernel may say nothing.
    """

    def __init__(self, file: Path, prefix: Names, server: OverHttp, seconds: float) -> None:
        self._file, self._prefix, self._server, self._seconds = file, prefix, server, seconds
        self._name = secrets.token_hex(8)
        self._idle: Idle[socket.socket] = Idle(_MOST_IDLE)

    @property
    def login(self) -> Login:
        """That to the server."""
        return self._server.login

    def __str__(self) -> str:
        return f"{self._server}; by the kernel's socket"

    def __reduce__(self) -> tuple[type["OverSocket"], tuple[Path, Names, OverHttp, float]]:
        return OverSocket, (self._file, self._prefix, self._server, self._seconds)

    def ask(self, request: Request) -> Response:
        """The kernel's answer, or else the server's; see `OverHttp.ask`."""
        asked = self._below(request)
        if asked is None:
            return self._server.ask(request)
        try:
            return self._asked(self._frame(asked), _response)
        except TimeoutError:
            raise
        except (OSError, FrameError):
            return self._server.ask(request)

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response | None]:
        """See `reader.Near`; the kernel reads one after the other, and answers in that order."""
        asked = [self._below(request) for request in requests]
        nothing = [None] * len(asked)
        if None in asked:
            return nothing
        try:
            frames = b"".join(self._frame(request) for request in asked if request)
            return self._asked(frames, lambda connection: [_response(connection) for _ in asked])
        except (OSError, FrameError):
            return nothing

    def values(self, request: Request) -> Raw | None:
        """See `reader.Near`."""
        asked = self._below(request)
        if asked is None:
            return None
        from ..descriptors import OPTION, receive_described

        asked = replace(asked, options=(*asked.options, (OPTION, 1)))
        try:
            header, body = self._asked(self._frame(asked), receive_described)
            response = decode_response(header, b"")
        except (OSError, FrameError):
            return None
        return body if response.status == 200 and response.form == VALUES else None

    def fill(self, request: Request, room: memoryview) -> bool:
        """See `reader.Near`."""
        asked = self._below(request)
        try:
            if asked is None:
                return False
            return self._asked(self._frame(asked), partial(_is_filled, room=room))
        except (OSError, FrameError):
            return False

    def is_open(self) -> bool:
        """Whether the kernel answers here."""
        try:
            self._idle.give(self._connected())
        except (OSError, FrameError):
            return False
        return True

    def _below(self, request: Request) -> Request | None:
        """The request as the kernel knows it; None where it is for something else."""
        path, view = request.path, request.view
        if not view and path[:1] and path[0] in VIEWS:
            path, view = path[1:], path[0]
        count = len(self._prefix)
        if path[:count] != self._prefix or len(path) <= count:
            return None
        return replace(request, path=path[count:], view=view)

    def _frame(self, request: Request) -> bytes:
        # A process that was forked is another client: it goes on to see metadata by itself.
        return encode_request(request, client=f"{self._name} {os.getpid()}")

    def _asked(self, frames: bytes, receive: Callable[[socket.socket], T]) -> T:
        """What is received in answer to requests."""
        known = self._idle.take()
        if known is not None:
            try:
                return self._answer(known, frames, receive)
            except (ConnectionError, FrameError):
                pass  # the kernel was restarted
        return self._answer(self._connected(), frames, receive)

    def _answer(self, connection: socket.socket, frames: bytes, receive: Callable[[socket.socket], T]) -> T:
        is_whole = False
        try:
            connection.sendall(frames)
            received = receive(connection)
            is_whole = True
        finally:
            if not is_whole:
                connection.close()
        self._idle.give(connection)
        return received

    def _connected(self) -> socket.socket:
        """A new connection, after the proof.

        Raises
        ------
        OSError, FrameError
            When there is none, or the kernel does not know its own key.
        """
        endpoint = decode_endpoint(endpoint_path(self._file).read_bytes())
        key = str(json.loads(self._file.read_text())["key"]).encode()
        if endpoint.unix is not None:
            connection = socket.socket(socket.AF_UNIX)
            place: str | tuple[str, int] | None = endpoint.unix
        else:
            connection, place = socket.socket(), endpoint.tcp
        try:
            connection.settimeout(min(self._seconds, _PROOF))
            connection.connect(place)  # type: ignore[arg-type]  # an endpoint has one of both
            try:
                prove(connection, key)
            except TimeoutError:
                raise ConnectionError("the kernel does not show in time who it is") from None
            connection.settimeout(self._seconds)
        except BaseException:
            connection.close()
            raise
        return connection


def _response(connection: socket.socket) -> Response:
    return decode_response(*receive(connection))


def _is_filled(connection: socket.socket, room: memoryview) -> bool:
    """Whether what comes is the very bytes that were asked for; they are received where they belong."""
    header, size = receive_head(connection)
    response = decode_response(header, b"")
    is_it = response.status == 200 and response.form == VALUES and size == len(room)
    receive_into(connection, room if is_it else memoryview(bytearray(size)))
    return is_it


def near(path: Names, server: OverHttp, seconds: float) -> OverSocket | None:
    """The way past a server to the kernel that publishes what is at a path; None where there is none."""
    login = server.login
    if login.server is None or len(path) < 3 or path[0] not in OF_KERNELS:
        return None
    kernels: dict[Names, str] = {(path[1],): path[1]} if path[0] == KERNELS else _sessions(server)
    found = next((path[1:end] for end in range(len(path) - 1, 1, -1) if path[1:end] in kernels), None)
    if found is None or Path(kernels[found]).name != kernels[found]:
        return None
    file = login.server.file.parent / f"kernel-{kernels[found]}.json"
    way = OverSocket(file, (path[0], *found), server, seconds)
    return way if way.is_open() else None


def _sessions(server: OverHttp) -> dict[Names, str]:
    """The ids of the kernels of notebooks, by their paths."""
    base = server.login.base
    status, _, body = server.get(f"/{base.split('/', 3)[3]}api/sessions", {})
    if status != 200:
        return {}
    sessions = sorted(json.loads(body), key=lambda session: session.get("type") == "notebook")
    return {
        tuple(filter(None, str(session.get("path") or "").split("/"))): str(session["kernel"]["id"])
        for session in sessions
        if session.get("kernel")
    }
