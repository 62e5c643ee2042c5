"""A cache of encoded chunks, bounded in bytes; equal requests at one time are made once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock

_OVERHEAD = 512  # bytes that remembering a chunk takes besides its own


class ChunkCache:
    """Remembers bytes by key, the least recently used ones forgotten first.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember; 0 remembers nothing but still joins equal requests.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._size = 0
        self._known: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, Future[bytes]] = {}
        self._lock = Lock()

    def __call__(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The bytes of `key`, made by `make` if they are not known.

        Raises
        ------
        Exception
            Whatever `make` raises, to everyone who waits for this key.
        """
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            future = self._making.get(key)
            mine = future is None
            if future is None:
                future = self._making[key] = Future()
        if mine:
            self._fill(key, make, future)
        return future.result()

    def known(self, key: Hashable) -> bytes | None:
        """The bytes of a key if they are known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _fill(self, key: Hashable, make: Callable[[], bytes], future: Future[bytes]) -> None:
        try:
            data = make()
        except BaseException as error:  # noqa: BLE001 (handed on to everyone who waits)
            with self._lock:
                del self._making[key]
            future.set_exception(error)
            return
        with self._lock:
            del self._making[key]
            self._keep(key, data)
        future.set_result(data)

    def _keep(self, key: Hashable, data: bytes) -> None:
        if len(data) + _OVERHEAD > self._limit // 4:
            return
        self._known[key] = data
        self._size += len(data) + _OVERHEAD
        while self._size > self._limit:
            _, old = self._known.popitem(last=False)
            self._size -= len(old) + _OVERHEAD
