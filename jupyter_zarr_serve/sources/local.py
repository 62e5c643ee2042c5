"""The source of everything this process can read itself: a tree of nodes, answered in threads.

What is known already, and can be told to be true without waiting, is answered in the event loop: a
document or chunk that is remembered, of a file on this machine whose status did not change.
"""

from collections.abc import Callable
from functools import partial

from ..core.content import Content, answer
from ..core.errors import Forbidden, ServeError
from ..core.nodes import Node
from ..core.request import Remember, Request, Response, refusal
from ..core.respond import answered, locate
from ..files.contents import Contents
from ..files.steady import steady
from ..views import viewed
from .flow import Flow
from .passed import Passed
from .workers import Workers

_CONTENTS_BYTES = 32 << 20
_PASSED_BYTES = 16 << 20


class LocalSource:
    """Answers requests for a tree of nodes.

    Parameters
    ----------
    root
        The tree; its first level are the mounts.
    workers
        Threads that read and encode.
    remember
        The cache of encoded chunks.
    flow
        What bounds the bytes that are on their way.
    below
        The same tree as far as it is below a path; no link in it leads out of there.
    """

    def __init__(
        self,
        root: Node,
        *,
        workers: int,
        remember: Remember,
        flow: Flow,
        below: Callable[[tuple[str, ...]], Node] | None = None,
    ) -> None:
        self._root = root
        self._below = below
        self._remember = remember
        self._contents = Contents(_CONTENTS_BYTES)
        self._passed = Passed(_PASSED_BYTES)
        self._workers = Workers(workers, flow)

    def at_once(self, request: Request) -> Response | None:
        """The response if it needs no waiting for anything; else None."""
        content = self._contents.get(request, near=True)
        if content is None:
            return None
        try:
            return answer(content, request, at_hand=True)
        except ServeError as error:
            return refusal(error, request.method)

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`; 503 when too many requests wait already."""
        try:
            return await self._workers.run(request, request.client, partial(self._respond, request))
        except ServeError as error:
            return refusal(error, request.method)

    def close(self) -> None:
        """Let the threads end; requests that wait are dropped."""
        self._workers.close()

    def _respond(self, request: Request) -> Response:
        return answered(request, lambda: self._content(request))

    def _content(self, request: Request) -> Content:
        content = None if request.preview else self._contents.get(request)
        if content is None:
            content = locate(viewed(self._tree(request), request.view), request, self._remember)
            if not request.preview:
                key = (request.view, request.zarr_format, request.path, request.within)
                content = self._passed.remembering(key, steady(content))
                self._contents.put(request, content)
        return content

    def _tree(self, request: Request) -> Node:
        if not request.within:
            return self._root
        if self._below is None:
            raise Forbidden("parts of this tree cannot be shared")
        return self._below(request.path[: request.within])
