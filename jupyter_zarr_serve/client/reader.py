"""Reading keys of a store below one path: over HTTP, over a kernel's socket, or in this process."""

import json
import time
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from ..core.errors import Unavailable
from ..core.known_names import ZARR_JSON, ZARRAY, ZGROUP, ZMETADATA
from ..serve.request import JSON, NODE, VALUES, Request, Response
from .failures import TRANSIENT, failure_of

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # seconds
_ABSENT = 404

Names = tuple[str, ...]
KeyRange = tuple[str, str | None]  # a key, and the range of its bytes


class Way(Protocol):
    """Something that answers requests; safe to use from several threads, and picklable."""

    def ask(self, request: Request) -> Response:
        """The answer to a request; raises `OSError` if there is none."""


@runtime_checkable
class Near(Way, Protocol):
    """A way past the server to a kernel, which sends several answers at once, and values unencoded."""

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response | None]:
        """The answers to several requests, sent together; None for each that `ask` must repeat."""

    def fill(self, request: Request, room: memoryview) -> bool:
        """Fill `room` with the answer to a request of the form `VALUES`; False if there is none."""


class Reader:
    """Reads the node at a path, and the nodes below it.

    Parameters
    ----------
    seconds
        How long to retry after transient failures.
    """

    def __init__(
        self, way: Way, path: Names = (), zarr_format: int = 3, view: str = "", seconds: float = 60.0
    ) -> None:
        self.way, self.path, self.zarr_format, self.view = way, path, zarr_format, view
        self.seconds = seconds

    def __str__(self) -> str:
        return f"{'/'.join(self.path) or 'the root'} at {self.way}"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Reader)
            and str(self) == str(other)
            and (self.zarr_format, self.view) == (other.zarr_format, other.view)
        )

    __hash__ = None  # type: ignore[assignment]

    def at(self, path: Names) -> "Reader":
        """A reader of another path."""
        return Reader(self.way, path, self.zarr_format, self.view, self.seconds)

    def below(self, *names: str) -> "Reader":
        """A reader of a node below this one."""
        return self.at((*self.path, *names))

    def get(self, key: str, byte_range: str | None = None) -> bytes | None:
        """The bytes of a key of the store; None if there is no such key.

        Raises
        ------
        PermissionError, ValueError, RuntimeError
            If the server refuses or fails; the message is the server's.
        TimeoutError
            If the server does not answer in time.
        """
        response = self.asked(self.request(key, byte_range))
        return None if response.status == _ABSENT else response.body

    def get_all(self, keys: Sequence[KeyRange]) -> list[bytes | Exception | None]:
        """For each key the result of `get`, or its exception; requested together if the way can do so."""
        requests = [self.request(*key) for key in keys]
        responses: Sequence[Response | None] = [None] * len(requests)
        if isinstance(self.way, Near) and len(requests) > 1:
            responses = self.way.ask_all(requests)
        return [self._body(*each) for each in zip(requests, responses, strict=True)]

    def _body(self, request: Request, response: Response | None) -> bytes | Exception | None:
        """The body of a response; if there is none or it is a failure, the request is repeated."""
        try:
            if response is None or (response.status >= 400 and response.status != _ABSENT):
                response = self.asked(request)
        except Exception as error:  # noqa: BLE001 (the caller for this key gets it)
            return error
        return None if response.status == _ABSENT else response.body

    def document(self) -> dict[str, Any]:
        """The metadata of the node at this path, with consolidated metadata if there are any.

        Raises
        ------
        KeyError
            If there is no node. For other exceptions, see `get`.
        """
        for name in (ZARR_JSON,) if self.zarr_format == 3 else (ZMETADATA, ZARRAY, ZGROUP):
            response = self.asked(self.request(name))
            if response.status != _ABSENT:
                found: dict[str, Any] = json.loads(bytes(response.body))
                return found
        raise failure_of(response.status, response.message)

    def members(self) -> dict[str, str]:
        """The names of a group's members, and the kind of each.

        Raises
        ------
        KeyError
            If there is no such group. For other exceptions, see `get`.
        """
        response = self.asked(Request(self.zarr_format, (*self.path, ""), form=JSON, view=self.view))
        if response.status == _ABSENT:
            raise failure_of(response.status, response.message)
        kinds: dict[str, str] = json.loads(bytes(response.body))["members"]
        return kinds

    def description(self, most: int) -> dict[str, Any]:
        """The description of the node and of its first `most` members; see `preview.description`.

        Raises
        ------
        KeyError
            If there is no node. For other exceptions, see `get`.
        """
        options = (("limit", most),)
        response = self.asked(
            Request(self.zarr_format, self.path, form=NODE, options=options, view=self.view)
        )
        if response.status == _ABSENT:
            raise failure_of(response.status, response.message)
        described: dict[str, Any] = json.loads(bytes(response.body))
        return described

    def fill(self, room: memoryview, *, start: int, stop: int, shape: str, dtype: str) -> bool:
        """Fill `room` with rows of an array, past the server; False if the array must be read by chunks.

        Parameters
        ----------
        shape, dtype
            Of the array, as `serve.rows.array_told` has them.
        """
        options = (("start", start), ("stop", stop), ("shape", shape), ("dtype", dtype))
        asked = Request(self.zarr_format, self.path, form=VALUES, options=options, view=self.view)
        return isinstance(self.way, Near) and self.way.fill(asked, room)

    def request(self, key: str, byte_range: str | None = None) -> Request:
        """The request for a key of the store."""
        path = (*self.path, *key.split("/"))
        return Request(self.zarr_format, path, byte_range=byte_range, view=self.view)

    def asked(self, request: Request) -> Response:
        """The response to a request, a success or a 404, after retries; raises as `get` does."""
        until = time.monotonic() + self.seconds
        pause = _FIRST_PAUSE
        while True:
            wait, failure = 0.0, None
            try:
                response = self.way.ask(request)
                if response.status < 400 or response.status == _ABSENT:
                    return response
                failure = failure_of(response.status, self._named(response.message))
                wait = float(response.headers.get("Retry-After") or 0)
                is_final = response.status not in TRANSIENT
            except Unavailable as error:  # another program listens there, and gets no token
                raise ConnectionError(str(error)) from None
            except (TimeoutError, ConnectionError) as error:
                reason = str(error) or type(error).__name__
                failure = _of_kind(error)(self._named(f"the server cannot be reached: {reason}"))
                is_final = isinstance(error, ConnectionRefusedError)
            if is_final or time.monotonic() + wait >= until:
                raise failure
            time.sleep(max(wait, _about(pause)))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _named(self, message: str) -> str:
        return f"{message} [{self.way}]"


def _about(seconds: float) -> float:
    """A random time of half to all of `seconds`, so that waiting clients do not retry all at once."""
    from random import uniform

    return uniform(seconds / 2, seconds)  # noqa: S311


def _of_kind(error: Exception) -> type[OSError]:
    return TimeoutError if isinstance(error, TimeoutError) else ConnectionError
