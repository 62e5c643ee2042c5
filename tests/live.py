"""A client of the live connection, as simple as one can be."""

import json
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import websocket

from tests.server import Server

SECONDS = 20.0
ANSWER = struct.Struct("<IIHHIII")


@dataclass
class Answer:
    """An answer to a key."""

    id: int
    index: int
    status: int
    etag: str
    body: bytes
    is_json: bool
    retry_after: int
    is_of_one_moment: bool = False


@dataclass
class Live:
    """An open connection; what came and was not asked for yet waits in `frames` and `answers`."""

    socket: websocket.WebSocket
    frames: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def say(self, kind: str, **members: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **members}))

    def told(self, kind: str, seconds: float = SECONDS) -> dict[str, Any]:
        """The next frame of a type."""
        until = time.monotonic() + seconds
        while True:
            for frame in self.frames:
                if frame["type"] == kind:
                    self.frames.remove(frame)
                    return frame
            self._take(until)

    def notice(self, path: str, kind: str | None = None, seconds: float = SECONDS) -> dict[str, Any]:
        """The next notice of a path, of a kind if one is given; those of others are passed over."""
        until = time.monotonic() + seconds
        while True:
            frame = self.told("notices", until - time.monotonic())
            for notice in frame["notices"]:
                if notice["path"] == path and kind in {None, notice["kind"]}:
                    return notice  # type: ignore[no-any-return]

    def subscribe(self, *paths: str, **members: Any) -> dict[str, dict[str, Any]]:
        """What is told of each path."""
        self.say("subscribe", paths=paths, **members)
        told = [self.told("subscribed") for _ in paths]
        return {one["path"]: one for one in told}

    def get(
        self, number: int, keys: list[Any], seconds: float = SECONDS, **members: object
    ) -> list[Answer]:
        """The answers to keys, in the order of the keys."""
        self.say("get", id=number, keys=keys, **members)
        return self.got(number, len(keys), seconds)

    def got(self, number: int, count: int, seconds: float = SECONDS) -> list[Answer]:
        """The answers to a message of so many keys that was sent, in the order of the keys."""
        until = time.monotonic() + seconds
        while len([one for one in self.answers if one.id == number]) < count:
            self._take(until)
        found = sorted((one for one in self.answers if one.id == number), key=lambda one: one.index)
        self.answers = [one for one in self.answers if one.id != number]
        return found

    def silence(self, seconds: float) -> list[dict[str, Any]]:
        """What comes within some seconds."""
        until = time.monotonic() + seconds
        try:
            while True:
                self._take(until)
        except websocket.WebSocketTimeoutException:
            return self.frames

    def end(self, seconds: float) -> int:
        """The code with which the server closes the connection within some seconds."""
        self.socket.settimeout(seconds)
        while True:
            code, data = self.socket.recv_data()
            if code == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")

    def _take(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise websocket.WebSocketTimeoutException("nothing of the kind came")
        self.socket.settimeout(left)
        frame = self.socket.recv()
        if not frame:
            raise websocket.WebSocketConnectionClosedException("the server has closed the connection")
        if isinstance(frame, str):
            self.frames.append(json.loads(frame))
        else:
            self.answers += answers_in(frame)


def answers_in(frame: bytes) -> Iterator[Answer]:
    """The answers in a binary frame."""
    at = 0
    while at < len(frame):
        number, index, status, tag, size, flags, retry = ANSWER.unpack_from(frame, at)
        at += ANSWER.size
        etag = frame[at : at + tag].decode()
        at += tag + -tag % 8
        body = frame[at : at + size]
        yield Answer(number, index, status, etag, body, bool(flags & 1), retry, bool(flags & 2))
        at += size + -size % 8


def url_of(server: Server, path: str = "zarr/api/live") -> str:
    return f"ws{server.url.removeprefix('http')}{path}"


@contextmanager
def connected(server: Server, path: str = "zarr/api/live", **headers: str) -> Iterator[Live]:
    """A connection that has been greeted."""
    given = {**server.headers, **headers}
    socket = websocket.create_connection(
        url_of(server, path), header=given, timeout=SECONDS, suppress_origin=True
    )
    live = Live(socket)
    try:
        assert live.told("hello")["version"] == 1
        yield live
    finally:
        with suppress(websocket.WebSocketException, OSError):
            socket.close(timeout=1)
        socket.shutdown()


def status_of(url: str, headers: dict[str, str]) -> int:
    """The status with which a server answers who wants to connect; 101 lets them."""
    opened = websocket.WebSocket()
    try:
        opened.connect(url, header=headers, suppress_origin=True, timeout=SECONDS)
        opened.recv()
    except websocket.WebSocketBadStatusException as error:
        return int(error.status_code)
    finally:
        opened.shutdown()
    return 101


def refused(server: Server, path: str = "zarr/api/live", **headers: str) -> int:
    """The status with which a connection is refused."""
    return status_of(url_of(server, path), {**server.headers, **headers})
