"""What metadata clients have seen, so that no chunk goes to one who would read it by other metadata.

What is replaced keeps its address. A client that read the metadata of the old array would decode the
new one's chunks wrongly, or take its absent ones for the fill value. Therefore a chunk is refused (409)
while its array has another layout than the client has seen last, or is none any more; to read the
metadata again mends that. A client that has seen none, as a worker whose scheduler has read them, is
taken to have seen what anybody has seen last.
"""

from collections.abc import Mapping
from threading import Lock

from .errors import Replaced
from .layout import Layout, Names, chunk_owner, holds
from .request import Request, Response, refusal
from .respond import LAYOUT_KEYS

_MOST = 50_000  # arrays to remember, for all clients; the oldest are forgotten
_ANYBODY = ""

Key = tuple[str, str, int, Names]  # client, view, format, path


class MetadataSeen:
    """By client and array: the layout that was seen last."""

    def __init__(self) -> None:
        self._seen: dict[Key, Layout] = {}
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
        seen = self._of(request, owner)
        layout = response.layouts.get("")
        if seen is None or seen == layout or (layout is not None and holds(str(layout), seen)):
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

    def _of(self, request: Request, owner: Names) -> Layout | None:
        """What a client has seen of an array."""
        rest = (request.view, request.zarr_format, owner)
        return self._seen.get((request.client, *rest)) or self._seen.get((_ANYBODY, *rest))

    def _see(self, request: Request, layouts: Mapping[str, Layout]) -> None:
        with self._lock:
            for path, layout in layouts.items():
                whole = (*request.path[:-1], *filter(None, path.split("/")))
                for client in {request.client, _ANYBODY}:
                    key = (client, request.view, request.zarr_format, whole)
                    self._seen.pop(key, None)
                    self._seen[key] = str(layout)  # as a kernel says
            while len(self._seen) > _MOST:
                del self._seen[next(iter(self._seen))]
