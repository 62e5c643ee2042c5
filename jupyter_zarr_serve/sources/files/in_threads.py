"""The source of everything this process reads itself: a tree of nodes, answered in threads.

What is known already, and can be told to be true without waiting, is answered in the event loop: a
document or chunk that is remembered, of a file on this machine whose status did not change.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from ...core.coming import NOBODY
from ...core.memory import MEMORY, Memory
from ...core.nodes import Node
from ...core.progress import reporting
from ...files.served_tree import ServedTree
from ...serve.request import Request, Response
from ..send_budget import SendBudget
from .workers import Workers


class LocalSource:
    """Answers requests for a tree of nodes.

    Parameters
    ----------
    root
        The tree; its first level are the mounts.
    workers
        Threads that read and encode.
    budget
        What bounds the bytes that are on their way.
    below
        The same tree as far as it is below a path; no link in it leads out of there.
    memory
        What bounds the bytes that are remembered.
    """

    def __init__(
        self,
        root: Node,
        *,
        workers: int,
        budget: SendBudget,
        below: Callable[[tuple[str, ...]], Node] | None = None,
        memory: Memory = MEMORY,
    ) -> None:
        self._tree = ServedTree(root, memory, below)
        self._workers = Workers(workers, budget)

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`; 503 when too many requests wait already."""
        known = partial(self._tree.known, request)
        return self._workers.respond(request, known, partial(self._respond, request))

    def _respond(self, request: Request) -> Response:
        with reporting(request.listener or NOBODY):
            return self._tree.respond(request)

    def close(self) -> None:
        """Let the threads end; requests that wait are dropped."""
        self._workers.close()
