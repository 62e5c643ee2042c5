"""How many clients follow which paths; servers report it with each request for changes."""

from threading import Lock
from time import monotonic

Path = tuple[str, ...]


class Watchers:
    """How many people and programs follow each path, by the servers' latest reports."""

    def __init__(self) -> None:
        self._reports: dict[str, tuple[float, dict[Path, int]]] = {}
        self._lock = Lock()

    def say(self, server: str, counts: dict[Path, int], seconds: float) -> None:
        """Store a server's report; it replaces the one before, and ends after `seconds`."""
        now = monotonic()
        with self._lock:
            reports = {
                name: report for name, report in self._reports.items() if report[0] > now and name != server
            }
            self._reports = {**reports, server: (now + seconds, counts)} if counts else reports

    def count(self, name: str) -> int:
        """How many clients follow a name or a path below it."""
        now = monotonic()
        return sum(
            count
            for until, counts in list(self._reports.values())
            if until > now
            for path, count in counts.items()
            if path[:1] == (name,)
        )
