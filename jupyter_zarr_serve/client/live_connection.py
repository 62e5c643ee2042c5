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
    on_notice
        Called with each notice, in the thread.
    on_end
        Called at the end, with the reason if it is a failure.
    timeout
        Seconds that the first connection may take.

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
        on_notice: Callable[[Notice], None],
        on_end: Callable[[Exception | None], None],
        timeout: float,
    ) -> None:
        self._login, self._on_notice, self._on_end, self._timeout = login, on_notice, on_end, timeout
        self._path = "/".join(quote(name, safe="", errors="surrogateescape") for name in path)
        self._lock = Lock()
        self._closed = Event()
        self._seq: int | None = None
        self._socket = self._connect()
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
                    opened = self._connect()
                    with self._lock:
                        self._socket = opened
                    pause = _FIRST_PAUSE
                self._handle(json.loads(self._socket.recv() or "{}"))
            except PermissionError as refused:
                error = refused
                break
            except Exception:  # noqa: BLE001 (whatever ends a connection, another one is made)
                self._disconnect()
                self._closed.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        self._disconnect()
        self._on_end(None if self._closed.is_set() else error)

    def _disconnect(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.shutdown()
            self._socket = None

    def _connect(self) -> Any:
        """A connection that follows the path.

        Raises
        ------
        PermissionError, ValueError, RuntimeError, ConnectionError
            When the server refuses, or it cannot be reached.
        """
        import websocket

        http = connect(self._login.base, self._login.check, self._timeout)
        http.connect()
        parts = urlsplit(self._login.root)
        host = "localhost" if parts.scheme == UNIX else parts.netloc
        scheme = "wss" if isinstance(http.sock, ssl.SSLSocket) else "ws"
        opened: Any = websocket.WebSocket()
        try:
            opened.connect(
                f"{scheme}://{host}{parts.path}api/live",
                header=self._login.headers,
                socket=http.sock,
                suppress_origin=True,
                timeout=self._timeout,
            )
            self._subscribe(opened)
        except websocket.WebSocketBadStatusException as error:
            http.close()
            if error.status_code == 404:
                raise ValueError(_OLDER) from None
            raise failure_of(error.status_code, _message(error)) from None
        except websocket.WebSocketException as error:
            http.close()
            raise ConnectionError(f"the live connection was lost: {error}") from None
        except BaseException:
            http.close()
            raise
        opened.settimeout(_SILENCE)
        return opened

    def _subscribe(self, opened: Any) -> None:
        """Subscribe, and wait until the server follows the path."""
        hello = json.loads(opened.recv())
        if hello.get("version") != _VERSION:
            raise ValueError(
                f"the server speaks version {hello.get('version')} of the live connection, not 1"
            )
        since = {} if self._seq is None else {"since": self._seq}
        opened.send(json.dumps({"type": "subscribe", "paths": [self._path], **since}))
        while True:
            frame = json.loads(opened.recv())
            if frame.get("type") == "refused":
                raise failure_of(int(frame["status"]), str(frame["message"]))
            if frame.get("type") == "subscribed":
                self._seq = int(frame["seq"]) if self._seq is None else self._seq
                return

    def _handle(self, frame: dict[str, Any]) -> None:
        if frame.get("type") == "all":
            self._seq = max(self._seq or 0, int(frame["seq"]))
            self._on_notice(Notice(self._seq, BACK, self._seq))
        for notice in frame.get("notices", ()):
            if notice["kind"] in _KINDS:
                bounds = notice.get("region")
                part = bounds and tuple((int(start), int(stop)) for start, stop in bounds)
                self._seq = max(self._seq or 0, int(notice["seq"]))
                self._on_notice(
                    Notice(int(notice["seq"]), str(notice["kind"]), int(notice["generation"]), part)
                )


def _message(error: Any) -> str:
    body = getattr(error, "resp_body", None) or b"{}"
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server refuses the live connection with status {error.status_code}"
