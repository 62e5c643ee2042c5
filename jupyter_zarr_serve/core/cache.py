"""A cache of encoded chunks, bounded in bytes; equal requests at one time are made once."""

from collections.abc import Callable, Hashable

from .kept import Kept

_OVERHEAD = 512  # bytes that remembering a chunk takes besides its own


class ChunkCache:
    """Remembers bytes by key, the least recently used ones forgotten first.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember; 0 remembers nothing but still joins equal requests.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._kept: Kept[bytes] = Kept(limit_bytes, lambda data: len(data) + _OVERHEAD, limit_bytes // 4)
        self.known = self._kept.known

    def __call__(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The bytes of `key`, made by `make` if they are not known.

        Raises
        ------
        Exception
            Whatever `make` raises, to everyone who waits for this key.
        """
        return self._kept.one(key, make)
