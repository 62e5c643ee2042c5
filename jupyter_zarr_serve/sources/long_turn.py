"""Turns of jobs, among those of quick requests."""

import asyncio
from collections.abc import Callable

_LONG = 2.0  # seconds


class LongTurn:
    """The turn of a job: it ends after a while, so that a long job keeps no turn from others.

    Parameters
    ----------
    give
        Gives the turn back.
    """

    def __init__(self, give: Callable[[], None]) -> None:
        self._give = give
        self._is_given = False
        self._timer = asyncio.get_running_loop().call_later(_LONG, self._give_early)

    def _give_early(self) -> None:
        self._is_given = True
        self._give()

    def end(self) -> bool:
        """End it; whether its turn is still to be given back."""
        self._timer.cancel()
        return not self._is_given
