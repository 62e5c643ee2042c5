"""A tree of nodes that answers requests; what it named lately it does not look for again."""

from collections.abc import Callable

from ..core.errors import Forbidden
from ..core.nodes import Node
from ..serve.representation import Representation
from ..serve.request import Remember, Request, Response
from ..serve.respond import answered, locate
from ..views import viewed
from .representations import Key, Representations, key_of
from .steady import steady

_CONTENTS_BYTES = 32 << 20


class ServedTree:
    """Answers requests for a tree of nodes; may be called in several threads at once.

    Parameters
    ----------
    root
        The tree; its first level are the mounts.
    remember
        The cache of what is encoded here.
    below
        The same tree as far as it is below a path; no link in it leads out of there.
    through
        Changes what is remembered of a path.
    """

    def __init__(
        self,
        root: Node,
        remember: Remember,
        below: Callable[[tuple[str, ...]], Node] | None = None,
        through: Callable[[Key, Representation], Representation] = lambda _, content: content,
    ) -> None:
        self._root = root
        self._remember = remember
        self._below = below
        self._through = through
        self._contents = Representations(_CONTENTS_BYTES)

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
            When it names nothing, or what cannot be served.
        """
        content = None if request.preview else self._contents.get(request)
        if content is None:
            content = locate(viewed(self._tree(request), request.view), request, self._remember)
            if not request.preview:
                content = self._through(key_of(request), steady(content))
                self._contents.put(request, content)
        return content

    def _tree(self, request: Request) -> Node:
        if not request.within:
            return self._root
        if self._below is None:
            raise Forbidden("parts of this tree cannot be shared")
        return self._below(request.path[: request.within])
