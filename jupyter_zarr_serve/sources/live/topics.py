"""Topics: each path that somebody follows is followed once, however many there are.

Nothing that happens while nobody follows a path is known here. So who comes back after such a time is told
that all of it may have changed, as is one who missed more than is remembered.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from ...core import limits
from .followable import Followable
from .state import BACK, DATA, Notice, Path, State, Stop, change

_PATIENCE = 10.0  # seconds, for what is there at the beginning


Listener = Callable[["Topic", Notice], None]
Heard = Callable[[Path, Notice], None]


class Topic:
    """One path that is followed.

    Attributes
    ----------
    state
        The last one; None until it is known.
    generation
        Another, larger one after each change.
    count
        How many listen.
    """

    def __init__(self, path: Path, clock: "Clock", heard: Heard | None = None) -> None:
        self._heard = heard
        self.path = path
        self.state: State | None = None
        self.began = self.seq = self.generation = clock()
        self._clock = clock
        self._is_known = asyncio.Event()
        self._history: deque[Notice] = deque(maxlen=limits.REPLAYED)
        self._listeners: dict[Listener, None] = {}
        self._is_awaited = True

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def listen(self, listener: Listener) -> None:
        """Call a function at each change."""
        self._listeners[listener] = None

    def leave(self, listener: Listener) -> None:
        """End what `listen` began."""
        self._listeners.pop(listener, None)

    async def known(self) -> bool:
        """Whether the state is known, which is waited for a while."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._is_known.wait()
        except TimeoutError:
            self._is_awaited = False
            return False
        return True

    def missed(self, since: int) -> Notice | None:
        """One notice of all that happened after a number; None where that is nothing."""
        if since >= self.seq and since >= self.began:
            return None
        later = [notice for notice in self._history if notice.seq > since]
        is_all = since >= self.began and len(later) < limits.REPLAYED
        if not is_all:
            return Notice(self.seq, BACK, self.generation)
        missed = later[0]
        for notice in later[1:]:
            missed = notice.after(missed)
        return missed

    def tell(self, state: State) -> None:
        """Take the state as it is now, and tell of the change if there is one."""
        before, self.state = self.state, state
        kind = BACK if before is None else change(before, state)
        is_first = before is None and self._is_awaited
        self._is_known.set()
        if kind is None or is_first:
            return
        self.seq = self._clock()
        self.generation += 1
        notice = Notice(self.seq, kind, self.generation, state.part if kind == DATA else None)
        self._history.append(notice)
        if self._heard is not None:
            self._heard(self.path, notice)
        for listener in list(self._listeners):
            listener(self, notice)


class Clock:
    """Numbers, each larger than those before: microseconds, so also larger than those of last week."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        """The next number."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last


class Topics:
    """All paths that are followed; for one event loop.

    Parameters
    ----------
    source
        What they are followed in.
    heard
        Hears of all notices, of whatever path.
    """

    def __init__(self, source: Followable, heard: Heard | None = None) -> None:
        self._source = source
        self._heard = heard
        self._clock = Clock()
        self._topics: dict[tuple[Path, int], tuple[Topic, Stop]] = {}

    def join(self, path: Path, within: int, listener: Listener) -> Topic:
        """The topic of a path, to whose changes one listens from now on.

        Raises
        ------
        ServeError
            If it cannot be followed.
        """
        key = path, within
        if key not in self._topics:
            topic = Topic(path, self._clock, self._heard)
            self._topics[key] = topic, self._source.follow(path, within, topic)
        topic = self._topics[key][0]
        topic.listen(listener)
        return topic

    def leave(self, topic: Topic, within: int, listener: Listener) -> None:
        """Listen no more; what nobody listens to is not followed."""
        topic.leave(listener)
        known = self._topics.get((topic.path, within))
        if known is not None and known[0] is topic and not topic.count:
            del self._topics[topic.path, within]
            known[1]()

    def __len__(self) -> int:
        return len(self._topics)
