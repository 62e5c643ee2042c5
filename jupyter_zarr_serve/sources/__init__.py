"""Sources: what answers a `Request`, and from where."""

from typing import Protocol

from ..serve.request import Request, Response


class Source(Protocol):
    """Anything that answers requests; a failure is a response, too."""

    def at_once(self, request: Request) -> Response | None:
        """The response if it can be had without waiting; else None, and `ask` gives it."""

    async def ask(self, request: Request) -> Response:
        """The response to a request; never raises for what the request asks for."""
