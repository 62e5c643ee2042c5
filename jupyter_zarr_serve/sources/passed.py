"""Small chunks that are sent as their files hold them, remembered as long as the files stay the same.

A turn in a thread costs many times what such a chunk does. Its file is looked at for each request, and
nothing is remembered of one that was written a moment ago: two writes within one tick of the clock of
the file system look the same.
"""

import time
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from threading import Lock

from ..core.bounded import Bounded
from ..core.content import Content, Spent, blob_of
from ..core.request import BINARY
from ..core.stored import Blob
from .fresh import SameFile, same_file

_MOST_BYTES = 1 << 16  # of a chunk; reading more costs more than the turn in a thread
_OVERHEAD = 1024  # bytes that remembering takes besides a chunk
_SETTLED = 2.0  # seconds without a change


class Passed:
    """The least recently used are forgotten first.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember; 0 remembers nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._known: Bounded[Hashable, tuple[SameFile, Blob]] = Bounded(limit_bytes)
        self._lock = Lock()

    def remembering(self, key: Hashable, content: Content) -> Content:
        """The same content, whose bytes are at hand once they were read whole."""
        if content.media_type != BINARY or content.fresh is None or not content.fresh.is_near:
            return content

        def make(spent: Spent) -> Blob:
            blob = content.make(spent)
            is_small = blob.file is not None and blob.size <= _MOST_BYTES
            return replace(blob, read=partial(self._read, key, blob)) if is_small else blob

        return replace(content, make=make, at_hand=lambda: content.at_hand() or self._get(key))

    def _get(self, key: Hashable) -> Blob | None:
        known = self._known.peek(key)
        if known is None:
            return None
        file, blob = known
        is_fresh = file()
        with self._lock:
            if self._known.get(key) is not known:
                return None
            if is_fresh:
                return blob
            self._known.drop(key)
        return None

    def _read(self, key: Hashable, blob: Blob, start: int, stop: int) -> bytes:
        data = blob.read(start, stop)
        file = _settled(blob) if stop - start == blob.size == len(data) else None
        size = len(data) + _OVERHEAD
        if file is not None and size <= self._limit:
            with self._lock:
                self._known.put(key, (file, replace(blob_of(data), version=blob.version)), size)
        return data


def _settled(blob: Blob) -> SameFile | None:
    """What tells whether the file of a blob changes; None where it may do so unseen."""
    if blob.file is None or blob.version is None:
        return None
    asked, real = blob.file
    file = same_file(asked, real, blob.version)
    is_old = time.time() - real.stat().st_ctime > _SETTLED
    return file if file is not None and file.is_near and is_old else None
