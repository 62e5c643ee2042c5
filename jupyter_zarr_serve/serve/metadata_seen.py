"""The metadata that each client has seen, so that none decodes a chunk by the metadata of another array.

An array that replaces another one keeps its address. A client that has read the old metadata would decode
the new chunks wrongly, or take absent ones for the fill value. So a chunk is refused (409) if its array has
another layout than the client has seen last, or if there is no array any more; reading the metadata
again mends that. A client that has seen no metadata, such as a dask worker whose scheduler has read
them, counts as having seen what any client has seen last.

A client is an address, a user or link, and what the program calls itself. Two arrays that one program
opened before and after a replacement send equal requests: once the program has read the new metadata,
nothing tells which array asks. Only a chunk outside the new array's grid is refused, since the new one
never asks for it.
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
    """The layout that was seen last, by client and array."""

    def __init__(self) -> None:
        self._seen: dict[Key, Seen] = {}
        self._lock = Lock()

    def checked(self, request: Request, response: Response) -> Response:
        """The response, or a refusal if the client would misread it; notes the metadata in it."""
        if request.is_of_node or (response.status >= 400 and response.status != 404):
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
        """Whether a request is for a chunk of an array whose metadata some client has seen."""
        owner = None if request.is_of_node else chunk_owner(request.path, request.zarr_format)
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
            f"{name}: was replaced by data of another shape, type or chunking, or of other axes, units or "
            "scale; read its metadata again: open it anew"
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
