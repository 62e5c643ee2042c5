"""When each share was last used and how often: noted in memory, written to a file every few seconds."""

import json
import time
from pathlib import Path
from threading import Lock, Timer

from ..core.errors import Unreadable
from .files import file_state, locked, read_json, write

_WRITE_SECONDS = 2.0
Use = tuple[int, int]  # how often, and when last in seconds since 1970


class Uses:
    """Counts the uses of each share; several servers add to the same file.

    Parameters
    ----------
    folder
        See `ledger.Ledger`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "uses.json"
        self._new: dict[str, Use] = {}
        self._lock = Lock()  # held for a moment only: the event loop waits for it
        self._writing = Lock()
        self._timer: Timer | None = None

    def note(self, share_id: str) -> None:
        """Count one use."""
        with self._lock:
            self._new[share_id] = self._new.get(share_id, (0, 0))[0] + 1, int(time.time())
            if self._timer is None:
                self._timer = Timer(_WRITE_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()

    def all(self) -> dict[str, Use]:
        """The uses of each share, by its id."""
        with self._writing:
            known = _read(self._file)
            with self._lock:
                return _added(known, self._new)

    @property
    def mark(self) -> str:
        """A text that is another one once the file is.

        Raises
        ------
        Unreadable
            If the state of the file cannot be read.
        """
        return str(file_state(self._file))

    def write(self) -> None:
        """Write the counts; if that fails, they stay in memory until the next time."""
        with self._writing:
            with self._lock:
                timer, self._timer = self._timer, None
                new, self._new = self._new, {}
            if timer is not None:
                timer.cancel()
            if not new:
                return
            try:
                with locked(self._folder):
                    write(self._file, json.dumps(_added(_read(self._file), new)).encode())
            except OSError:
                with self._lock:
                    self._new = _added(new, self._new)


def _read(file: Path) -> dict[str, Use]:
    """The uses in a file; none if it is damaged, which must keep nobody out."""
    try:
        return {str(name): (int(times), int(last)) for name, (times, last) in read_json(file).items()}
    except (Unreadable, TypeError, ValueError):
        return {}


def _added(known: dict[str, Use], new: dict[str, Use]) -> dict[str, Use]:
    return {
        name: (known.get(name, (0, 0))[0] + times, max(last, known.get(name, (0, 0))[1]))
        for name, (times, last) in (dict.fromkeys(known, (0, 0)) | new).items()
    }
