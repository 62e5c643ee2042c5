"""Sources: what answers a `Request`, and from where."""

from collections.abc import Awaitable
from typing import Protocol

from ..serve.request import Request, Response


class Source(Protocol):
    """Anything that answers requests; a failure is a response, too."""

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """The response to a request, or one to wait for; never raises for what the request asks for."""


async def response_of(source: Source, request: Request) -> Response:
    """The response of a source to a request, waited for if need be."""
    asked = source.ask(request)
    return asked if isinstance(asked, Response) else await asked
