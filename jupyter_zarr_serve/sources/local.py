"""The source of everything this process can read itself: a tree of nodes, answered in threads."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from ..core.errors import Unavailable
from ..core.nodes import Node
from ..core.respond import Remember, Request, Response, refusal, respond
from ..views import viewed

_WAITING_PER_WORKER = 64


class LocalSource:
    """Answers requests for a tree of nodes in a bounded number of worker threads.

    Parameters
    ----------
    root
        The tree; its first level are the mounts.
    workers
        Threads that read and encode.
    remember
        The cache of encoded chunks.
    """

    def __init__(self, root: Node, *, workers: int, remember: Remember) -> None:
        self._root = root
        self._remember = remember
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="zarr")
        self._room = workers * _WAITING_PER_WORKER

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`; 503 when too many requests wait already."""
        if self._room == 0:
            busy = Unavailable("the server has too many requests waiting; retry in a moment")
            return refusal(busy, request.method)
        self._room -= 1
        try:
            loop = asyncio.get_running_loop()
            root = viewed(self._root, request.view)
            return await loop.run_in_executor(self._pool, respond, root, request, self._remember)
        finally:
            self._room += 1

    def close(self) -> None:
        """Let the threads end; requests that wait are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
