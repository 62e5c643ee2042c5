"""The last decoded blocks of a file, so that neighbouring chunks and columns do not decode them twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Blocks(Generic[T]):
    """Decoded blocks, bounded in bytes; one thread decodes a block while others wait for it.

    Parameters
    ----------
    limit
        Bytes to keep at most.
    size
        Bytes of a block.
    """

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit = limit
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._making: dict[Hashable, Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The block of a key, made if it is not kept."""
        with self._lock:
            if (kept := self._found(key)) is not None:
                return kept[0]
            turn = self._making.setdefault(key, Lock())
        with turn:
            with self._lock:
                if (kept := self._found(key)) is not None:
                    return kept[0]
            try:
                block = make()
                self._keep(key, block)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return block

    def _found(self, key: Hashable) -> tuple[T, int] | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: Hashable, block: T) -> None:
        size = self._size(block)
        if size > self._limit:
            return
        with self._lock:
            _, before = self._kept.pop(key, (block, 0))
            self._kept[key] = block, size
            self._bytes += size - before
            while self._bytes > self._limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped
