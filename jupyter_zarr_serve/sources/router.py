"""Which source answers: the first name of a path decides, after that of a view."""

from collections.abc import Mapping
from dataclasses import replace

from ..serve.request import Request, Response
from ..views import VIEWS
from . import Source


class Router:
    """Asks the source of a path's first name, and another one for all other names.

    Parameters
    ----------
    sources
        First name to source; it is asked for what is below the name.
    others
        Revalidated for the root and for all other names.
    """

    def __init__(self, sources: Mapping[str, Source], others: Source) -> None:
        self._sources = sources
        self._others = others

    def at_once(self, request: Request) -> Response | None:
        """See `sources.Source`."""
        source, below = self._meant(request)
        return source.at_once(below)

    async def ask(self, request: Request) -> Response:
        """See `sources.Source`."""
        source, below = self._meant(request)
        return await source.ask(below)

    def _meant(self, request: Request) -> tuple[Source, Request]:
        """Whom to ask, and what."""
        if request.path and request.path[0] in VIEWS and not request.view:
            request = replace(request, path=request.path[1:], view=request.path[0])
        source = self._sources.get(request.path[0]) if request.path else None
        if source is None:
            return self._others, request
        return source, request.below(1)
