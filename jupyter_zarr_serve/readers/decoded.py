"""A cache of decoded blocks, for sources that can only be decoded in larger parts than one chunk.

A strip of a TIFF and a whole PNG hold the pixels of many chunks: neighbours should not decode them
again. The cache is one for the process, so that its bound holds however many files are open.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import numpy as np

Block = np.ndarray[Any, Any]

_LOCKS = 64


class DecodedCache:
    """The least recently used blocks go when all of them together exceed the limit.

    Parameters
    ----------
    limit_bytes
        Bytes to keep at most; the newest block is kept even if it alone exceeds them.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()
        self._guard = Lock()
        self._flights = tuple(Lock() for _ in range(_LOCKS))

    def get(self, key: Hashable, decode: Callable[[], Block]) -> Block:
        """The block of a key, read-only; decoded by one thread while others that want it wait.

        `decode` must not use the cache. Its failures are not kept: the next request tries again.

        Raises
        ------
        Exception
            Whatever `decode` raises.
        """
        with self._flights[hash(key) % _LOCKS]:
            block = self._kept(key)
            return self._keep(key, decode()) if block is None else block

    def _kept(self, key: Hashable) -> Block | None:
        with self._guard:
            if key in self._blocks:
                self._blocks.move_to_end(key)
            return self._blocks.get(key)

    def _keep(self, key: Hashable, block: Block) -> Block:
        block = block.view()
        block.setflags(write=False)
        with self._guard:
            self._blocks[key] = block
            size = sum(kept.nbytes for kept in self._blocks.values())
            while size > self._limit and len(self._blocks) > 1:
                size -= self._blocks.popitem(last=False)[1].nbytes
        return block


DECODED = DecodedCache(1 << 27)
