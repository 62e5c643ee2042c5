"""Reading keys of a store below one path, whichever way leads there."""

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ..core.errors import Unavailable
from ..core.known_names import ZARR_JSON, ZARRAY, ZGROUP, ZMETADATA
from ..serve.request import JSON, NODE, VALUES, Request, Response
from .failures import TRANSIENT, failure_of

if TYPE_CHECKING:
    from ..wire import Raw

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # seconds
_ABSENT = 404

Names = tuple[str, ...]
Asked = tuple[str, str | None]  # a key, and the range of its bytes


class Way(Protocol):
    """What leads to a tree; used by many threads at once, and may be pickled."""

    def ask(self, request: Request) -> Response:
        """The answer to a request; raises `OSError` where there is none."""


@runtime_checkable
class Near(Way, Protocol):
    """A way past the server, by which plain bytes go into memory as they are, and answers come together."""

    def ask_all(self, requests: Sequence[Request]) -> Sequence[Response | None]:
        """The answers to several requests, in one message; None for what is to be asked by itself."""

    def fill(self, request: Request, room: memoryview) -> bool:
        """Fill memory with the answer to a request of the form `VALUES`; False where there is none."""

    def values(self, request: Request) -> "Raw | None":
        """The answer to such a request as memory, best as what the kernel hands over; None where not."""


class Reader:
    """Reads what lies below a path.

    Parameters
    ----------
    seconds
        How long to go on trying where a failure may pass.
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
        """A reader of what lies further down."""
        return self.at((*self.path, *names))

    def get(self, key: str, byte_range: str | None = None) -> bytes | None:
        """The bytes of a key of the store; None where there are none.

        Raises
        ------
        PermissionError, ValueError, RuntimeError
            When they cannot be had; the message is the server's.
        TimeoutError
            When they cannot be had in time.
        """
        response = self.asked(self.request(key, byte_range))
        return None if response.status == _ABSENT else response.body

    def get_all(self, keys: Sequence[Asked]) -> list[bytes | Exception | None]:
        """What `get` gives for several keys, or raises, asked for together where the way does it."""
        requests = [self.request(*key) for key in keys]
        told: Sequence[Response | None] = [None] * len(requests)
        if isinstance(self.way, Near) and len(requests) > 1:
            told = self.way.ask_all(requests)
        return [self._body(*each) for each in zip(requests, told, strict=True)]

    def _body(self, request: Request, response: Response | None) -> bytes | Exception | None:
        """The body of a response; of one that is none or a failure, that of another one."""
        try:
            if response is None or (response.status >= 400 and response.status != _ABSENT):
                response = self.asked(request)
        except Exception as error:  # noqa: BLE001 (whoever asked for this key gets it)
            return error
        return None if response.status == _ABSENT else response.body

    def document(self) -> dict[str, Any]:
        """The metadata of the node at this path, with consolidated ones where there are any.

        Raises
        ------
        KeyError
            When there is none; and see `get`.
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
            When there is no such group; and see `get`.
        """
        response = self.asked(Request(self.zarr_format, (*self.path, ""), form=JSON, view=self.view))
        if response.status == _ABSENT:
            raise failure_of(response.status, response.message)
        told: dict[str, str] = json.loads(bytes(response.body))["members"]
        return told

    def description(self, most: int) -> dict[str, Any]:
        """What is told of the node, and of the first `most` of its members; see `preview.description`.

        Raises
        ------
        KeyError
            When there is none; and see `get`.
        """
        options = (("limit", most),)
        response = self.asked(
            Request(self.zarr_format, self.path, form=NODE, options=options, view=self.view)
        )
        if response.status == _ABSENT:
            raise failure_of(response.status, response.message)
        told: dict[str, Any] = json.loads(bytes(response.body))
        return told

    def fill(self, room: memoryview, *, start: int, stop: int, shape: str, dtype: str) -> bool:
        """Fill memory with rows of an array, past the server; False where only chunks can be had.

        Parameters
        ----------
        shape, dtype
            Of the array, as `serve.rows.array_told` has them.
        """
        options = (("start", start), ("stop", stop), ("shape", shape), ("dtype", dtype))
        asked = Request(self.zarr_format, self.path, form=VALUES, options=options, view=self.view)
        return isinstance(self.way, Near) and self.way.fill(asked, room)

    def values(self, *, shape: str, dtype: str, rows: int) -> "Raw | None":
        """Memory with all of an array, which may be changed, past the server; None where `fill` is better.

        Parameters
        ----------
        shape, dtype
            Of the array, as `serve.rows.array_told` has them.
        rows
            The length of its first axis.
        """
        options = (("start", 0), ("stop", rows), ("shape", shape), ("dtype", dtype))
        asked = Request(self.zarr_format, self.path, form=VALUES, options=options, view=self.view)
        return self.way.values(asked) if isinstance(self.way, Near) else None

    def request(self, key: str, byte_range: str | None = None) -> Request:
        """The request for a key of the store."""
        path = (*self.path, *key.split("/"))
        return Request(self.zarr_format, path, byte_range=byte_range, view=self.view)

    def asked(self, request: Request) -> Response:
        """An answer that is one, or says that there is nothing; see `get`."""
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
            except Unavailable as error:  # nobody is sent a token who does not prove to be the server
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
    """Somewhat less, so that not all who wait come back at once."""
    from random import uniform

    return uniform(seconds / 2, seconds)  # noqa: S311


def _of_kind(error: Exception) -> type[OSError]:
    return TimeoutError if isinstance(error, TimeoutError) else ConnectionError
