"""Answers that take long are made once, although the client gives up and retries.

A server abandons an answer that takes too long, and its client retries; if each retry started again, none
would ever end. So a retry joins the equal request under way, and an answer that nobody waited for is stored
for a while and given to the next such request, once. Quick answers are never shared or stored: each of
these requests reads the object as it is. An answer under way ends when the last who waits for it hangs up,
if that was a job or the live connection.
"""

import contextlib
from collections.abc import Callable
from threading import Event, Lock
from time import monotonic

from ..core.errors import Unavailable
from ..core.memory import MEMORY, Share
from ..core.progress import Progress, reporting
from ..serve.request import Request, Response, refusal
from .live import Live

_LONG = 1.0  # seconds; quicker answers are made again for each request
_STORED_SECONDS = 60.0
_CHECK_SECONDS = 1.0  # how often a waiting thread checks whether its client still waits
_OVERHEAD = 1024  # bytes that a stored answer takes besides its body

Answer = Callable[[Request], Response]
IsThere = Callable[[], bool]


class _Flight:
    """An answer under way, or a stored one; it reports to all clients that wait."""

    def __init__(self, live: Live) -> None:
        self.since = monotonic()
        self.until = 0.0  # when it was made
        self.done = Event()
        self.response: Response | None = None
        self._live = live
        self._changes = live.changes
        self._waiting: list[tuple[Request, IsThere]] = []
        self._is_given_up = False

    def wait(self, request: Request, is_there: IsThere) -> None:
        """Note that one more waits for it."""
        self._waiting.append((request, is_there))

    @property
    def is_job(self) -> bool:
        """Whether one who waits has all the time that it takes."""
        return any(request.is_job for request, _ in list(self._waiting))

    def tell(self, progress: Progress) -> None:
        """See `core.progress.Listener`."""
        for request, _ in list(self._waiting):
            if request.listener is not None:
                request.listener.tell(progress)

    def is_wanted(self) -> bool:
        """Whether somebody waits, or whoever left last may come back; see `Request.ends_when_left`."""
        for waits in list(self._waiting):
            request, is_there = waits
            if not is_there():
                with contextlib.suppress(ValueError):  # another thread has noticed, too
                    self._waiting.remove(waits)
                self._is_given_up = request.ends_when_left
        return bool(self._waiting) or not self._is_given_up

    @property
    def seconds(self) -> float:
        return monotonic() - self.since

    def is_of(self, live: Live) -> bool:
        """Whether it is about this object, unchanged since then as far as is known at once."""
        return self._live is live and self._changes == live.changes and live.is_as_made()


class Flights:
    """Answers requests; of equal requests that take long, it answers one and shares the response.

    Parameters
    ----------
    answer
        Makes an answer; called from several threads.
    live
        Finds the object that is published under a name.
    """

    def __init__(self, answer: Answer, live: Callable[[str], Live | None]) -> None:
        self._answer = answer
        self._live = live
        self._lock = Lock()
        self._under_way: dict[Request, _Flight] = {}
        self._stored: Share[_Flight] = Share(MEMORY, "late answers", _size)

    def __call__(self, request: Request, is_there: IsThere) -> Response:
        """The answer to a request.

        Parameters
        ----------
        is_there
            Whether the client still waits.
        """
        live = None
        if request.path:
            with contextlib.suppress(KeyError):  # the variable was deleted meanwhile
                live = self._live(request.path[0])
        if live is None:
            return self._answer(request)
        with self._lock:
            self._drop_old()
            flight = self._under_way.get(request) or self._stored.peek(request)
        if flight is not None and flight.seconds >= _LONG and flight.is_of(live):
            return self._joined(flight, request, is_there)
        return self._made(_Flight(live), request, is_there)

    def _made(self, flight: _Flight, request: Request, is_there: IsThere) -> Response:
        with self._lock:
            known = self._under_way.get(request)
            # A longer one that was not joined is about another state of the object.
            if known is None or known.seconds >= _LONG:
                self._under_way[request] = flight
        flight.wait(request, is_there)
        try:
            with reporting(flight):
                response = flight.response = self._answer(request)
        finally:
            self._land(flight, request, is_there)
        return response

    def _land(self, flight: _Flight, request: Request, is_there: IsThere) -> None:
        flight.until = monotonic()
        response = flight.response
        is_late = response is not None and response.status < 500 and flight.seconds >= _LONG
        is_lost = is_late and not is_there()
        with self._lock:
            if self._under_way.get(request) is flight:
                del self._under_way[request]
                if is_lost:
                    self._stored.put(request, flight)
        flight.done.set()

    def _joined(self, flight: _Flight, request: Request, is_there: IsThere) -> Response:
        flight.wait(request, is_there)
        while not flight.done.wait(_CHECK_SECONDS):
            if not is_there():
                break
        with self._lock:
            if flight.done.is_set() and self._stored.peek(request) is flight:
                self._stored.drop(request)
        return flight.response or refusal(
            Unavailable("the answer is not ready; retry in a moment"), request.method
        )

    def _drop_old(self) -> None:
        """Drop the stored answers that are too old; the oldest are the first."""
        before = monotonic() - _STORED_SECONDS
        for request in self._stored:
            flight = self._stored.peek(request)
            if flight is not None and flight.until >= before:
                return
            self._stored.drop(request)


def _size(flight: _Flight) -> int:
    return _OVERHEAD + (len(flight.response.body) if flight.response else 0)
