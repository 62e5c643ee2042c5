"""How a server on this machine is asked over HTTP: without any proxy, and only if it is that server."""

import ssl
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

Check = Callable[[str, int], None]  # raises for an address and port that must not be sent anything


def anybody(address: str, port: int) -> None:
    """Let anybody be asked what is no secret."""


def opener(url: str, check: Check = anybody) -> OpenerDirector:
    """What asks a server on this machine.

    Parameters
    ----------
    check
        Is called with where a connection leads, once there is one and before anything is sent by it.
    """
    return build_opener(ProxyHandler({}), _Asking(check, _context(url)))


class _Asking(HTTPSHandler, HTTPHandler):
    """Takes the place of both handlers of the standard library."""

    def __init__(self, check: Check, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._check, self._trusted = check, context

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_checked(HTTPConnection, self._check), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_checked(HTTPSConnection, self._check), req, context=self._trusted)


def _checked(connection: type[HTTPConnection], check: Check) -> type[HTTPConnection]:
    """A kind of connection that is checked as soon as there is one."""

    def connect(self: Any) -> None:
        connection.connect(self)
        address, port = self.sock.getpeername()[:2]
        check(address, port)

    return type("Checked", (connection,), {"connect": connect})


def _context(url: str) -> ssl.SSLContext:
    """Lets the certificate of a server on this very machine pass, whoever signed it."""
    context = ssl.create_default_context()
    if urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
