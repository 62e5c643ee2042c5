"""The kernel's end of a connection, as small as can be; runs in the process of the tests."""

import contextlib
import os
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.serve.respond import respond


def receive(connection: socket.socket) -> bytes:
    """The header of the next frame; empty at the end."""
    prefix = connection.recv(wire.PREFIX.size, socket.MSG_WAITALL)
    if len(prefix) < wire.PREFIX.size:
        return b""
    header, _ = wire.parse_prefix(prefix)
    return connection.recv(header, socket.MSG_WAITALL)


def serve_one(connection: socket.socket, root: Any, key: bytes) -> None:
    with connection, contextlib.suppress(OSError, wire.FrameError):
        nonce = wire.new_nonce()
        connection.sendall(wire.encode_hello(nonce))
        server_nonce, proof = wire.decode_challenge(receive(connection))
        if not wire.is_proof(proof, wire.server_proof(key, nonce, server_nonce)):
            return
        connection.sendall(wire.encode_welcome(wire.kernel_proof(key, server_nonce, nonce)))
        while header := receive(connection):
            response = respond(root, wire.decode_request(header))
            connection.sendall(wire.response_head(response))
            connection.sendall(response.body)


def listen(root: Any, connection_file: Path, key: bytes, *, tcp: bool = False) -> socket.socket:
    """Answer requests for a tree of nodes in threads, and say so in the endpoint file."""
    listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
    place: Any = ("127.0.0.1", 0) if tcp else os.path.join(tempfile.mkdtemp(), "s")  # noqa: PTH118
    listener.bind(place)
    listener.listen(8)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve_one, args=(connection, root, key), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    place = {"tcp": listener.getsockname()} if tcp else {"unix": place}
    endpoint = wire.Endpoint(os.getpid(), **place)
    wire.endpoint_path(connection_file).write_bytes(wire.encode_endpoint(endpoint))
    return listener
