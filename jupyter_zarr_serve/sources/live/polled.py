"""Following by looking again and again, where nothing tells of changes."""

import asyncio
from collections.abc import Awaitable, Callable

from ...core.errors import ServeError
from .state import State, Stop, Told

Look = Callable[[], Awaitable[tuple[State | None, float]]]


def polled(look: Look, told: Told) -> Stop:
    """Told what a look shows, each time that it is something else, until it is stopped.

    Parameters
    ----------
    look
        Gives the state, None where it cannot be known just now, and the seconds until the next look.
    """

    async def run() -> None:
        known: State | None = None
        while True:
            try:
                state, seconds = await look()
            except (ServeError, OSError):
                state, seconds = None, 1.0
            if state is not None and (known is None or state.marks != known.marks):
                known = state
                told.tell(state)
            await asyncio.sleep(seconds)

    task = asyncio.get_running_loop().create_task(run())

    def stop() -> None:
        task.cancel()

    return stop
