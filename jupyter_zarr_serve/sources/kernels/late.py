"""How long clients have been put off for what a kernel takes long to make."""

import time
from collections import OrderedDict

from ...serve.request import Request

_MOST = 1000  # requests to remember
_RETRY_SECONDS = 60.0  # who comes back later begins anew


class Late:
    """By request: when it was asked first, and when it was last put off."""

    def __init__(self) -> None:
        self._known: OrderedDict[Request, tuple[float, float]] = OrderedDict()

    def seconds(self, request: Request, spent: float) -> float:
        """Since when it has been asked for, by one who has just waited so many seconds."""
        now = time.monotonic()
        first, last = self._known.pop(request, (now - spent, now - spent))
        if now - spent - last > _RETRY_SECONDS:
            first = now - spent
        self._known[request] = first, now
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return now - first

    def forget(self, request: Request) -> None:
        """It was answered."""
        if self._known:
            self._known.pop(request, None)
