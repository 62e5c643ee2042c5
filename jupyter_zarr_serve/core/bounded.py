"""A mapping that is bounded in bytes: what was used longest ago goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Bounded(Generic[K, T]):
    """Things by key; for one thread at a time.

    Parameters
    ----------
    limit_bytes
        Bytes to keep at most; the newest thing is kept even if it alone exceeds them.
    gone
        Is told of each key and thing that is kept no longer, however it went.

    Attributes
    ----------
    bytes
        What is kept, in bytes.
    """

    def __init__(self, limit_bytes: int, gone: Callable[[K, T], None] | None = None) -> None:
        self.bytes = 0
        self._limit = limit_bytes
        self._gone = gone
        self._known: OrderedDict[K, tuple[T, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[K]:
        """The keys, the one that was used longest ago first."""
        return iter(self._known)

    def peek(self, key: K) -> T | None:
        """The thing of a key, if it is kept; that does not count as use, and is safe in any thread."""
        known = self._known.get(key)
        return None if known is None else known[0]

    def get(self, key: K) -> T | None:
        """The thing of a key, if it is kept."""
        known = self._known.get(key)
        if known is None:
            return None
        self._known.move_to_end(key)
        return known[0]

    def put(self, key: K, thing: T, size: int) -> None:
        """Keep a thing of so many bytes, in place of what was kept by its key."""
        self.drop(key)
        self._known[key] = thing, size
        self.bytes += size
        while self.bytes > self._limit and len(self._known) > 1:
            self.drop(next(iter(self._known)))

    def drop(self, key: K) -> None:
        """Keep what a key has no longer."""
        known = self._known.pop(key, None)
        if known is not None:
            self.bytes -= known[1]
            if self._gone is not None:
                self._gone(key, known[0])
