"""A cache of what is costly to make, bounded in bytes; equal requests at one time are made once."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

from .bounded import Bounded

T = TypeVar("T")
Key = tuple[Hashable, Hashable]  # whose it is, and which of theirs


class Kept(Generic[T]):
    """The least recently used things go when all of them together exceed the limit.

    Parameters
    ----------
    limit_bytes
        Bytes to keep at most.
    size
        Bytes of a thing.
    largest
        What takes more bytes is not kept; when None, the newest thing is kept even if it alone exceeds
        the limit.
    """

    def __init__(self, limit_bytes: int, size: Callable[[T], int], largest: int | None = None) -> None:
        self._size_of = size
        self._largest = largest
        self._known: Bounded[Key, T] = Bounded(limit_bytes)
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
                known = self._known.get(key)
                if known is not None:
                    found[key] = known
                elif key in self._making:
                    others[key] = self._making[key]
                else:
                    mine[key] = self._making[key] = Future()
        # its own first, and only then waiting: nobody waits for one who waits
        if mine:
            self._make(mine, make)
        found |= {key: future.result() for key, future in (mine | others).items()}
        return [found[key] for key in keys]

    def one(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of a key that belongs to nobody; see `get`.

        Raises
        ------
        Exception
            Whatever `make` raises, to everyone who waits for it; it is not kept.
        """
        thing = self.known(key)
        return self.get([(None, key)], lambda _: [make()])[0] if thing is None else thing

    def known(self, key: Hashable) -> T | None:
        """The thing of a key that belongs to nobody, if it is kept."""
        with self._lock:
            return self._known.get((None, key))

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
                if self._largest is None or size <= self._largest:
                    self._known.put(key, thing, size)
        for future, thing in zip(mine.values(), things, strict=True):
            future.set_result(thing)

    def _forget_making(self, mine: dict[Key, Future[T]]) -> None:
        for key in mine:
            del self._making[key]

    def _purge(self) -> None:
        while self._gone:
            owner = self._gone.popleft()
            for key in [key for key in self._known if key[0] == owner]:
                self._known.drop(key)
