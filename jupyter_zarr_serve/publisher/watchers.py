"""Who follows the changes of what: a server says it each time that it asks for changes."""

from threading import Lock
from time import monotonic

Path = tuple[str, ...]


class Watchers:
    """How many people and programs follow each path, as servers said lately."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[float, dict[Path, int]]] = {}
        self._lock = Lock()

    def say(self, server: str, counts: dict[Path, int], seconds: float) -> None:
        """Note what a server says, in place of what it said before; it is forgotten after some seconds."""
        now = monotonic()
        with self._lock:
            said = {one: told for one, told in self._said.items() if told[0] > now and one != server}
            self._said = {**said, server: (now + seconds, counts)} if counts else said

    def count(self, name: str) -> int:
        """How many follow a name or something in it."""
        now = monotonic()
        return sum(
            count
            for until, counts in list(self._said.values())
            if until > now
            for path, count in counts.items()
            if path[:1] == (name,)
        )
