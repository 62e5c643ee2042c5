"""Slots: how many requests are with one kernel at a time, and how many may wait."""

import asyncio

from ...core.errors import Unavailable
from ..long_turn import LongTurn
from ..send_budget import SendBudget

_MOST_AT_A_TIME = 8
_MOST_WAITING = 512


class KernelSlots:
    """Eight at a time; the others wait for their turn.

    Parameters
    ----------
    budget
        A client's turn does not come while answers that it has not taken yet fill it.

    Attributes
    ----------
    taken
        How many have or wait for a turn.
    """

    def __init__(self, budget: SendBudget) -> None:
        self.taken = 0
        self._budget = budget
        self._free = asyncio.Semaphore(_MOST_AT_A_TIME)

    async def take(self, client: str = "") -> None:
        """Wait for a turn; who has it must `give` it back.

        Raises
        ------
        Unavailable
            If too many wait.
        """
        if self.taken >= _MOST_WAITING:
            raise Unavailable("too many requests wait for the kernel; retry in a moment")
        self.taken += 1
        has_turn = False
        try:
            while not has_turn:
                await self._budget.room(client)
                await self._free.acquire()
                has_turn = self._budget.has_room_for(client)
                if not has_turn:  # one who must wait for room keeps no turn from others
                    self._free.release()
        finally:
            if not has_turn:
                self.taken -= 1

    def give(self, job: LongTurn | None = None) -> None:
        """Give a turn back, unless a job has done so early."""
        if job is None or job.end():
            self._free.release()
        self.taken -= 1

    def of_job(self) -> LongTurn:
        """Have a turn that was taken given back early, if the job takes long."""
        return LongTurn(self._free.release)
