"""Following paths in one kernel: one question for all of them, answered when one of them changed.

The kernel is asked again and again with the marks that are known, so a question that is lost costs nothing.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ...core import limits
from ...core.errors import ServeError, Unavailable
from ...serve.request import FOLLOWED, Request, Response
from ..live.state import NOTHING, Part, Path, State, Stop, Told

_WAIT = 20  # seconds of one question
_PATIENCE = 5.0  # seconds more, for an answer that is due
_LEAST_PAUSE = 0.1  # seconds from one question to the next
_LONGEST_PAUSE = 30.0
_FAILED_PAUSE = 0.5  # seconds, after a kernel could not be asked
_MOMENT = 0.01  # seconds in which others may begin to follow something as well
_MARK = re.compile(r"[!-~]{0,120}")
_UNKNOWN = ("?", "?", "?")

Ask = Callable[[Request], Awaitable[Response]]


@dataclass
class _Followed:
    """A path, those who follow it, and its state as it was told last."""

    state: State | None = None
    told: dict[object, Told] = field(default_factory=dict)


class Follower:
    """Follows paths in one kernel; for one event loop.

    Parameters
    ----------
    ask
        Asks the kernel; raises `ConnectionError` or `FileNotFoundError` where it publishes nothing.
    pause
        The least seconds from one question to the next.
    """

    def __init__(self, ask: Ask, pause: Callable[[], float] = lambda: _LEAST_PAUSE) -> None:
        self._ask = ask
        self._pause = pause
        self._name = uuid.uuid4().hex[:12]
        self._followed: dict[Path, _Followed] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, path: Path, told: Told) -> Stop:
        """Told the state of a path as soon as it is known, and after each change.

        Raises
        ------
        Unavailable
            If too many paths are followed.
        """
        if path not in self._followed and len(self._followed) >= limits.FOLLOWED:
            raise Unavailable(f"more than {limits.FOLLOWED:,} paths of a kernel cannot be followed")
        followed = self._followed.setdefault(path, _Followed())
        token = object()
        followed.told[token] = told
        if followed.state is not None:
            told.tell(followed.state)
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

        def stop() -> None:
            followed.told.pop(token, None)
            if not followed.told and self._followed.get(path) is followed:
                del self._followed[path]
                self._changed.set()

        return stop

    def close(self) -> None:
        """Told that nothing is there any more, and end."""
        if self._task is not None:
            self._task.cancel()
        self._nothing()
        self._followed.clear()

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        while self._followed:
            if self._changed.is_set():
                await asyncio.sleep(_MOMENT)
            self._changed.clear()
            began, paths = now(), list(self._followed)
            try:
                pause = await self._question(paths)
            except (ConnectionError, FileNotFoundError):
                self._nothing()
                pause = _FAILED_PAUSE
            except (TimeoutError, ServeError):  # it is busy, or older than this: nothing is known to change
                pause = _FAILED_PAUSE
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, began + max(pause, self._pause()) - now())):
                    await self._changed.wait()

    async def _question(self, paths: list[Path]) -> float:
        """Ask, until something changed or other paths are followed; the seconds to wait then."""
        asking = asyncio.ensure_future(self._asked(paths))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({asking, changing}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else 0.0
        finally:
            for task in (asking, changing):
                task.cancel()
            await asyncio.wait({asking, changing})
            _ = asking.cancelled() or asking.exception()  # asyncio reports what nobody has seen

    async def _asked(self, paths: list[Path]) -> float:
        request = Request(3, (), form=FOLLOWED, options=self._options(paths))
        async with asyncio.timeout(_WAIT + _PATIENCE):
            response = await self._ask(request)
        if response.status != 200:
            raise Unavailable("the kernel does not tell changes")
        told = json.loads(bytes(response.body))
        for path, state in _states(told["states"], paths):
            self._tell(path, state)
        return min(max(0.0, float(told["pause"])), _LONGEST_PAUSE) if told["states"] else 0.0

    def _options(self, paths: Iterable[Path]) -> tuple[tuple[str, int | str], ...]:
        spelled = []
        for path in paths:
            followed = self._followed.get(path, _Followed())
            marks = _UNKNOWN if followed.state is None else followed.state.marks
            spelled.append([path, marks, sum(one.count for one in followed.told.values())])
        return ("paths", json.dumps(spelled)), ("wait", _WAIT), ("server", self._name)

    def _nothing(self) -> None:
        for path in list(self._followed):
            self._tell(path, NOTHING)

    def _tell(self, path: Path, state: State) -> None:
        followed = self._followed.get(path)
        if followed is None or (followed.state is not None and followed.state.marks == state.marks):
            return
        followed.state = state
        for each in list(followed.told.values()):
            each.tell(state)


def _states(told: list[dict[str, Any]], paths: list[Path]) -> Iterable[tuple[Path, State]]:
    """What a kernel says, as far as it can be so."""
    for one in told:
        marks = [str(mark) for mark in one["mark"]]
        is_known = len(marks) == len(_UNKNOWN) and all(map(_MARK.fullmatch, marks))
        if is_known and 0 <= one["at"] < len(paths):
            yield paths[one["at"]], State(marks[0], marks[1], marks[2], _part(one.get("part")))


def _part(told: list[list[int]] | None) -> Part | None:
    if not told or len(told) > limits.AXES or any(len(bounds) != 2 for bounds in told):
        return None
    part = tuple((start, stop) for start, stop in told)
    return part if all(0 <= start <= stop <= limits.LENGTH for start, stop in part) else None
