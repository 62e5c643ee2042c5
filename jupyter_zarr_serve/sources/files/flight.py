"""Work that several clients may wait for; see `workers`."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any

from ...serve.request import Response
from ..long_turn import LongTurn

Outcome = Response | BaseException
Work = Callable[[], Response] | Callable[[], Coroutine[Any, Any, Response]]
Stop = Callable[[], object]


@dataclass(eq=False)
class Flight:
    """One piece of work, and who waits for it: each by a future of its own."""

    key: Hashable
    client: str
    work: Work
    since: float
    expiry: asyncio.TimerHandle
    is_job: bool
    waiting: "set[asyncio.Future[Response]]" = field(default_factory=set)
    turn: LongTurn | None = None
    stop: Stop | None = None

    def tell(self, outcome: Outcome) -> None:
        """Tell everybody who waits."""
        for answer in self.waiting:
            if answer.done():  # who waited is gone
                continue
            if isinstance(outcome, BaseException):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

    def end_unless_wanted(self) -> None:
        """End it, if it can be ended and nobody waits for it."""
        if not self.waiting and self.stop is not None:
            self.stop()
