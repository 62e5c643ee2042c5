"""What paths named lately, as long as the files they name stay as they were.

Of a chunk that is sent as its file holds it, the bytes are at hand once they were read whole: a turn in a
thread costs more than such a chunk does. Small ones are remembered; larger ones are read again, if the
system has them in memory. Nothing is at hand of a file that was written a moment ago: two writes within one
tick of the clock of the file system look the same.
"""

import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import NamedTuple

from ..core.memory import Memory, Share
from ..core.nodes import Validator
from ..core.stored import Blob, NotAtHand
from ..readers.no_links import status_of
from ..serve.representation import Representation, Spent, blob_of
from ..serve.request import BINARY, Request
from .resident import CAN_TELL, read_resident
from .validator import SameFile, same_file

_OVERHEAD = 2048  # bytes that remembering takes besides a body
_FILES = 256  # whose chunks are remembered: what was opened stays open
_SMALL = 1 << 16  # bytes of a stored chunk that is remembered itself
_AT_ONCE = 2 << 20  # bytes of one that are read in one turn of the event loop
_SETTLED = 2.0  # seconds without a change
Key = tuple[str, int, tuple[str, ...], int]


def key_of(request: Request) -> Key:
    """What a request names, whatever it asks of that."""
    return request.view, request.zarr_format, request.path, request.within


class RepresentationCache:
    """Remembers representations by what requests name, and looks at their files before it gives them.

    Parameters
    ----------
    memory
        What bounds it.
    keeps_open
        Whether remembering a chunk keeps its file open, so that those of few files are remembered.
    """

    def __init__(self, memory: Memory, *, keeps_open: bool = True) -> None:
        self._known: Share[_Known] = Share(memory, "representations", lambda known: known.size)
        self._open = _OpenFiles(self._known) if keeps_open else None

    def get(self, request: Request, *, near: bool = False) -> Representation | None:
        """What a request names, if it is known and still true.

        Parameters
        ----------
        near
            Whether only what can be told at once is wanted.
        """
        key = key_of(request)
        known = self._known.peek(key)
        validator = None if known is None or request.is_of_node else known.content.validator
        if known is None or validator is None or (near and not validator.is_near):
            return None
        if validator():
            return known.content if self._known.get(key) is known else None
        if self._known.peek(key) is known:
            self._known.drop(key)
        return None

    def put(
        self, request: Request, content: Representation, body_bytes: int | None = None
    ) -> Representation:
        """Remember what a request names, if it can be told whether it stays true.

        Parameters
        ----------
        body_bytes
            What it holds in memory; where None, that of a chunk is remembered elsewhere.

        Returns
        -------
        Representation
            The same, to be answered with: when its bytes are read whole, they may be remembered.
        """
        if content.validator is None or request.is_of_node:
            return content
        key, is_chunk = key_of(request), content.media_type == BINARY
        if body_bytes is None:
            blob = None if is_chunk else content.at_hand()
            body_bytes = blob.size if blob else 0
        bytes_of = None
        if is_chunk and content.validator.is_near:
            bytes_of = _StoredBytes(content, partial(_grown, weakref.ref(self._known), key))
            content = replace(content, make=bytes_of.make, at_hand=bytes_of.at_hand)
        self._known.put(key, _Known(content, bytes_of, _OVERHEAD + body_bytes))
        if is_chunk and self._open is not None and content.validator is not None:
            self._open.add(content.validator, key)
        return content


class _Known(NamedTuple):
    """What a path named, and the bytes that this takes."""

    content: Representation
    stored: "_StoredBytes | None"
    size: int


class _StoredBytes:
    """The bytes of a chunk as its file holds them, once they were read whole.

    Parameters
    ----------
    content
        The chunk.
    grown
        Counts how many bytes are held here from now on; whether they may be.
    """

    def __init__(self, content: Representation, grown: Callable[["_StoredBytes", int], bool]) -> None:
        self._content = content
        self._grown = grown
        self._known: tuple[SameFile, Blob] | None = None

    def make(self, spent: Spent) -> Blob:
        """See `Representation`."""
        blob = self._content.make(spent)
        return blob if blob.file is None else replace(blob, read=partial(self._read, blob))

    def at_hand(self) -> Blob | None:
        """See `Representation`."""
        known = self._known
        if known is None:
            return self._content.at_hand()
        file, blob = known
        if file():
            return blob
        self._known = None
        return None

    def _read(self, blob: Blob, start: int, stop: int) -> bytes:
        data = blob.read(start, stop)
        is_small = blob.size <= _SMALL
        if is_small and len(data) < blob.size:
            return data
        file = _settled(blob) if is_small or CAN_TELL else None
        if file is not None and self._grown(self, len(data) if is_small else 0):
            read = blob_of(data).read if is_small else partial(_read_at_once, file)
            self._known = file, Blob(blob.size, read, blob.version, is_stored=False)
        return data


def _grown(memory: "weakref.ref[Share[_Known]]", key: Key, stored: _StoredBytes, body_bytes: int) -> bool:
    """Count the bytes of a chunk that is remembered still; whether it is."""
    share = memory()
    known = None if share is None else share.peek(key)
    if share is None or known is None or known.stored is not stored:
        return False
    share.put(key, known._replace(size=_OVERHEAD + body_bytes))
    return share.peek(key) is not None


class _OpenFiles:
    """Forgets the chunks of the file that was used longest ago when those of too many are remembered."""

    def __init__(self, known: Share[_Known]) -> None:
        self._known = known
        self._lock = Lock()
        self._count = 0  # of all keys
        self.keys: OrderedDict[Validator, set[Key]] = OrderedDict()

    def add(self, file: Validator, key: Key) -> None:
        """Note that a chunk of a file is remembered."""
        with self._lock:
            keys = self.keys.setdefault(file, set())
            self.keys.move_to_end(file)
            self._count += key not in keys
            keys.add(key)
            if self._count > 2 * len(self._known) + _FILES:
                self._purge()
            gone = self.keys.popitem(last=False)[1] if len(self.keys) > _FILES else ()
            self._count -= len(gone)
        for old in gone:
            self._known.drop(old)

    def _purge(self) -> None:
        """Forget the keys of what is remembered no more."""
        for file, keys in list(self.keys.items()):
            keys.intersection_update(self._known)
            if not keys:
                del self.keys[file]
        self._count = sum(map(len, self.keys.values()))


def _read_at_once(file: SameFile, start: int, stop: int) -> bytes:
    """Bytes that the system has in memory, if they are few: of large chunks often parts are wanted."""
    if stop - start > _AT_ONCE:
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
