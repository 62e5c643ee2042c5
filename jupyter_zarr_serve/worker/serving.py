"""One worker: it answers the requests of the server, one at a time, until the server hangs up."""

import contextlib
import socket
from dataclasses import replace
from mmap import mmap
from pathlib import Path
from typing import Any

from .. import shared_memory, wire
from ..core.errors import Unreadable
from ..core.memory import MEMORY
from ..core.progress import Progress, reporting
from ..core.stored import Blob
from ..files.being_read import refuse
from ..files.origin import origin_of, stored_in
from ..files.served_tree import ServedTree
from ..files.tree import Settings, Tree
from ..files.writing import ask_elsewhere
from ..frames import Frames, send_frame
from ..progress_frames import encode_progress
from ..serve.representation import Representation, Spent
from ..serve.request import Request, Response, refusal
from ..serve.respond import answered

_HTTP_FAILED = 400


def served_tree(settings: Settings) -> ServedTree:
    """The tree that a worker answers for."""
    MEMORY.bound(settings.worker_cache_bytes)
    tree = Tree(settings)
    return ServedTree(tree.root, MEMORY, tree.below, remembers_chunks=False)  # the server does


def serve(connection: socket.socket, tree: ServedTree, memory: mmap | None = None) -> None:
    """Answer what comes over a connection, until it is closed.

    Parameters
    ----------
    memory
        See `shared_memory`.
    """
    frames = Frames(connection)

    def is_written(path: Path) -> bool:
        connection.sendall(wire.encode_frame({"is_written": str(path)}))
        return bool(wire.members_of(frames.header(), {"is_written": bool})["is_written"])

    ask_elsewhere(is_written)
    with contextlib.suppress(OSError, wire.FrameError):
        while True:
            header = frames.header()
            refuse(wire.members_of(header, {"refused": dict | None})["refused"] or {})
            request = wire.decode_request(header)
            with reporting(_Server(connection) if request.is_job else None):
                response, origin = answer(tree, request)
            try:
                _send(connection, response, origin, memory)
            except wire.FrameError as error:
                response = refusal(Unreadable(f"{'/'.join(request.path)}: {error}; ask for its members"))
                _send(connection, response, None, memory)
            del response


class _Server:
    """Listens to how far a job is; it ends the worker when nobody wants that any more."""

    is_job = True

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def tell(self, progress: Progress) -> None:
        """Tell the server; if it has hung up, the next frame says so."""
        with contextlib.suppress(OSError):
            self._connection.sendall(encode_progress(progress))

    def is_wanted(self) -> bool:
        """Always."""
        return True


def _send(
    connection: socket.socket, response: Response, origin: dict[str, Any] | None, memory: mmap | None
) -> None:
    """Send a response; raises `FrameError` if it is too large for a frame, and nothing was sent."""
    body = response.body
    shared = len(body) if shared_memory.put(memory, body) else None
    if shared is not None:
        response, body = replace(response, body=b""), b""
    send_frame(connection, wire.response_head(response, origin=origin, shared=shared), body)


def answer(tree: ServedTree, request: Request) -> tuple[Response, dict[str, Any] | None]:
    """The response to a request, and the files that it is of.

    Of a chunk that is all bytes of one file, the body is left out: the server reads it there.
    """
    origin: dict[str, Any] = {}

    def find() -> Representation:
        content = tree.content(request)
        known = origin_of(content)
        if known is None:
            return content
        origin.update(known)

        def make(spent: Spent) -> Blob:
            blob = content.make(spent)
            stored = stored_in(blob)
            if stored is None:
                return blob
            origin["stored"] = stored
            return replace(blob, read=lambda *_: b"")

        return replace(content, make=make)

    response = answered(request, find)
    return response, origin if origin and response.status < _HTTP_FAILED else None
