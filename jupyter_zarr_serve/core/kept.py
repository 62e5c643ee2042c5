"""A cache of what is costly to make, bounded in bytes; equal requests at one time are made once."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
Key = tuple[Hashable, Hashable]  # whose it is, and which of theirs


class Kept(Generic[T]):
    """The least recently used things go when all of them together exceed the limit.

    Parameters
    ----------
    limit_bytes
        Bytes to keep at most; the newest thing is kept even if it alone exceeds them.
    size
        Bytes of a thing.
    """

    def __init__(self, limit_bytes: int, size: Callable[[T], int]) -> None:
        self._limit = limit_bytes
        self._size_of = size
        self._bytes = 0
        self._known: OrderedDict[Key, tuple[T, int]] = OrderedDict()
        self._making: dict[Key, Future[T]] = {}
        self._gone: deque[Hashable] = deque()
        self._lock = Lock()

    def get(self, keys: Sequence[Key], make: Callable[[list[Key]], Sequence[T]]) -> list[T]:
        """The things of some keys.

        Parameters
        ----------
        make
            Makes, at once, those that nobody has made or is making.

        Raises
        ------
        Exception
            Whatever `make` raises, to everyone who waits for one of its things; it is not kept.
        """
        found: dict[Key, T] = {}
        mine: dict[Key, Future[T]] = {}
        others: dict[Key, Future[T]] = {}
        with self._lock:
            self._purge()
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key][0]
                elif key in self._making:
                    others[key] = self._making[key]
                else:
                    mine[key] = self._making[key] = Future()
        # its own first, and only then waiting: nobody waits for one who waits
        if mine:
            self._make(mine, make)
        found |= {key: future.result() for key, future in (mine | others).items()}
        return [found[key] for key in keys]

    def drop(self, owner: Hashable) -> None:
        """Forget what belongs to an owner; may be called by the garbage collector."""
        self._gone.append(owner)
        # the collector may run in a thread that holds the lock: the next request purges then
        if self._lock.acquire(blocking=False):
            try:
                self._purge()
            finally:
                self._lock.release()

    def _make(self, mine: dict[Key, Future[T]], make: Callable[[list[Key]], Sequence[T]]) -> None:
        try:
            things = make(list(mine))
            sizes = [self._size_of(thing) for thing in things]
        except BaseException as error:  # noqa: BLE001 (handed on to everyone who waits)
            with self._lock:
                self._forget_making(mine)
            for future in mine.values():
                future.set_exception(error)
            return
        with self._lock:
            self._forget_making(mine)
            for key, thing, size in zip(mine, things, sizes, strict=True):
                self._known[key] = thing, size
                self._bytes += size
            while self._bytes > self._limit and len(self._known) > 1:
                self._bytes -= self._known.popitem(last=False)[1][1]
        for future, thing in zip(mine.values(), things, strict=True):
            future.set_result(thing)

    def _forget_making(self, mine: dict[Key, Future[T]]) -> None:
        for key in mine:
            del self._making[key]

    def _purge(self) -> None:
        while self._gone:
            owner = self._gone.popleft()
            for key in [key for key in self._known if key[0] == owner]:
                self._bytes -= self._known.pop(key)[1]
