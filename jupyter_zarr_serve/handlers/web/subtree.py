"""A source of which only what is below one path can be reached, whatever it is asked for."""

import json
from collections.abc import Awaitable
from dataclasses import replace

from ...core.errors import Forbidden, Unavailable
from ...core.known_names import OF_KERNELS, is_view
from ...serve.request import NODE, Request, Response, existence_of, refusal
from ...sources import Source, response_of


class Subtree:
    """Asks another source for what is below a path, and for nothing else.

    Attributes
    ----------
    path
        The names to what can be reached; without any, nothing can.
    """

    def __init__(self, source: Source, path: tuple[str, ...]) -> None:
        self.path = path
        self._source = source

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`."""
        bounded = self._bounded(request)
        if bounded is None:
            return _outside(request)
        if self.path[0] in OF_KERNELS:
            return self._of_kernel(bounded)
        asked = self._source.ask(bounded)
        return self._told(asked, bounded) if isinstance(asked, Response) else self._later(asked, bounded)

    async def _later(self, asked: Awaitable[Response], request: Request) -> Response:
        return self._told(await asked, request)

    async def _of_kernel(self, request: Request) -> Response:
        response = await response_of(self._source, request)
        if response.status == 404:
            response = await self._gone(request) or response
        return self._told(response, request)

    async def _gone(self, request: Request) -> Response | None:
        """503 if what is shared is itself not there now: then a 404 says nothing about its chunks."""
        top = existence_of(self.path, within=len(self.path), client=request.client)
        response = await response_of(self._source, top)
        if response.status != 404:
            return None
        reason = json.loads(bytes(response.body))["message"]
        return refusal(Unavailable(f"what is shared is not there now: {reason}"), request.method)

    def _bounded(self, request: Request) -> Request | None:
        """The request as the other source is asked; None where it leads outside."""
        is_viewed = bool(request.path) and is_view(request.path[0]) and not request.view
        path = request.path[1:] if is_viewed else request.path
        if not self.path or path[: len(self.path)] != self.path:
            return None
        view = request.path[0] if is_viewed else request.view
        return replace(request, path=path, view=view, within=len(self.path))

    def _told(self, response: Response, request: Request) -> Response:
        """The response without the names above what can be reached."""
        is_node = response.form == NODE and response.status == 200
        is_told = is_node or (response.status >= 400 and response.media_type == "application/json")
        response = replace(response, message=_without(response.message, "/".join(self.path)))
        if not is_told or not response.body:
            return response
        said = json.loads(bytes(response.body))
        if is_node:
            said["path"] = "/".join(request.path[request.within :])
        else:
            said["message"] = _without(str(said["message"]), "/".join(self.path))
        body = json.dumps(said).encode()
        return replace(response, body=body, size=len(body))


def _without(message: str, path: str) -> str:
    return message.replace(f"{path}/", "").replace(path, "what is shared")


def _outside(request: Request) -> Response:
    return refusal(Forbidden("it leads outside of what is shared"), request.method)
