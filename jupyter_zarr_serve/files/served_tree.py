"""A tree of nodes that answers requests; what it named lately it does not look for again."""

from collections.abc import Callable
from dataclasses import replace

from ..core.errors import Forbidden
from ..core.memory import Memory, Share
from ..core.nodes import Node
from ..serve.representation import Representation
from ..serve.request import Request, Response
from ..serve.respond import answered, locate
from ..views import viewed
from .remembered import RepresentationCache
from .same_store import Unsettled
from .unchanged import steady


class ServedTree:
    """Answers requests for a tree of nodes; may be called in several threads at once.

    Parameters
    ----------
    root
        The tree; its first level are the mounts.
    memory
        What bounds the bytes that are remembered.
    below
        The same tree as far as it is below a path; no link in it leads out of there.
    remembers_chunks
        Whether encoded chunks are remembered here, and not by whoever asks.
    """

    def __init__(
        self,
        root: Node,
        memory: Memory,
        below: Callable[[tuple[str, ...]], Node] | None = None,
        *,
        remembers_chunks: bool = True,
    ) -> None:
        self._root = root
        self._below = below
        self._remembers_chunks = remembers_chunks
        self._encoded: Share[bytes] = Share(memory, "encoded", len)
        self._contents = RepresentationCache(memory)

    def respond(self, request: Request) -> Response:
        """The response to a request; never raises."""
        return answered(request, lambda: self.content(request))

    def known(self, request: Request) -> Representation | None:
        """What a request names, if that is known and can be told to be true at once."""
        return self._contents.get(request, near=True)

    def content(self, request: Request) -> Representation:
        """What a request names.

        Raises
        ------
        ServeError
            If it names nothing, or what cannot be served.
        """
        content = None if request.preview else self._contents.get(request)
        if content is None:
            remember = self._encoded if self._remembers_chunks or request.is_of_node else None
            content = locate(viewed(self._tree(request), request.view), request, remember)
            if not request.preview:
                content = self._contents.put(request, steady(_settled(content, request)))
        return content

    def _tree(self, request: Request) -> Node:
        if not request.within:
            return self._root
        if self._below is None:
            raise Forbidden("parts of this tree cannot be shared")
        return self._below(request.path[: request.within])


def _settled(content: Representation, request: Request) -> Representation:
    """The same content, of which is known what tells whether it changes."""
    if not isinstance(content.validator, Unsettled):
        return content
    # What views tell is made of pixels, too.
    return replace(content, validator=None if request.view else content.validator.settled())
