"""What metadata clients have seen, so that no chunk goes to one who would read it by other metadata.

What is replaced keeps its address. A client that read the metadata of the old array would decode the
new one's chunks wrongly, or take its absent ones for the fill value. Therefore a chunk is refused (409)
while its array has another layout than the client has seen last, or is none any more; to read the
metadata again mends that. A client that has seen none, as a worker whose scheduler has read them, is
taken to have seen what anybody has seen last.

A client is an address, a user or link, and a program by its own account. Two arrays of one program, opened
before and after a replacement, send equal requests: once the program has read the new metadata, nothing
tells which of them asks. Only what the newer one would never ask for, a chunk outside its grid, is refused.
"""

from collections.abc import Mapping
from threading import Lock
from zlib import crc32

from ..core.errors import Replaced
from .layout import Layout, Names, chunk_owner, holds
from .request import OUTSIDE, Request, Response, refusal
from .respond import LAYOUT_KEYS

_MOST = 50_000  # arrays to remember, for all clients; the oldest are forgotten
_ANYBODY = ""
_AGENTS = 16  # kinds of programs to tell apart; a client that makes up names takes no more room

Key = tuple[str, str, int, Names]  # client, view, format, path
Seen = tuple[Layout, bool]  # the last one, and whether there was one before that it does not hold


class MetadataSeen:
    """By client and array: the layout that was seen last."""

    def __init__(self) -> None:
        self._seen: dict[Key, Seen] = {}
        self._lock = Lock()

    def checked(self, request: Request, response: Response) -> Response:
        """The response, if the client can understand it: else a refusal; remembers what it tells."""
        if request.form or (response.status >= 400 and response.status != 404):
            return response
        last = request.path[-1] if request.path else ""
        if last in LAYOUT_KEYS:
            if response.layouts and request.method == "GET" and response.status < 400:
                self._see(request, response.layouts)
            return response
        if not self._seen:
            return response
        owner = chunk_owner(request.path, request.zarr_format)
        return response if owner is None else self._chunk(request, response, owner)

    def has_seen(self, request: Request) -> bool:
        """Whether a request is for a chunk of an array whose metadata were seen."""
        owner = None if request.form else chunk_owner(request.path, request.zarr_format)
        return owner is not None and self._of(request, owner) is not None

    def _chunk(self, request: Request, response: Response, owner: Names) -> Response:
        known = self._of(request, owner)
        if known is None:
            return response
        seen, is_other = known
        layout = response.layouts.get("")
        is_of_older = is_other and OUTSIDE in response.layouts
        if not is_of_older and layout is not None and holds(str(layout), seen):
            return response
        name = "/".join(owner)
        if layout is None:
            gone = f"{name}: is no array any more: it was withdrawn or replaced; list what there is"
            return refusal(Replaced(gone), request.method)
        other = (
            f"{name}: was replaced by data of another shape, type or chunking; read its metadata again: "
            "open it anew"
        )
        return refusal(Replaced(other), request.method)

    def _of(self, request: Request, owner: Names) -> Seen | None:
        """What a client has seen of an array."""
        rest = (request.view, request.zarr_format, owner)
        return self._seen.get((_reader(request), *rest)) or self._seen.get((_ANYBODY, *rest))

    def _see(self, request: Request, layouts: Mapping[str, Layout]) -> None:
        with self._lock:
            for path, layout in layouts.items():
                whole = (*request.path[:-1], *filter(None, path.split("/")))
                for client in (_reader(request), _ANYBODY):
                    key = (client, request.view, request.zarr_format, whole)
                    before, was_other = self._seen.pop(key, (str(layout), False))
                    is_other = was_other or not holds(str(layout), before)
                    self._seen[key] = str(layout), is_other  # as a kernel says
            while len(self._seen) > _MOST:
                del self._seen[next(iter(self._seen))]


def _reader(request: Request) -> str:
    return f"{request.client} {crc32(request.agent.encode()) % _AGENTS}"
