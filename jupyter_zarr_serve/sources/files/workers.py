"""Work for a bounded number of threads or processes: in fair turns, done once for all who ask the same.

Each client has a queue of its own, and the clients take turns, so that one who asks for a thousand
chunks does not keep another waiting for all of them. Who asks for what somebody else waits for already
gets the same answer, if it is not begun yet: one that is may tell of data that have changed since. When
everybody who waits for something has gone, it is not begun any more.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import partial
from typing import Any

from ...core.errors import ServeError, Unavailable
from ...serve.representation import Representation
from ...serve.request import Request, Response, refusal
from ...serve.respond import at_once
from ..long_turn import LongTurn
from ..send_budget import SendBudget
from .flight import Flight, Outcome, Stop, Work
from .threads import Threads

_PER_CLIENT = 512
_IN_ALL = 2048
_PATIENCE = 30.0  # seconds
_GRACE = 0.5  # seconds in which what nobody wants any more may still be done


Begin = Callable[[Any, Callable[[Outcome], None]], Stop | None]


class Workers:
    """Has work done until `close`; to be used in one event loop.

    Parameters
    ----------
    workers
        How much is done at a time.
    budget
        While answers that are not sent yet fill it, nothing is begun for those who wait for one.
    begin
        Begins some work and calls, in the event loop, what is to be called with its outcome; gives what
        ends it, if something can. In threads by default.
    """

    def __init__(self, workers: int, budget: SendBudget, begin: Begin | None = None) -> None:
        self._threads = Threads(workers, "zarr")
        self._begin_work = begin or self._in_thread
        self._idle = workers
        self._budget = budget
        self._flights: dict[Hashable, Flight] = {}
        self._queues: OrderedDict[str, deque[Flight]] = OrderedDict()
        self._queued = 0
        self._is_closed = False
        budget.on_room(self._begin)

    async def run(
        self, key: Hashable, client: str, work: Work, *, is_job: bool = False, is_once: bool = False
    ) -> Response:
        """What `work` gives, or what it gives to another who asked for the same `key`.

        Parameters
        ----------
        is_job
            Whether it keeps no turn from others if it takes long.
        is_once
            Whether it is ended when nobody waits for it, unless it is made at once.

        Raises
        ------
        Unavailable
            If too much waits already, or no turn comes for long.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._enqueue(key, client, work, is_job=is_job)
        elif client != flight.client:
            self._hasten(flight, client)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        flight.waiting.add(answer)
        try:
            return await answer
        finally:
            flight.waiting.remove(answer)
            if not flight.waiting:
                self._abandon(flight)
                if is_once and flight.stop is not None:
                    # What ends it costs more than to wait, if it is nearly made.
                    asyncio.get_running_loop().call_later(_GRACE, flight.end_unless_wanted)

    def respond(
        self, request: Request, known: Callable[[], Representation | None], work: Work
    ) -> Response | Awaitable[Response]:
        """The response to a request, at once if it is known and there is room to send it.

        Parameters
        ----------
        known
            Gives what the request names, if it is known and can be told to be true at once.
        work
            Gives the response otherwise, which is 503 when too many wait already.
        """
        if self._budget.has_room_for(request.client):
            response = at_once(known(), request)
            if response is not None:
                return response
        return self._later(request, work)

    async def _later(self, request: Request, work: Work) -> Response:
        try:
            how = {"is_job": request.is_job, "is_once": request.ends_when_left}
            return await self.run(request, request.client, work, **how)
        except ServeError as error:
            return refusal(error, request.method)

    def close(self) -> None:
        """Let the threads end with what they do; what waits is refused."""
        self._is_closed = True
        self._threads.close()
        for flight in list(self._flights.values()):
            self._abandon(flight)
            flight.tell(Unavailable("the server is shutting down"))

    def _enqueue(self, key: Hashable, client: str, work: Work, *, is_job: bool) -> Flight:
        if self._is_closed:
            raise Unavailable("the server is shutting down")
        queue = self._queues.get(client, ())
        if self._queued >= _IN_ALL or len(queue) >= _PER_CLIENT:
            raise Unavailable("the server has too many requests waiting; retry in a moment")
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(_PATIENCE, self._expire, key)
        flight = Flight(key, client, work, time.perf_counter(), expiry, is_job)
        self._flights[key] = flight
        self._queues.setdefault(client, deque()).append(flight)
        self._queued += 1
        self._begin()
        return flight

    def _hasten(self, flight: Flight, client: str) -> None:
        """Let another client who joins wait no longer than if it were the only one who asks."""
        queue = self._queues[flight.client]
        if len(self._queues.get(client, ())) < queue.index(flight):
            queue.remove(flight)  # which leaves those before it
            flight.client = client
            self._queues.setdefault(client, deque()).append(flight)

    def _begin(self) -> None:
        """Give idle threads the next work of the client whose turn it is."""
        while self._idle and not self._is_closed:
            client = next(filter(self._budget.has_room_for, self._queues), None)
            if client is None:
                return
            queue = self._queues.pop(client)
            flight = queue.popleft()
            if queue:
                self._queues[client] = queue  # at the end of the line
            self._leave(flight)
            self._idle -= 1
            flight.turn = LongTurn(self._free) if flight.is_job else None
            flight.stop = self._begin_work(flight.work, partial(self._finish, flight, time.perf_counter()))

    def _free(self) -> None:
        self._idle += 1
        self._begin()

    def _in_thread(self, work: Any, finish: Callable[[Outcome], None]) -> None:
        self._threads.submit(partial(_do, asyncio.get_running_loop(), work, finish))

    def _finish(self, flight: Flight, begun: float, outcome: Outcome) -> None:
        self._idle += flight.turn is None or flight.turn.end()
        if not isinstance(outcome, BaseException):
            outcome.spent["wait"] = begun - flight.since
        flight.tell(outcome)
        self._begin()

    def _abandon(self, flight: Flight) -> None:
        """Forget work that nobody waits for, unless a thread does it already."""
        if self._flights.get(flight.key) is not flight:
            return
        queue = self._queues[flight.client]
        queue.remove(flight)
        if not queue:
            del self._queues[flight.client]
        self._leave(flight)

    def _expire(self, key: Hashable) -> None:
        flight = self._flights[key]
        self._abandon(flight)
        late = f"the server is busy: no turn came within {_PATIENCE:g} s; retry in a while"
        flight.tell(Unavailable(late))

    def _leave(self, flight: Flight) -> None:
        flight.expiry.cancel()
        self._queued -= 1
        del self._flights[flight.key]


def as_task(work: Callable[[], Coroutine[Any, Any, Response]], finish: Callable[[Outcome], None]) -> Stop:
    """Begin work that waits for others; see `Workers`."""
    task = asyncio.ensure_future(work())
    task.add_done_callback(lambda done: finish(_outcome(done)))
    return task.cancel


def _outcome(task: "asyncio.Task[Response]") -> Outcome:
    if task.cancelled():
        return Unavailable("the server is shutting down")
    return task.exception() or task.result()


def _do(
    loop: asyncio.AbstractEventLoop, work: Callable[[], Response], finish: Callable[[Outcome], None]
) -> None:
    """In a thread: do the work."""
    try:
        outcome: Outcome = work()
    except BaseException as error:  # noqa: BLE001 (handed on to everyone who waits)
        outcome = error
    try:
        loop.call_soon_threadsafe(finish, outcome)
    except RuntimeError:  # the loop has ended meanwhile, and nobody waits any more
        return
