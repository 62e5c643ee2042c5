"""How many wrong tokens are checked: few from one address, not many in all, and then none for a while.

Nobody can guess a token; this bounds the attempts, too. Behind a proxy all clients may have one address, so
that a token that was right once is checked even then, and one that a viewer repeats is counted once.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_WINDOW = 60.0  # seconds
_PER_ADDRESS, _IN_ALL = 100, 1000  # wrong tokens in a window
_MOST_FAMILIAR = 4096


class Guard:
    """Remembers who gave wrong tokens in the present window of time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._wrong: dict[str, set[bytes]] = {}
        self._familiar: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def may_ask(self, address: str, token: str) -> bool:
        """Whether a token from an address may be checked."""
        with self._lock:
            if self._now() - self._began >= _WINDOW:
                self._began, self._wrong = self._now(), {}
            is_quiet = len(self._wrong.get(address, ())) < _PER_ADDRESS
            is_quiet = is_quiet and sum(map(len, self._wrong.values())) < _IN_ALL
            return is_quiet or _digest(token) in self._familiar

    def was_wrong(self, address: str, token: str) -> None:
        """Count a wrong token."""
        with self._lock:
            self._wrong.setdefault(address, set()).add(_digest(token))

    def was_right(self, token: str) -> None:
        """Remember a right one, but not the token itself."""
        name = _digest(token)
        with self._lock:
            self._familiar[name] = None
            self._familiar.move_to_end(name)
            if len(self._familiar) > _MOST_FAMILIAR:
                self._familiar.popitem(last=False)

    @property
    def patience(self) -> int:
        """Seconds until the window ends."""
        return max(1, round(_WINDOW - (self._now() - self._began)))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
