"""Answers that take long: made once, though whoever asked gave up and asks again.

A server gives up an answer that takes too long, its client retries, and each retry would begin anew
and never end. So a later request joins what is under way for its like, and what nobody waited for is
kept a while and given to the next who asks, once. Quick answers are never shared or kept: each request
reads the object as it is.
"""

import contextlib
from collections.abc import Callable
from threading import Event, Lock
from time import monotonic

from ..core.errors import Unavailable
from ..core.memory import MEMORY, Share
from ..serve.request import Request, Response, refusal
from .live import Live

_LONG = 1.0  # seconds; what took less is made anew
_KEPT_SECONDS = 60.0
_LOOK_SECONDS = 1.0  # how often one who waits sees whether anybody waits for it
_OVERHEAD = 1024  # bytes that keeping an answer takes besides its body

Answer = Callable[[Request], Response]
IsThere = Callable[[], bool]


class _Flight:
    """An answer under way, or one that nobody waited for."""

    def __init__(self, live: Live) -> None:
        self.since = monotonic()
        self.until = 0.0  # when it came
        self.done = Event()
        self.response: Response | None = None
        self._live = live
        self._changes = live.changes

    @property
    def seconds(self) -> float:
        return monotonic() - self.since

    def is_of(self, live: Live) -> bool:
        """Whether it is about an object as that is now, as far as can be seen at once."""
        return self._live is live and self._changes == live.changes and live.is_as_made()


class Flights:
    """Answers requests, equal ones that take long once.

    Parameters
    ----------
    answer
        Makes an answer; called in many threads at once.
    live
        Finds what is published under a name.
    """

    def __init__(self, answer: Answer, live: Callable[[str], Live | None]) -> None:
        self._answer = answer
        self._live = live
        self._lock = Lock()
        self._under_way: dict[Request, _Flight] = {}
        self._kept: Share[_Flight] = Share(MEMORY, "late answers", _size)

    def __call__(self, request: Request, is_there: IsThere) -> Response:
        """The answer to a request.

        Parameters
        ----------
        is_there
            Whether whoever asked still waits.
        """
        live = None
        if request.path:
            with contextlib.suppress(KeyError):  # a variable was deleted meanwhile
                live = self._live(request.path[0])
        if live is None:
            return self._answer(request)
        with self._lock:
            self._forget_old()
            flight = self._under_way.get(request) or self._kept.peek(request)
        if flight is not None and flight.seconds >= _LONG and flight.is_of(live):
            return self._taken(flight, request, is_there)
        return self._made(_Flight(live), request, is_there)

    def _made(self, flight: _Flight, request: Request, is_there: IsThere) -> Response:
        with self._lock:
            known = self._under_way.get(request)
            if known is None or known.seconds >= _LONG:  # that one is about something else
                self._under_way[request] = flight
        try:
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
                    self._kept.put(request, flight)
        flight.done.set()

    def _taken(self, flight: _Flight, request: Request, is_there: IsThere) -> Response:
        while not flight.done.wait(_LOOK_SECONDS):
            if not is_there():
                break
        with self._lock:
            if flight.done.is_set() and self._kept.peek(request) is flight:
                self._kept.drop(request)
        return flight.response or refusal(Unavailable("it was not made; retry in a moment"), request.method)

    def _forget_old(self) -> None:
        """The oldest are the first."""
        before = monotonic() - _KEPT_SECONDS
        for request in self._kept:
            flight = self._kept.peek(request)
            if flight is not None and flight.until >= before:
                return
            self._kept.drop(request)


def _size(flight: _Flight) -> int:
    return _OVERHEAD + (len(flight.response.body) if flight.response else 0)
