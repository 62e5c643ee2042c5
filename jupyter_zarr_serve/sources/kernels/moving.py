"""Following a path in the kernel of a notebook, which may be another one at any time."""

import asyncio
from collections.abc import Awaitable, Callable

from ..live.state import NOTHING, Path, Stop, Told
from .kernel import KernelSource

_LOOK_SECONDS = 1.0  # from one look at which kernel it is to the next

Place = tuple[KernelSource, Path]  # a kernel, and the path in it


def following(find: Callable[[], Awaitable[Place | None]], told: Told) -> Stop:
    """Told the state of a path in whatever kernel has it, until it is stopped.

    Parameters
    ----------
    find
        Gives the kernel, and the path there; None where no kernel runs.
    """
    stops: list[Stop] = []

    async def run() -> None:
        before: Place | None = None
        is_first = True
        while True:
            place = await find()
            if place != before or is_first:
                _end(stops)
                if place is None:
                    told.tell(NOTHING)
                else:
                    stops.append(place[0].follow(place[1], told))
            before, is_first = place, False
            await asyncio.sleep(_LOOK_SECONDS)

    task = asyncio.get_running_loop().create_task(run())

    def stop() -> None:
        task.cancel()
        _end(stops)

    return stop


def _end(stops: list[Stop]) -> None:
    while stops:
        stops.pop()()
