"""Requests to a server over HTTP, on connections that stay open."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ..serve.request import BINARY, JSON, LINKS, Request, Response
from .failures import message_of
from .idle import Idle
from .login import Login

if TYPE_CHECKING:
    from http.client import HTTPConnection

_MOST_IDLE = 8  # connections
_HEADERS = ("Content-Range", "Retry-After", "Zarr-Preview")


class OverHttp:
    """Sends requests to the server of a login; safe to use from several threads.

    Parameters
    ----------
    seconds
        How long to wait for each part of an answer.
    """

    def __init__(self, login: Login, seconds: float) -> None:
        self.login = login
        self._seconds = seconds
        self._root = urlsplit(login.root).path
        self._idle: Idle[HTTPConnection] = Idle(_MOST_IDLE)

    def __str__(self) -> str:
        return str(self.login)

    def __reduce__(self) -> tuple[type["OverHttp"], tuple[Login, float]]:
        return OverHttp, (self.login, self._seconds)

    def ask(self, request: Request) -> Response:
        """The server's answer.

        Raises
        ------
        OSError
            If it cannot be reached.
        Unavailable
            If another program listens there now; nothing was sent to it.
        """
        path, headers = _target(request)
        status, received, body = self.get(f"{self._root}{path}", headers, request.method)
        media_type = received.get("Content-Type") or BINARY
        more_headers = {name: received[name] for name in _HEADERS if received.get(name)}
        message = message_of(body, status) if status >= 400 else ""
        return Response(
            status, media_type, body, len(body), received.get("ETag"), more_headers, message=message
        )

    def get(
        self, path: str, headers: Mapping[str, str], method: str = "GET"
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body for a path of the server; see `ask`."""
        from ..servers.asking import connect  # the HTTP client is loaded by the first request

        idle = self._idle.take()
        if idle is not None:
            try:
                return self._got(idle, path, headers, method)
            except ConnectionError:
                pass  # the server closed it while it was idle
        return self._got(connect(self.login.base, self.login.check, self._seconds), path, headers, method)

    def _got(
        self, connection: "HTTPConnection", path: str, headers: Mapping[str, str], method: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        from ..servers.asking import failing_as_os

        stays_open = False
        try:
            with failing_as_os():
                connection.request(method, path, headers={**self.login.headers, **headers})
                answer = connection.getresponse()
                body = answer.read()
            stays_open = not answer.will_close
        finally:
            if not stays_open:
                connection.close()
        if stays_open:
            self._idle.give(connection)
        return answer.status, dict(answer.headers), body


def _target(request: Request) -> tuple[str, dict[str, str]]:
    """The path below the root of the server's store, and headers."""
    names = [request.view, *request.path] if request.view else request.path
    below = "/".join(quote(name, safe="", errors="surrogateescape") for name in names)
    headers = {"Accept": "application/json" if request.form == JSON else "*/*"}
    if request.byte_range:
        headers["Range"] = request.byte_range
    if request.is_of_node:
        options = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in request.options)
        return f"api/{request.form}/{below}?{options}".rstrip("?"), headers
    assert request.form in {LINKS, JSON}
    return f"v{request.zarr_format}/{below}", headers
