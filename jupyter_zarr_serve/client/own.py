"""What this very kernel publishes, asked without any server."""

from collections.abc import Sequence

from ..publisher.service import running
from ..serve.request import Request, Response


class Own:
    """Asks the registry of this process."""

    def __str__(self) -> str:
        return "this kernel"

    def ask(self, request: Request) -> Response:
        """The answer to a request for what is published here.

        Raises
        ------
        ConnectionError
            When nothing is, as in another process that was handed this.
        """
        service = running()
        if service is None:
            raise ConnectionError("this process publishes nothing; open it by its notebook: 'a.ipynb/name'")
        return service.registry.answer(request)

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response]:
        """See `reader.Near`."""
        return [self.ask(request) for request in requests]

    def values(self, request: Request) -> None:
        """See `reader.Near`."""

    def fill(self, request: Request, room: memoryview) -> bool:
        """See `reader.Near`."""
        response = self.ask(request)
        is_it = response.status == 200 and len(response.body) == len(room)
        if is_it:
            room[:] = response.body
        return is_it


def kernel_id() -> str:
    """The name by which a server finds this kernel; there must be one that publishes."""
    service = running()
    assert service is not None
    return service.connection_file.stem.removeprefix("kernel-")


def publishes(name: str) -> bool:
    """Whether this process publishes something under a name."""
    service = running()
    return service is not None and service.registry.live(name) is not None
