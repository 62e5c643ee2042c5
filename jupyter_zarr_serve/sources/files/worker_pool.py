"""The workers of one server: started when they are needed, ended when they hang, die or idle for long."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from mmap import mmap
from pathlib import Path
from typing import Any, cast

from ...core.errors import Unavailable
from ...core.progress import Listener
from ...files.being_read import noted
from ...files.origin import Origin, read_origin
from ...files.writing import is_being_written
from ...serve.request import Request, Response
from ...shared_memory import recycle, take
from ...wire import MAX_BODY, FrameError, Kinds, decode_response, encode_frame, encode_request, members_of
from ..responders.answer import admitted_soon
from ..responders.connection import Connection, Frame
from .worker_start import Starter

_IDLE_SECONDS = 300.0
_TICK_SECONDS = 5.0
_MOST_QUESTIONS = 10_000
_MOST_ORIGINS, _LONGEST_ORIGIN = 256, 2048  # to remember, and of how many characters each
_MEMBERS: Kinds = {"is_written": str | None, "origin": dict | None, "shared": int | None}
_SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)
Told = tuple[Frame, dict[str, Any] | None]
Answer = tuple[Response, Origin | None]


class WorkerDied(Exception):
    """The worker ended before it answered.

    Attributes
    ----------
    file
        What it was reading, if it was a file.
    """

    def __init__(self, file: Path | None) -> None:
        super().__init__(file)
        self.file = file


@dataclass(eq=False)
class _Worker:
    """A worker's process, the connection to it, and what it was asked for last."""

    pid: int
    connection: Connection
    note: mmap | None
    memory: mmap | None
    path: tuple[str, ...] = ()

    def end(self) -> None:
        """End the process at once; it must not have ended, as its number may be another's then."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, _SIGKILL)
        self.connection.abort()


class WorkerPool:
    """Asks workers, of which each answers one request at a time; to be used in one event loop.

    Parameters
    ----------
    starter
        Starts workers.
    seconds
        How long one may take to answer.
    is_served
        Whether a path is at or below a served root.
    """

    def __init__(self, starter: Starter, seconds: float, is_served: Callable[[Path], bool]) -> None:
        self._starter = starter
        self._seconds = seconds
        self._is_served = is_served
        self._origins: dict[str, Origin] = {}  # of what workers told lately: many chunks are of one file
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._starting = 0
        self._is_closed = False
        self._tending: asyncio.Task[None] | None = None
        recycle()

    async def ask(self, request: Request, refused: Mapping[str, str]) -> Answer:
        """A worker's answer; a chunk that is all bytes of one file is left out, see `Origin.stored`.

        Parameters
        ----------
        refused
            The stamps of files that it must not open.

        Raises
        ------
        WorkerDied
            If the worker ended before it answered.
        Unavailable
            If there is no worker, or it took too long, and was ended.
        """
        worker = self._take(request.path) or await self._start()
        worker.path = request.path
        self._busy.add(worker)
        has_answered = has_ended = False
        try:
            async with asyncio.timeout(None if request.is_job else self._seconds):
                told = await self._told(worker, encode_request(request, refused=refused), request.listener)
            answer = await self._read(request, *told)
            has_answered = True
        except TimeoutError:
            raise Unavailable(
                f"{'/'.join(request.path)}: reading it took more than {self._seconds:g} s and was ended; "
                "retry, or raise worker_timeout in c.ZarrServeApp.limits"
            ) from None
        except ConnectionError:
            has_ended = True
            raise WorkerDied(None if worker.note is None else noted(worker.note)) from None
        else:
            return answer
        finally:
            self._busy.discard(worker)
            if has_answered:
                self._idle.append(worker)
            elif not has_ended:
                worker.end()

    async def _told(self, worker: _Worker, frame: bytes, listener: Listener | None) -> Told:
        """A worker's answer and its origin; it may ask who writes files, as it sees no processes."""
        tell = None if listener is None else listener.tell
        for _ in range(_MOST_QUESTIONS):
            header, body = await worker.connection.ask(frame, tell)
            members = members_of(header, _MEMBERS)
            if members["shared"] is not None:
                body = memoryview(take(worker.memory, members["shared"]))
            if members["is_written"] is None:
                return (header, body), members["origin"]
            path = Path(members["is_written"])
            is_written = self._is_served(path) and await asyncio.to_thread(is_being_written, path)
            frame = encode_frame({"is_written": is_written})
        raise FrameError("a worker asks without end who writes files")

    async def prepare(self) -> None:
        """Have one worker ready."""
        if not self._idle and not self._busy:
            worker = await self._start()
            self._idle.append(worker)

    def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        if self._tending is not None:
            self._tending.cancel()
        self._starter.close()
        for worker in [*self._idle, *self._busy]:
            if not worker.connection.is_closed:
                worker.end()
        self._idle.clear()

    async def _read(self, request: Request, frame: Frame, told: dict[str, Any] | None) -> Answer:
        response = decode_response(frame[0], cast("bytes", frame[1]))
        origin = None if told is None else self._origin(told)
        is_stored = origin is not None and origin.stored is not None
        asked = replace(request, method="HEAD") if is_stored else request
        return await admitted_soon(asked, response, MAX_BODY), origin

    def _origin(self, told: dict[str, Any]) -> Origin:
        """What a worker told; `read_origin` looks at no file, and what it checked stays true."""
        spelled = str(told)
        origin = self._origins.pop(spelled, None) or read_origin(told, self._is_served)
        if len(spelled) <= _LONGEST_ORIGIN:
            self._origins[spelled] = origin
        if len(self._origins) > _MOST_ORIGINS:
            del self._origins[next(iter(self._origins))]
        return origin

    def _take(self, path: tuple[str, ...]) -> _Worker | None:
        """An idle worker; rather one that has read what lies beside, and has it open."""
        self._idle = [worker for worker in self._idle if not worker.connection.is_closed]
        if not self._idle:
            return None
        worker = max(reversed(self._idle), key=lambda one: _shared(one.path, path))
        self._idle.remove(worker)
        return worker

    async def _start(self) -> _Worker:
        if self._is_closed:
            raise Unavailable("the server is shutting down")
        self._starting += 1
        try:
            started = await self._starter.start()
            connection = Connection(is_proven=True)
            await asyncio.get_running_loop().create_connection(lambda: connection, sock=started.connection)
        finally:
            self._starting -= 1
        if self._tending is None or self._tending.done():
            self._tending = asyncio.create_task(self._tend())
        connection.used_at = asyncio.get_running_loop().time()
        return _Worker(started.pid, connection, started.note, started.memory)

    async def _tend(self) -> None:
        """Close what is idle for long, and in the end the process from which workers are forked."""
        while self._idle or self._busy or self._starting:
            await asyncio.sleep(_TICK_SECONDS)
            before = asyncio.get_running_loop().time() - _IDLE_SECONDS
            for worker in [one for one in self._idle if one.connection.used_at < before]:
                self._idle.remove(worker)
                worker.connection.abort()  # which ends it
        self._starter.close()


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many names two paths have in common at their beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
