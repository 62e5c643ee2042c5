"""What paths named lately, as long as the files they name stay as they were."""

from collections import OrderedDict
from threading import Lock

from ..core.bounded import Bounded
from ..core.nodes import Validator
from ..serve.representation import Representation
from ..serve.request import BINARY, Request

_OVERHEAD = 2048  # bytes that remembering takes besides a document
_FILES = 256  # whose chunks are remembered: what was opened stays open
Key = tuple[str, int, tuple[str, ...], int]


def key_of(request: Request) -> Key:
    """What a request names, whatever it asks of that."""
    return request.view, request.zarr_format, request.path, request.within


class Representations:
    """The least recently used are forgotten first.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember.
    keeps_open
        Whether remembering a chunk keeps its file open, so that those of few files are remembered.
    """

    def __init__(self, limit_bytes: int, *, keeps_open: bool = True) -> None:
        self._limit = limit_bytes
        self._keeps_open = keeps_open
        self._known: Bounded[Key, Representation] = Bounded(limit_bytes, self._let_go)
        self._files: OrderedDict[Validator | None, dict[Key, None]] = OrderedDict()
        self._lock = Lock()

    def get(self, request: Request, *, near: bool = False) -> Representation | None:
        """What a request names, if it is known and still true.

        Parameters
        ----------
        near
            Whether only what can be told at once is wanted.
        """
        key = key_of(request)
        content = self._known.peek(key)
        if content is None or request.form or content.validator is None:
            return None
        if near and not content.validator.is_near:
            return None
        is_fresh = content.validator()
        with self._lock:
            if self._known.get(key) is not content:
                return None
            if is_fresh:
                return content
            self._known.drop(key)
        return None

    def put(self, request: Request, content: Representation, body_bytes: int | None = None) -> None:
        """Remember what a request names, if it can be told whether it stays true.

        Parameters
        ----------
        body_bytes
            What it holds in memory; where None, that of a chunk is remembered elsewhere.
        """
        if content.validator is None or request.form:
            return
        is_chunk = content.media_type == BINARY
        if body_bytes is None:
            blob = None if is_chunk else content.at_hand()
            body_bytes = blob.size if blob else 0
        size = _OVERHEAD + body_bytes
        if size > self._limit // 4:
            return
        key = key_of(request)
        with self._lock:
            self._known.put(key, content, size)
            if is_chunk and self._keeps_open:
                self._hold(content.validator, key)

    def _hold(self, file: Validator | None, key: Key) -> None:
        self._files.setdefault(file, {})[key] = None
        self._files.move_to_end(file)
        if len(self._files) > _FILES:
            for old in list(next(iter(self._files.values()))):
                self._known.drop(old)

    def _let_go(self, key: Key, content: Representation) -> None:
        file = content.validator
        if file in self._files:
            self._files[file].pop(key, None)
            if not self._files[file]:
                del self._files[file]
