"""The source of files: worker processes read and encode; the server remembers, revalidates and sends.

What is known already, and can be told to be true without waiting, is answered in the event loop. Chunks
that are sent as they are stored are read here, as bytes: no library of a format has a part in that.
"""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from ...core.errors import ServeError
from ...core.memory import MEMORY, Memory
from ...core.nodes import Validator
from ...core.stored import Blob
from ...files.mapped import is_known_unmapped, is_mapped
from ...files.origin import Origin
from ...files.remembered import RepresentationCache
from ...files.stores import SameDocuments
from ...files.tree import Settings, local_roots
from ...files.unchanged import steady
from ...files.validator import SameFile
from ...readers.files import open_at
from ...serve.representation import Representation, Spent, blob_of
from ...serve.request import Request, Response
from ...serve.respond import answered
from ..responders.answer import relayed
from ..send_budget import SendBudget
from .crashes import Crashes
from .threads import Threads
from .worker_pool import Answer, WorkerDied, WorkerPool
from .worker_start import Processes, Starter
from .workers import Workers, as_task

_ATTEMPTS = 2  # for each file; a folder may hold several that end workers
_MOST_DEATHS = 16
_OK, _UNCHANGED = 200, 304
_FEW = 4  # files whose times are looked at in the event loop
_SMALL = 1 << 16  # bytes that are copied, as a small body would keep a large buffer
_READERS = 2  # threads that read stored chunks which the system has not in memory


class FilesSource:
    """Answers requests for files by worker processes.

    Parameters
    ----------
    budget
        What bounds the bytes that are on their way.
    starter
        Starts the workers.
    memory
        What bounds the bytes that are remembered.
    """

    def __init__(
        self,
        settings: Settings,
        budget: SendBudget,
        starter: Starter | None = None,
        memory: Memory = MEMORY,
    ) -> None:
        roots = local_roots(settings)
        is_served = partial(_is_below, tuple(map(str, roots.values())))
        self._pool = WorkerPool(starter or Processes(settings), settings.worker_timeout, is_served)
        self._contents = RepresentationCache(memory, keeps_open=False)
        self._crashes = Crashes(is_served)
        self._readers = Threads(_READERS, "zarr-read")
        self._queue = Workers(settings.workers, budget, as_task)

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`; 503 when too many requests wait already."""
        known = partial(self._contents.get, request, near=True)
        return self._queue.respond(request, known, partial(self._answer, request))

    async def prepare(self) -> None:
        """Have a worker ready, as the first request would wait for one."""
        with contextlib.suppress(ServeError):  # which that is told of then
            await self._pool.prepare()

    def close(self) -> None:
        """End the workers; requests that wait are dropped."""
        self._queue.close()
        self._pool.close()
        self._readers.close()

    async def _answer(self, request: Request) -> Response:
        content = self._contents.get(request, near=True)  # never a preview
        if content is not None:
            return await self._read(content, request)
        self._crashes.check(request.path)
        return await relayed(request, self._asked)

    async def _asked(self, request: Request) -> Response:
        """The answer of a worker; ranges are cut here, of what is then remembered."""
        is_part = request.byte_range is not None or request.if_range is not None
        whole = replace(request, byte_range=None, if_range=None) if is_part else request
        response, origin = await self._worked(whole)
        if origin is not None and await _is_mapped(origin.files):
            if response.status == _UNCHANGED:  # which its file's times cannot tell
                response, origin = await self._worked(replace(whole, if_none_match=None))
            return await self._answer_once(request, response, origin)
        if response.status != _OK or request.method != "GET":
            return response
        if origin is not None and origin.stored is not None:
            everything = SameDocuments(origin.files, origin.absent)  # the chunk may be written anew, too
            content = steady(_stored_content(response, everything, origin.stored))
            content = self._contents.put(request, content, 0)
            return await self._read(content, request)
        name = "/".join(request.path)
        content = _content(name, response, None if origin is None else origin.validator)
        if not request.preview:
            self._contents.put(request, content, len(response.body))
        return answered(request, lambda: content)

    async def _answer_once(self, request: Request, response: Response, origin: Origin | None) -> Response:
        """An answer of data that change without a word, which nobody may keep."""
        if response.status != _OK or request.method != "GET":
            return response
        content = _content("/".join(request.path), replace(response, etag=None), None)
        if origin is not None and origin.stored is not None:
            stored = origin.stored
            blob = Blob(response.size, partial(_bytes_of, stored))
            content = replace(content, make=lambda _: blob, at_hand=lambda: None)
            return await self._read(content, request)
        return answered(request, lambda: content)

    async def _worked(self, request: Request) -> Answer:
        deaths: Counter[Path | None] = Counter()
        for _ in range(_MOST_DEATHS):
            try:
                return await self._pool.ask(request, self._crashes.stamps)
            except WorkerDied as death:
                deaths[death.file] += 1
                if deaths[death.file] < _ATTEMPTS:
                    continue
                if death.file is None or not await asyncio.to_thread(self._crashes.note, death.file):
                    break
        raise self._crashes.note_request(request.path)

    async def _read(self, content: Representation, request: Request) -> Response:
        """The response of content that may have to be read from a disk."""
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def read() -> None:
            response = answered(request, lambda: content)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(_settle, future, response)

        self._readers.submit(read)
        return await future


async def _is_mapped(files: Iterable[SameFile]) -> bool:
    """Whether a process writes one of the files through mapped memory."""
    near = [file.real for file in files if file.is_near]
    if len(near) <= _FEW and all(map(is_known_unmapped, near)):
        return False
    return await asyncio.to_thread(lambda: any(map(is_mapped, near)))


def _settle(future: "asyncio.Future[Response]", response: Response) -> None:
    if not future.done():
        future.set_result(response)


def _content(name: str, response: Response, validator: Validator | None) -> Representation:
    """What a worker sent, to be answered with in parts, or again."""
    blob = blob_of(bytes(response.body) if len(response.body) < _SMALL else response.body)

    def make(spent: Spent) -> Blob:
        spent.update(response.spent)
        return blob

    return Representation(
        name, response.media_type, make, response.etag, lambda: blob, validator, response.form,
        response.headers, response.layouts,
    )  # fmt: skip


def _stored_content(response: Response, validator: Validator, file: SameFile) -> Representation:
    """A chunk that is all bytes of a file."""
    size = response.size
    blob = Blob(size, partial(_bytes_of, file), file.stamp, (file.path, file.real))

    return Representation(
        file.path.name, response.media_type, lambda _: blob, response.etag, validator=validator,
        headers=response.headers, layouts=response.layouts,
    )  # fmt: skip


def _bytes_of(file: SameFile, start: int, stop: int) -> bytes:
    with open_at(file.real) as read_at:
        return read_at(start, stop - start)


def _is_below(roots: tuple[str, ...], path: Path) -> bool:
    """Whether a path is one of the roots or below one."""
    text = str(path)
    return ".." not in path.parts and any(
        text == root or text.startswith(root.rstrip(os.sep) + os.sep) for root in roots
    )
