"""How a server is asked over HTTP: no redirect is followed, and nothing is sent before a check."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from .schemes import HERE, UNIX, Check, anybody


def connect(url: str, check: Check = anybody, seconds: float = 60.0) -> HTTPConnection:
    """A connection to the server of a URL, made when it is first used.

    Parameters
    ----------
    check
        Is called once there is a connection, and before anything is sent by it.
    seconds
        How long the server may say nothing.

    Raises
    ------
    ValueError
        When it is no URL of a server.
    """
    parts = urlsplit(url)
    if parts.scheme == UNIX:
        return _OverUnix(unquote(parts.netloc), check, seconds)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(
            f"{url!r} is no address of a server: it begins with http://, https:// or {UNIX}://"
        )
    proxy = None if parts.hostname in HERE else _proxy(parts.scheme, parts.hostname)
    host, port = proxy or (parts.hostname, parts.port)
    made: HTTPConnection = (
        _OverTls(host, port, check, seconds, _context(parts.hostname))
        if parts.scheme == "https"
        else _Checked(host, port, check, seconds)
    )
    if proxy:
        made.set_tunnel(parts.hostname, parts.port)
    return made


def asked(
    url: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None,
    *, check: Check = anybody, seconds: float = 60.0,
) -> tuple[int, bytes]:  # fmt: skip
    """The status and the body of the answer to one question, for a path below a base URL; see `connect`.

    Raises
    ------
    OSError
        When there is none.
    """
    with closing(connect(url, check, seconds)) as connection, failing_as_os():
        connection.request(method, f"{urlsplit(url).path}{path}", body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def failing_as_os() -> Iterator[None]:
    """Raise what is no answer in HTTP as a `ConnectionError`, for those who load nothing of HTTP."""
    try:
        yield
    except HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error


class _Checked(HTTPConnection):
    def __init__(self, host: str, port: int | None, check: Check, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._check = check

    def connect(self) -> None:
        super().connect()
        self._check(self.sock)


class _OverTls(HTTPSConnection):
    def __init__(
        self, host: str, port: int | None, check: Check, seconds: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=seconds, context=context)
        self._check = check

    def connect(self) -> None:
        super().connect()
        self._check(self.sock)


class _OverUnix(HTTPConnection):
    def __init__(self, path: str, check: Check, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path, self._check = path, check

    def connect(self) -> None:
        self.sock: Any = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._path)
            self._check(self.sock)
        except BaseException:
            self.sock.close()
            raise


def _proxy(scheme: str, host: str) -> tuple[str, int | None] | None:
    """Where a proxy of this user's environment listens; None where none is wanted."""
    from urllib.request import getproxies, proxy_bypass

    given = getproxies().get(scheme)
    if not given or proxy_bypass(host):
        return None
    parts = urlsplit(given if "//" in given else f"//{given}")
    return (parts.hostname, parts.port) if parts.hostname else None


def _context(host: str) -> ssl.SSLContext:
    """Lets the certificate of a server on this very machine pass, whoever signed it."""
    context = ssl.create_default_context()
    if host in HERE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
