"""A proxy that puts a prefix before a server's addresses, of which the server knows nothing."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.server import Server

PREFIX = "/team/ann"
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True)
class Proxied:
    """A server as it is seen through the proxy, and the paths that were asked for without the prefix."""

    server: Server
    strays: list[str] = field(default_factory=list)
    late: list[str] = field(
        default_factory=list
    )  # what is in addresses that are to be had later, once each


def pump(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    """Hand on what comes until nothing does."""
    with suppress(OSError, ValueError):
        while part := read(1 << 16):
            write(part)


@contextmanager
def behind_prefix(server: Server) -> Iterator[Proxied]:
    """The same server at another port, with the prefix before all its addresses."""
    target, strays, late = urlsplit(server.url), list[str](), list[str]()

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not self.path.startswith(f"{PREFIX}/"):
                strays.append(self.path)
                self.send_error(404)
                return
            if found := next((part for part in late if part in self.path), ""):
                late.remove(found)
                self.send_response(503)
                self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.headers.get("Upgrade"):
                self.tunnel()
                return
            with closing(HTTPConnection(target.hostname or "", target.port, timeout=60)) as connection:
                self.hand_on(connection, body)

        def hand_on(self, connection: HTTPConnection, body: bytes) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection.request(self.command, self.path.removeprefix(PREFIX), body or None, headers)
            answer = connection.getresponse()
            sent = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent)

        def tunnel(self) -> None:
            """Send bytes both ways until one side ends, as for a WebSocket."""
            head = [f"{self.command} {self.path.removeprefix(PREFIX)} {self.request_version}"]
            head += [f"{name}: {value}" for name, value in self.headers.items()]
            self.close_connection = True
            with socket.create_connection((target.hostname, target.port)) as there:
                there.sendall("\r\n".join([*head, "", ""]).encode())
                Thread(target=pump, args=(there.recv, self.wfile.write), daemon=True).start()
                pump(self.rfile.read1, there.sendall)

        do_GET = do_HEAD = do_POST = relay  # noqa: N815 (http.server's names)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{proxy.server_port}{PREFIX}{target.path}"
        yield Proxied(replace(server, url=url), strays, late)
        proxy.shutdown()
