"""What paths named lately, as long as the files they name stay as they were."""

from collections import OrderedDict
from threading import Lock

from ..core.content import Content
from ..core.request import Request

_OVERHEAD = 2048  # bytes that remembering takes besides a document
Key = tuple[str, int, tuple[str, ...]]


class Contents:
    """The least recently used are forgotten first.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._known: OrderedDict[Key, tuple[Content, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, request: Request, *, near: bool = False) -> Content | None:
        """What a request names, if it is known and still true.

        Parameters
        ----------
        near
            Whether only what can be told at once is wanted.
        """
        key = (request.view, request.zarr_format, request.path)
        known = self._known.get(key)
        if known is None:
            return None
        fresh = known[0].fresh
        if fresh is None or (near and not fresh.is_near):
            return None
        if not fresh():
            self._drop(key, known)
            return None
        return known[0]

    def put(self, request: Request, content: Content) -> None:
        """Remember what a request names, if it can be told whether it stays true."""
        if content.fresh is None:
            return
        blob = content.at_hand()
        size = _OVERHEAD + (blob.size if blob and content.media_type == "application/json" else 0)
        if size > self._limit // 4:
            return
        key = (request.view, request.zarr_format, request.path)
        with self._lock:
            _, before = self._known.pop(key, (content, 0))
            self._known[key] = content, size
            self._bytes += size - before
            while self._bytes > self._limit:
                self._bytes -= self._known.popitem(last=False)[1][1]

    def _drop(self, key: Key, known: tuple[Content, int]) -> None:
        with self._lock:
            if self._known.get(key) is known:
                del self._known[key]
                self._bytes -= known[1]
