"""Files that ended the workers which read them: until they change, no worker opens them."""

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from ...core.errors import ServeError, Unreadable
from ...files.being_read import crashing
from ...readers.files import stamp_of

_MOST = 64
_SECONDS = 60.0  # for which a request is refused of which no file is known
Names = tuple[str, ...]


class Crashes:
    """Remembers which files ended two workers; may wait for a disk.

    Parameters
    ----------
    is_served
        Whether a path is at or below a served root: a worker may say anything.

    Attributes
    ----------
    stamps
        Those of these files, by their paths.
    """

    def __init__(self, is_served: Callable[[Path], bool]) -> None:
        self.stamps: OrderedDict[str, str] = OrderedDict()
        self._is_served = is_served
        self._requests: OrderedDict[Names, float] = OrderedDict()

    def check(self, path: Names) -> None:
        """Raise `Unreadable` if a path has just ended workers, nobody knows by which file."""
        since = self._requests.get(path)
        if since is not None and time.monotonic() - since < _SECONDS:
            raise crashing("/".join(path))

    def note(self, file: Path) -> bool:
        """Remember a file as it is; whether there is one."""
        try:
            if not self._is_served(file):
                return False
            self.stamps[str(file)] = stamp_of(file)
        except (OSError, ServeError):  # it is gone
            return False
        while len(self.stamps) > _MOST:
            self.stamps.popitem(last=False)
        return True

    def note_request(self, path: Names) -> Unreadable:
        """Remember a request of which no file is known; the failure to answer with."""
        self._requests[path] = time.monotonic()
        while len(self._requests) > _MOST:
            self._requests.popitem(last=False)
        return crashing("/".join(path))
