"""The Jupyter servers of this user, as their runtime files tell, and how one is asked for a link.

Both a kernel and the command line ask over HTTP with the server's own token, which is never told.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import unquote, urlsplit

from ..core.errors import Unavailable
from .listening import is_peer, is_running, listens, listens_at
from .schemes import UNIX, Check, anybody

_SECONDS = 60.0
EVERYWHERE = {"", "*", "0.0.0.0", "::"}  # noqa: S104 (they are recognised, not listened on)
_GLANCE_SECONDS = 2.0
_REMEDY = "make the link in a browser, on the page zarr/shares of the server"


@dataclass(frozen=True, repr=False)
class Server:
    """A running server.

    Attributes
    ----------
    url
        Its base URL as it is reached from this machine, with a slash at the end.
    origin
        Scheme, host and port in the URLs that it shows to people.
    root
        The folder that it serves.
    process
        The id of its process; 0 where unknown.
    file
        What it wrote of itself.
    """

    url: str
    origin: str
    token: str
    root: Path
    process: int
    file: Path

    def is_listening(self) -> bool:
        """Whether its process still runs, and still has its port."""
        parts = urlsplit(self.url)
        if not is_running(self.process, self.file):
            return False
        if parts.scheme == UNIX:
            return listens_at(self.process, unquote(parts.netloc))
        return parts.port is not None and listens(self.process, parts.port)

    def lacks_zarr(self) -> bool | None:
        """Whether it answers, and serves no Zarr; None where it does not answer in time.

        It is asked without its token, for what may be asked: a server of Zarr logs no refusal then, and
        any other one says 404.
        """
        try:
            return self._status("OPTIONS", "zarr/v3/zarr.json", seconds=_GLANCE_SECONDS)[0] == 404
        except (OSError, ValueError):
            return None

    def remedy(self) -> str:
        """What is missing in a server that lacks Zarr, and what mends it."""
        python = _python_of(self.process)
        pip = f"{python} -m pip" if python else "pip"
        return (
            f"the Jupyter server at {self.url} (process {self.process}) does not serve Zarr. If it was "
            "started before jupyter_zarr_serve was installed, restart it (the server, not the kernel). "
            "Else install it where the server runs, and restart the server: "
            f"{pip} install jupyter_zarr_serve; or, where `jupyter server extension list` calls it "
            "disabled: jupyter server extension enable jupyter_zarr_serve"
        )

    def make(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Make a link; what the server says of it.

        Raises
        ------
        Unavailable
            When the server cannot be asked, or does not want to; the message says why.
        """
        return self._ask("POST", "", json.dumps(wish).encode())

    def revoke(self, share_id: str) -> None:
        """End a link.

        Raises
        ------
        Unavailable
            See `make`.
        """
        self._ask("DELETE", f"/{share_id}")

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        try:
            status, answer = self._status(method, f"zarr/api/shares{path}", body, headers, check=self.check)
            if status >= 300:
                is_without = status in {404, 405} and self.lacks_zarr()
                raise Unavailable(self.remedy() if is_without else _reason(status, answer))
            told: dict[str, Any] = json.loads(answer)
        except (OSError, ValueError) as error:
            raise Unavailable(f"the server at {self.url} cannot be asked ({error}); {_REMEDY}") from None
        return told

    def _status(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None,
        *, check: Check = anybody, seconds: float = _SECONDS,
    ) -> tuple[int, bytes]:  # fmt: skip
        """The status and the body of an answer."""
        from .asking import asked  # to load HTTP takes long, and most who look for a server ask none

        return asked(self.url, method, path, body, headers, check=check, seconds=seconds)

    def check(self, connection: socket) -> None:
        """Let nobody but the server itself have its token.

        Raises
        ------
        Unavailable
            When another process listens there.
        """
        is_it = is_running(self.process, self.file) and is_peer(connection, self.process)
        if not is_it:
            raise Unavailable(
                f"the server at {self.url} (process {self.process}) has ended, and another program listens "
                f"there, or this cannot be told; nothing was sent. Start a server, or {_REMEDY}"
            )


def servers(runtime: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Server]:
    """The servers that wrote runtime files and still listen."""
    for file in sorted(runtime.glob("jpserver-*.json")):
        server = _server(file, environment)
        if server is not None and server.is_listening():
            yield server


def server_of(runtime: Path, environment: Mapping[str, str] = os.environ) -> Server:
    """The server that started the kernel which has this environment.

    Raises
    ------
    Unavailable
        When it cannot be found.
    """
    found = server_that_started(runtime, environment)
    if found is None:
        raise Unavailable(
            f"this kernel does not find the Jupyter server that started it; {_REMEDY}, "
            "or on the server's machine by: jupyter zarr share"
        )
    return found


def server_that_started(runtime: Path, environment: Mapping[str, str] = os.environ) -> Server | None:
    """The server that started the kernel which has this environment; None where it cannot be found."""
    return _server(runtime / f"jpserver-{environment.get('JPY_PARENT_PID')}.json", environment)


def _server(file: Path, environment: Mapping[str, str]) -> Server | None:
    try:
        told = json.loads(file.read_text())
        url, token, root = urlsplit(str(told["url"])), str(told.get("token", "")), Path(told["root_dir"])
        is_everywhere, process = told.get("hostname") in EVERYWHERE, int(told.get("pid", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        token = environment.get("JUPYTERHUB_API_TOKEN", token)
    host = f"127.0.0.1:{url.port}" if is_everywhere and url.scheme != UNIX else url.netloc
    base = f"{url.scheme}://{host}/{url.path.strip('/')}".rstrip("/")
    return Server(f"{base}/", f"{url.scheme}://{url.netloc}", token, root, process, file)


def _reason(status: int, answer: bytes) -> str:
    try:
        message = str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        message = f"HTTP status {status}"
    if status in {401, 403}:
        return f"the server refused: {message}; {_REMEDY}"
    return message


def _python_of(process: int) -> str:
    """The interpreter of a process, as it was called; "" where that cannot be seen."""
    try:
        called = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[0].decode()
    except (OSError, ValueError):
        return ""
    is_python = called.startswith("/") and Path(called).name.startswith("python")
    return called if is_python else ""
