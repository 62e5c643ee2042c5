"""Requests to this kernel itself, without a server."""

from collections.abc import Sequence

from ..publisher.service import running
from ..serve.request import Request, Response


class Own:
    """Answers requests from the registry of this process."""

    def __str__(self) -> str:
        return "this kernel"

    def ask(self, request: Request) -> Response:
        """The answer of this process's registry.

        Raises
        ------
        ConnectionError
            If this process publishes nothing, as after unpickling in another process.
        """
        service = running()
        if service is None:
            raise ConnectionError("this process publishes nothing; open it by its notebook: 'a.ipynb/name'")
        return service.registry.answer(request)

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response]:
        """See `reader.Near`."""
        return [self.ask(request) for request in requests]

    def fill(self, request: Request, room: memoryview) -> bool:
        """See `reader.Near`."""
        response = self.ask(request)
        is_it = response.status == 200 and len(response.body) == len(room)
        if is_it:
            room[:] = response.body
        return is_it


def kernel_id() -> str:
    """The id of this kernel, which must publish something."""
    service = running()
    assert service is not None
    return service.connection_file.stem.removeprefix("kernel-")


def publishes(name: str) -> bool:
    """Whether this process publishes a name."""
    service = running()
    return service is not None and service.registry.live(name) is not None
