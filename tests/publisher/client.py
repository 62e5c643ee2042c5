"""A kernel of its own process, and a small blocking client that speaks the wire protocol."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.serve.request import Request, Response

SECONDS = 60


class Connection:
    """One connection to a kernel, after the handshake."""

    def __init__(self, file: Path, key: bytes | None = None, timeout: float = SECONDS) -> None:
        self.socket = raw_socket(file, timeout)
        try:
            self._greet(json.loads(file.read_text())["key"].encode() if key is None else key)
        except (AssertionError, OSError):
            self.socket.close()
            raise

    def _greet(self, key: bytes) -> None:
        nonce = wire.decode_hello(self.read()[0])
        mine = wire.new_nonce()
        self.socket.sendall(wire.encode_challenge(mine, wire.server_proof(key, nonce, mine)))
        proof = wire.decode_welcome(self.read()[0])
        assert wire.is_proof(proof, wire.kernel_proof(key, mine, nonce))

    def read(self) -> tuple[bytes, bytes]:
        header, body = wire.parse_prefix(self._exactly(wire.PREFIX.size))
        return self._exactly(header), self._exactly(body)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionResetError("the kernel closed the connection")
            data += piece
        return bytes(data)

    def ask(self, request: Request) -> Response:
        self.socket.sendall(wire.encode_request(request))
        return wire.decode_response(*self.read())

    def get(self, path: str, zarr_format: int = 3, **fields: Any) -> Response:
        return self.ask(Request(zarr_format, tuple(path.split("/")) if path else (), **fields))

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def raw_socket(file: Path, timeout: float = SECONDS) -> socket.socket:
    """A socket connected to where the kernel of a connection file says it listens."""
    endpoint = wire.decode_endpoint(wire.endpoint_path(file).read_bytes())
    if endpoint.unix is None:
        assert endpoint.tcp is not None
        return socket.create_connection(endpoint.tcp, timeout=timeout)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    try:
        connection.connect(endpoint.unix)
    except OSError:
        connection.close()
        raise
    return connection


@dataclass
class Kernel:
    """A running kernel and a client to execute code in it."""

    manager: KernelManager
    client: BlockingKernelClient
    connections: list[Connection] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return Path(self.manager.connection_file)

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)

    def run(self, code: str) -> str:
        """What the code prints; an error there is one here."""
        printed: list[str] = []

        def collect(message: dict[str, Any]) -> None:
            content = message["content"]
            printed.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

        reply = self.client.execute_interactive(code, timeout=SECONDS, output_hook=collect)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        return "".join(printed)

    def begin(self, code: str) -> None:
        """Start a cell and do not wait for its end."""
        self.client.execute(code)

    def connect(self) -> Connection:
        connection = Connection(self.file)
        self.connections.append(connection)
        return connection


@contextmanager
def running_kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel whose connection file lies in `folder`."""
    manager = KernelManager(connection_file=str(folder / "kernel-test.json"))
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    kernel = Kernel(manager, client)
    try:
        client.wait_for_ready(timeout=SECONDS)
        yield kernel
    finally:
        for connection in kernel.connections:
            connection.close()
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
