"""The user's own code goes first: threads that answer pause while it computes.

Only one thread runs Python at a time, so what answers take, the user's code waits for. While that computes,
all answers together take at most a part of the processor time that it gets, and of the time in which it
wants none; but for a short burst, such as the first chunks of a viewer. Where the system tells no thread's
time (Linux does), nobody pauses.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

SHARE = 0.15  # of the processor time of the user's code
IDLE_SHARE = 0.5  # of the time in which it waits for something else
BURST = 0.1  # seconds of processor time
_LONGEST = 0.5  # seconds of one pause
_COMPUTES = 0.05  # of the time on the clock; whose code takes less is not in need of any
_LOOK = 0.01  # seconds
_WINDOW = 0.1  # seconds over which that is seen

Clock = Callable[[], float]


class Courtesy:
    """Says how long to pause after an answer; for all threads that answer.

    Parameters
    ----------
    own
        Tells how long the user's code ran, in seconds; None where nothing tells it.
    waited
        Tells how long it waited for a processor, which other programs had.
    now
        Tells the time on the clock.
    """

    def __init__(self, own: Clock | None, waited: Clock = lambda: 0.0, now: Clock = time.monotonic) -> None:
        self._own, self._waited, self._now = own, waited, now
        self._lock = threading.Lock()
        self._debt = 0.0  # seconds of processor time
        self._paid = (0.0, now()) if own is None else (own(), now())
        self._window = (*self._paid, waited())
        self._answering = 0  # threads
        self._answering_since = 0.0
        self._answered = 0.0  # seconds on the clock, since the window began, in which some thread did
        self._idle: float | None = None  # the part of the time; None for code that computes nothing

    def begin(self) -> None:
        """Note that an answer begins; `pause` is its end."""
        with self._lock:
            if not self._answering:
                self._answering_since = self._now()
            self._answering += 1

    def pause(self, spent: float) -> float:
        """The seconds to pause after an answer.

        Parameters
        ----------
        spent
            The seconds of processor time that the answer took.
        """
        with self._lock:
            now = self._now()
            self._answering -= 1
            if not self._answering:
                self._answered += now - max(self._answering_since, self._window[1])
            if self._own is None:
                return 0.0
            own = self._own()
            if now - self._window[1] >= _WINDOW:
                self._look(own, now, self._waited())
            # Who asked for much before code began to compute has had the burst.
            idle = SHARE if self._idle is None else IDLE_SHARE * self._idle
            allowed = SHARE * (own - self._paid[0]) + idle * (now - self._paid[1])
            self._debt, self._paid = max(0.0, self._debt - allowed) + spent, (own, now)
            if self._idle is None:
                self._debt = min(self._debt, BURST)
                return 0.0
            return min(max(0.0, self._debt - BURST) / (SHARE + idle), _LONGEST)

    def _look(self, own: float, now: float, waited: float) -> None:
        """See how much the user's code did since the last look."""
        elapsed = now - self._window[1]
        wanted = own - self._window[0] + waited - self._window[2]
        computes = wanted >= _COMPUTES * elapsed
        # While a thread answers, others may wait for it: whether they do is told by nobody.
        answered = self._answered + (
            now - max(self._answering_since, self._window[1]) if self._answering else 0
        )
        self._idle = max(0.0, 1 - (wanted + answered) / elapsed) if computes else None
        self._window, self._answered = (own, now, waited), 0.0


def of_main_thread() -> Courtesy:
    """The courtesy towards what the main thread of this process does, where kernels run cells."""
    return Courtesy(*_clocks())


def main_thread_computes(own: Clock | None = None, now: Clock = time.monotonic) -> bool:
    """Whether the main thread computes at this moment, as a look at it for a hundredth of a second tells.

    Parameters
    ----------
    own, now
        See `Courtesy`.
    """
    own = own or _clocks()[0]
    if own is None:
        return False
    before, start = own(), now()
    time.sleep(_LOOK)
    return own() - before >= _COMPUTES * (now() - start)


def _clocks() -> tuple[Clock | None, Clock]:
    """How long the main thread ran, and how long it waited for a processor."""
    thread = threading.main_thread()
    tells = getattr(time, "pthread_getcpuclockid", None)
    if tells is None or thread.ident is None:
        return None, lambda: 0.0
    clock = tells(thread.ident)
    file = Path(f"/proc/self/task/{thread.native_id}/schedstat")

    def waited() -> float:
        try:
            return int(file.read_text().split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return 0.0

    return lambda: time.clock_gettime(clock), waited
