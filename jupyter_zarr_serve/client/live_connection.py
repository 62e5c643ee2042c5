"""The live connection to a server, kept up by a thread; see `docs/reference/live.md`."""

import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import quote, urlsplit

from ..servers.asking import connect
from ..servers.schemes import UNIX
from ..sources.live.state import BACK, DATA, GONE, LAYOUT, MEMBERS, Notice
from .failures import failure_of
from .login import Login

_VERSION = 1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds from one connection that was lost to the next
_SILENCE = 75.0  # seconds; the server pings more often
_KINDS = frozenset({DATA, MEMBERS, LAYOUT, BACK, GONE})
_OLDER = "the server has an older jupyter_zarr_serve, which tells of no changes; install this one there"


class LiveConnection:
    """Follows one path on one server.

    Parameters
    ----------
    put
        Called with each notice, in the thread.
    end
        Called at the end, with the reason if it is a failure.
    seconds
        How long the first connection may take.

    Raises
    ------
    ConnectionError, TimeoutError
        When the server cannot be reached.
    PermissionError, ValueError
        When it refuses.
    """

    def __init__(
        self,
        login: Login,
        path: tuple[str, ...],
        put: Callable[[Notice], None],
        end: Callable[[Exception | None], None],
        seconds: float,
    ) -> None:
        self._login, self._put, self._end, self._seconds = login, put, end, seconds
        self._path = "/".join(quote(name, safe="", errors="surrogateescape") for name in path)
        self._lock = Lock()
        self._closed = Event()
        self._seq: int | None = None
        self._socket = self._connected()
        Thread(target=self._run, name="zarr-live", daemon=True).start()

    def close(self) -> None:
        """End it, from any thread."""
        self._closed.set()
        with self._lock:
            if self._socket is not None and self._socket.sock is not None:
                with suppress(OSError):
                    self._socket.sock.shutdown(SHUT_RDWR)  # wakes the thread that waits

    def _run(self) -> None:
        pause, error = _FIRST_PAUSE, None
        while not self._closed.is_set():
            try:
                if self._socket is None:
                    opened = self._connected()
                    with self._lock:
                        self._socket = opened
                    pause = _FIRST_PAUSE
                self._take(json.loads(self._socket.recv() or "{}"))
            except PermissionError as refused:
                error = refused
                break
            except Exception:  # noqa: BLE001 (whatever ends a connection, another one is made)
                self._drop()
                self._closed.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        self._drop()
        self._end(None if self._closed.is_set() else error)

    def _drop(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.shutdown()
            self._socket = None

    def _connected(self) -> Any:
        """A connection that follows the path.

        Raises
        ------
        PermissionError, ValueError, RuntimeError, ConnectionError
            When the server refuses, or it cannot be reached.
        """
        import websocket

        made = connect(self._login.base, self._login.check, self._seconds)
        made.connect()
        parts = urlsplit(self._login.root)
        host = "localhost" if parts.scheme == UNIX else parts.netloc
        scheme = "wss" if isinstance(made.sock, ssl.SSLSocket) else "ws"
        opened: Any = websocket.WebSocket()
        try:
            opened.connect(
                f"{scheme}://{host}{parts.path}api/live",
                header=self._login.headers,
                socket=made.sock,
                suppress_origin=True,
                timeout=self._seconds,
            )
            self._greet(opened)
        except websocket.WebSocketBadStatusException as error:
            made.close()
            if error.status_code == 404:
                raise ValueError(_OLDER) from None
            raise failure_of(error.status_code, _message(error)) from None
        except websocket.WebSocketException as error:
            made.close()
            raise ConnectionError(f"the live connection was lost: {error}") from None
        except BaseException:
            made.close()
            raise
        opened.settimeout(_SILENCE)
        return opened

    def _greet(self, opened: Any) -> None:
        """Subscribe, and wait until the server follows the path."""
        hello = json.loads(opened.recv())
        if hello.get("version") != _VERSION:
            raise ValueError(
                f"the server speaks version {hello.get('version')} of the live connection, not 1"
            )
        since = {} if self._seq is None else {"since": self._seq}
        opened.send(json.dumps({"type": "subscribe", "paths": [self._path], **since}))
        while True:
            told = json.loads(opened.recv())
            if told.get("type") == "refused":
                raise failure_of(int(told["status"]), str(told["message"]))
            if told.get("type") == "subscribed":
                self._seq = int(told["seq"]) if self._seq is None else self._seq
                return

    def _take(self, told: dict[str, Any]) -> None:
        if told.get("type") == "all":
            self._seq = max(self._seq or 0, int(told["seq"]))
            self._put(Notice(self._seq, BACK, self._seq))
        for one in told.get("notices", ()):
            if one["kind"] in _KINDS:
                bounds = one.get("region")
                part = bounds and tuple((int(start), int(stop)) for start, stop in bounds)
                self._seq = max(self._seq or 0, int(one["seq"]))
                self._put(Notice(int(one["seq"]), str(one["kind"]), int(one["generation"]), part))


def _message(error: Any) -> str:
    body = getattr(error, "resp_body", None) or b"{}"
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server refuses the live connection with status {error.status_code}"
