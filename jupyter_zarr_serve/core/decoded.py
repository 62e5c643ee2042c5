"""A cache of decoded blocks, for sources that can only be decoded in larger parts than one chunk.

A strip of a TIFF and a whole PNG hold the pixels of many chunks: neighbours should not decode them
again. The cache is one for the process, so that its bound holds however many files are open.
"""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from .kept import Kept

Block = np.ndarray[Any, Any]


class DecodedCache:
    """The least recently used blocks go when all of them together exceed the limit.

    Parameters
    ----------
    limit_bytes
        Bytes to keep at most; the newest block is kept even if it alone exceeds them.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._kept: Kept[Block] = Kept(limit_bytes, lambda block: int(block.nbytes))

    def get(self, key: Hashable, decode: Callable[[], Block]) -> Block:
        """The block of a key, read-only; decoded by one thread while others that want it wait.

        `decode` must not use the cache. Its failures are not kept: the next request tries again.

        Raises
        ------
        Exception
            Whatever `decode` raises.
        """

        def make() -> Block:
            block = decode().view()
            block.setflags(write=False)
            return block

        return self._kept.one(key, make)


DECODED = DecodedCache(1 << 27)
