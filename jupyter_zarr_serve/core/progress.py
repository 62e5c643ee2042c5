"""How far a long answer is, and whether anybody still waits for it.

Whoever makes an answer counts its steps: the blocks, rows or parts of it. Whoever asked may listen. Where
nobody listens, counting costs nothing; where all who listened have gone, the next step raises, so that
nothing is made for nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Protocol, TypeVar

from .errors import Unavailable

UNITS = ("blocks", "rows", "parts")
_MOST = 2**63 - 1
_FIRST_SECONDS = 0.2  # what is done by then is told to nobody
_SECONDS = 0.1  # from one telling to the next
_LOOK_SECONDS = 0.05  # from one look whether anybody waits to the next

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """How far something is.

    Attributes
    ----------
    done, total
        Numbers of steps.
    unit
        What a step is, one of `UNITS`.
    fraction
        Between 0 and 1, the part of the present step that is done counted in.
    """

    done: int
    total: int
    unit: str
    fraction: float

    @property
    def is_sound(self) -> bool:
        """Whether the numbers can be true; those of another process need not be."""
        return 0 <= self.done <= self.total <= _MOST and self.unit in UNITS and 0 <= self.fraction <= 1


class Listener(Protocol):
    """Who waits for an answer, and is told how far it is; may be called in any thread."""

    @property
    def is_job(self) -> bool:
        """Whether it may take as long as it needs."""

    def tell(self, progress: Progress) -> None:
        """Take note of how far it is; must not raise."""

    def is_wanted(self) -> bool:
        """Whether the answer is still waited for."""


@dataclass(eq=False)
class Count:
    """The steps of one loop; `present` of them are what it does at once now."""

    report: "Report"
    total: int
    unit: str
    done: int = 0
    present: int = 1

    def step(self, steps: int = 1) -> None:
        """Note that steps are done.

        Raises
        ------
        Unavailable
            If nobody waits for the answer any more.
        """
        self.done = min(self.total, self.done + steps)
        self.report.go_on()


class Report:
    """How far one answer is; its loops may lie in each other, and in several threads.

    Parameters
    ----------
    listener
        Who is told of it.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._counts: list[Count] = []
        self._lock = Lock()
        self._fraction = 0.0
        self._looks_at = self._tells_at = monotonic()
        self._tells_at += _FIRST_SECONDS
        self._is_over = False
        self._followed: Progress | None = None
        self._followers = 0

    @property
    def is_job(self) -> bool:
        """See `Listener`."""
        return self._listener.is_job

    @contextmanager
    def counting(self, total: int, unit: str) -> Iterator[Count]:
        """Count the steps of a loop; those of the outermost one that is not done at once are told."""
        count = Count(self, total, unit)
        with self._lock:
            self._counts.append(count)
        try:
            self.go_on()
            yield count
        finally:
            with self._lock:
                self._counts.remove(count)

    def go_on(self) -> None:
        """Tell how far it is, if it is time to; and end it where nobody waits.

        Raises
        ------
        Unavailable
            If nobody waits for the answer any more.
        """
        now = monotonic()
        if now >= self._looks_at:
            self._looks_at = now + _LOOK_SECONDS
            self._is_over = self._is_over or not (self._listener.is_wanted() or self._followers)
        if self._is_over:
            raise Unavailable("it was cancelled, as nobody waited for it any more; ask again")
        if now >= self._tells_at:
            self._tells_at = now + _SECONDS
            with self._lock:
                told = self._now()
            if told is not None:
                self._listener.tell(told)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Have the answer made on, as another one waits for it, too."""
        with self._lock:
            self._followers += 1
        try:
            yield
        finally:
            with self._lock:
                self._followers -= 1

    def follow(self, other: "Report") -> None:
        """Tell how far another answer is, for which this one waits.

        Raises
        ------
        Unavailable
            If nobody waits for this one any more.
        """
        with other._lock:
            self._followed = other._now()
        self.go_on()

    def _now(self) -> Progress | None:
        counts = [count for count in self._counts if count.total > 1]
        lasting = [count for count in counts if count.present < count.total]
        if not counts or (self._followed is not None and not lasting):
            return self._followed
        counts = lasting or counts
        fraction, part = 0.0, 1.0
        for count in counts:
            fraction += part * count.done / count.total
            part *= count.present / count.total
        self._fraction = max(self._fraction, min(1.0, fraction))
        return Progress(counts[0].done, counts[0].total, counts[0].unit, self._fraction)


_report: ContextVar[Report | None] = ContextVar("report", default=None)


@contextmanager
def reporting(listener: Listener | None) -> Iterator[None]:
    """Tell a listener of all that is counted inside; nobody if there is none."""
    token = _report.set(None if listener is None else Report(listener))
    try:
        yield
    finally:
        _report.reset(token)


def report() -> Report | None:
    """The report of the answer that is made here now; None where nobody listens."""
    return _report.get()


def is_job() -> bool:
    """Whether what is made here may take as long as it needs, as whoever waits can end it."""
    present = _report.get()
    return present is not None and present.is_job


def go_on() -> None:
    """Raise `Unavailable` if nobody waits for the answer that is made here."""
    present = _report.get()
    if present is not None:
        present.go_on()


@contextmanager
def counted(total: int, unit: str) -> Iterator[Callable[[], None]]:
    """Count the steps of what is done inside; what is yielded is to be called after each."""
    present = _report.get()
    if present is None:
        yield lambda: None
        return
    with present.counting(total, unit) as count:
        yield count.step


def steps(items: Sequence[T], unit: str, weigh: Callable[[T], int] | None = None) -> Iterator[T]:
    """The items of a loop, each counted when the next one is wanted.

    Parameters
    ----------
    weigh
        How many steps an item is; one by default.

    Raises
    ------
    Unavailable
        If nobody waits for the answer any more.
    """
    present = _report.get()
    if present is None:
        yield from items
        return
    total = len(items) if weigh is None else sum(map(weigh, items))
    with present.counting(total, unit) as count:
        for item in items:
            count.present = 1 if weigh is None else weigh(item)
            yield item
            count.step(count.present)
