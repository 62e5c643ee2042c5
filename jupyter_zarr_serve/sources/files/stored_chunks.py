"""Chunks that are sent as their files hold them, at hand as long as the files stay the same.

A turn in a thread costs more than such a chunk does. Small ones are remembered; of larger ones is
remembered where they are, and they are read at once if the system has them in memory. Their file is
looked at for each request, and nothing is remembered of one that was written a moment ago: two writes
within one tick of the clock of the file system look the same.
"""

import time
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from threading import Lock

from ...core.bounded import Bounded
from ...core.stored import Blob, NotAtHand
from ...files.validator import SameFile, same_file
from ...readers.no_links import status_of
from ...serve.representation import Representation, Spent, blob_of
from ...serve.request import BINARY
from ..send_budget import AT_ONCE
from .resident import CAN_TELL, read_resident

_SMALL = 1 << 16  # bytes of a chunk that is remembered itself
_OVERHEAD = 1024  # bytes that remembering takes besides a chunk
_SETTLED = 2.0  # seconds without a change


class StoredChunks:
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

    def remembering(self, key: Hashable, content: Representation) -> Representation:
        """The same content, whose bytes are at hand once they were read whole."""
        if content.media_type != BINARY or content.validator is None or not content.validator.is_near:
            return content

        def make(spent: Spent) -> Blob:
            blob = content.make(spent)
            return blob if blob.file is None else replace(blob, read=partial(self._read, key, blob))

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
        is_small = blob.size <= _SMALL
        if is_small and len(data) < blob.size:
            return data
        file = _settled(blob) if is_small or CAN_TELL else None
        size = _OVERHEAD + (len(data) if is_small else 0)
        if file is not None and size <= self._limit:
            read = blob_of(data).read if is_small else partial(_read_at_once, file)
            with self._lock:
                self._known.put(key, (file, Blob(blob.size, read, blob.version, is_stored=False)), size)
        return data


def _read_at_once(file: SameFile, start: int, stop: int) -> bytes:
    """Bytes that the system has in memory, if they are few: of large chunks often parts are wanted."""
    if stop - start > AT_ONCE:
        raise NotAtHand
    return read_resident(file.real, file.stamp, start, stop)


def _settled(blob: Blob) -> SameFile | None:
    """What tells whether the file of a blob changes; None where it may do so unseen."""
    if blob.file is None or blob.version is None:
        return None
    asked, real = blob.file
    file = same_file(asked, real, blob.version)
    is_old = time.time() - status_of(real).st_ctime > _SETTLED
    return file if file is not None and file.is_near and is_old else None
