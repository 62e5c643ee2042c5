"""Requests to a kernel of this user on this machine over its own socket, past the server.

The client proves who it is as a server does: by the key in the kernel's connection file, which only the
kernel's user can read. If the socket fails in any way, the request goes to the server instead.
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

from ..core.known_names import KERNELS, OF_KERNELS, is_view
from ..frames import prove, receive, receive_head, receive_into, receive_several
from ..process_memory import ADDRESS, CAN_COPY, COPIED, LEAST, SEND, is_copied
from ..serve.request import MEMORY, VALUES, Request, Response
from ..wire import FrameError, decode_endpoint, decode_response, encode_request, endpoint_path, members_of
from .idle import Idle
from .login import Login
from .over_http import OverHttp
from .reader import Names

_MOST_IDLE = 16  # connections
_PROOF = 5.0  # seconds; the requests to a slower kernel go to its server
T = TypeVar("T")


class OverSocket:
    """Sends requests to a kernel; safe to use from several threads, each with a connection of its own.

    Parameters
    ----------
    file
        The kernel's connection file.
    prefix
        The path of the kernel in the store of its server.
    server
        The connections to that server.
    seconds
        How long to wait for each part of an answer.
    """

    def __init__(self, file: Path, prefix: Names, server: OverHttp, seconds: float) -> None:
        self._file, self._prefix, self._server, self._seconds = file, prefix, server, seconds
        self._name = secrets.token_hex(8)
        self._idle: Idle[socket.socket] = Idle(_MOST_IDLE)

    @property
    def login(self) -> Login:
        """The login to the kernel's server."""
        return self._server.login

    def __str__(self) -> str:
        return f"{self._server}; by the kernel's socket"

    def __reduce__(self) -> tuple[type["OverSocket"], tuple[Path, Names, OverHttp, float]]:
        return OverSocket, (self._file, self._prefix, self._server, self._seconds)

    def ask(self, request: Request) -> Response:
        """The kernel's answer; the server's if the kernel's socket fails. See `OverHttp.ask`."""
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
        """See `reader.Near`; the kernel answers in the order of the requests."""
        asked = [self._below(request) for request in requests]
        nothing = [None] * len(asked)
        if None in asked:
            return nothing
        try:
            frames = b"".join(self._frame(request) for request in asked if request)
            return self._asked(frames, partial(_responses, count=len(asked)))
        except (OSError, FrameError):
            return nothing

    def fill(self, request: Request, room: memoryview) -> bool:
        """See `reader.Near`."""
        asked = self._below(request)
        if asked is None:
            return False
        if CAN_COPY and len(room) >= LEAST:
            asked = replace(asked, options=(*asked.options, (MEMORY, 1)))
        try:
            return self._asked(self._frame(asked), partial(_is_filled, room=room))
        except (OSError, FrameError):
            return False

    def is_open(self) -> bool:
        """Whether the kernel answers on its socket."""
        try:
            self._idle.give(self._connected())
        except (OSError, FrameError):
            return False
        return True

    def _below(self, request: Request) -> Request | None:
        """The request with a path below the kernel; None if its path is elsewhere."""
        path, view = request.path, request.view
        if not view and path[:1] and is_view(path[0]):
            path, view = path[1:], path[0]
        count = len(self._prefix)
        if path[:count] != self._prefix or len(path) <= count:
            return None
        return replace(request, path=path[count:], view=view)

    def _frame(self, request: Request) -> bytes:
        # A forked process is another client: the kernel knows of each which metadata it has seen.
        return encode_request(request, client=f"{self._name} {os.getpid()}")

    def _asked(self, frames: bytes, receive: Callable[[socket.socket], T]) -> T:
        """Send frames, and return what `receive` reads of the answers."""
        idle = self._idle.take()
        if idle is not None:
            try:
                return self._answer(idle, frames, receive)
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
            If the kernel cannot be reached, or does not know the key.
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
                raise ConnectionError("the kernel does not prove in time who it is") from None
            connection.settimeout(self._seconds)
        except BaseException:
            connection.close()
            raise
        return connection


def _response(connection: socket.socket) -> Response:
    return decode_response(*receive(connection))


def _responses(connection: socket.socket, count: int) -> list[Response]:
    return [decode_response(*frame) for frame in receive_several(connection, count)]


def _is_filled(connection: socket.socket, room: memoryview) -> bool:
    """Copy or receive an answer into `room`; whether it was as long as `room`. Any other is discarded."""
    header, size = receive_head(connection)
    response = decode_response(header, b"")
    address = members_of(header, {ADDRESS: int | None})[ADDRESS]
    if address is not None:
        has_copied = response.size == len(room) and is_copied(connection, address, room)
        connection.sendall(COPIED if has_copied else SEND)  # fails if the kernel is gone
        if has_copied:
            return True
        size = response.size
    is_it = response.status == 200 and response.form == VALUES and size == len(room)
    receive_into(connection, room if is_it else memoryview(bytearray(size)))
    return is_it


def near(path: Names, server: OverHttp, seconds: float) -> OverSocket | None:
    """The socket of the kernel that publishes what is at a path; None if it cannot be used."""
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
    """The kernel ids of the running notebooks, by the notebooks' paths."""
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
