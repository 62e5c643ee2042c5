"""Sources: what answers a `Request`, and from where."""

from typing import Protocol

from ..core.respond import Request, Response


class Source(Protocol):
    """Anything that answers requests; a failure is a response, too."""

    async def ask(self, request: Request) -> Response:
        """The response to a request; never raises for what the request asks for."""
