"""Which step of its time axis a group has reached, as the viewer gridlook asks for it beside a store.

References
----------
https://github.com/d70-t/gridlook/blob/main/docs/live-datasets.md (the contract)
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

from jupyter_server.auth.decorator import authorized
from tornado import web

from ...core import limits
from ...core.errors import NotFound, ServeError, Unavailable
from ...core.known_names import ZARR_JSON
from ...serve.request import JSON, Request, Response, refusal
from ...sources import response_of
from ...sources.live.state import Notice
from ...sources.live.topics import Topic, Topics
from ...sources.send_budget import SendBudget
from ..web.answering import AnsweringHandler
from ..web.asking import told_by
from ..web.scope import parted
from ..web.visitor import Whole
from .sockets import Sockets

AXIS = "time"  # the one dimension that gridlook follows
ATTRIBUTE = "current_timestep"
_PAUSE = 0.1  # seconds from one look to the next
_MOST_TOLD = 4096  # of clients and groups
_MOST_FOLLOWED = 16  # arrays of a group


class Steps:
    """The last step that each client was told of each group; the oldest ones are forgotten."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, tuple[str, ...]], int] = {}

    def of(self, who: str, path: tuple[str, ...]) -> int | None:
        """The step that a client was told last; None if it was told none."""
        return self._told.get((who, path))

    def note(self, who: str, path: tuple[str, ...], step: int) -> None:
        """Note what a client is told."""
        self._told.pop((who, path), None)
        self._told[who, path] = step
        if len(self._told) > _MOST_TOLD:
            del self._told[next(iter(self._told))]


class TimestepHandler(AnsweringHandler):
    """Tells the newest step of a group at once, or as soon as it is another one."""

    _is_dismissed = False
    pass_of = ""

    def initialize(  # type: ignore[override]
        self, source: Whole, budget: SendBudget, topics: Topics, sockets: Sockets, steps: Steps
    ) -> None:
        """Take what all of these requests share."""
        super().initialize(source, budget)
        self._topics, self._sockets, self._steps = topics, sockets, steps

    @property
    def prefix(self) -> str:
        """The name of the store."""
        return f"v{self.path_args[0]}"

    @property
    def asked_path(self) -> tuple[str, ...]:
        """That of the group."""
        return super().asked_path if self._other_path is not None else super().asked_path[:-1]

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, _format: str, _path: str | None, which: str) -> None:
        """The step, as JSON.

        Raises
        ------
        HTTPError
            503 if too many wait already; 403 if a share link is revoked meanwhile.
        """
        self.who = self.client()
        self.set_header("Cache-Control", "no-store")
        step = await self._later(self._next() if which == "next" else self._step())
        if self._is_dismissed:
            raise web.HTTPError(403, "this link is not valid any more")
        if isinstance(step, Response):
            await self.send(step, self.who)
        elif step is not None:
            self._steps.note(self.who, self.asked_path, step)
            await self.finish({"timestep": step})

    head = get

    async def may_stay(self) -> bool:
        """See `Connected`."""
        return await self._entrance.still_admits(self)

    def dismiss(self) -> None:
        """See `Connected`."""
        self._is_dismissed = True
        self._is_another.set()

    async def _next(self) -> int | Response | None:
        """The step once it is another one than the client knows; the same one if that takes long."""
        if self._sockets.is_full_for(self.who):
            return refusal(Unavailable("too many live connections are open; close some"))
        self.pass_of = self.visitor.link.id if self.visitor.link is not None else ""
        self._is_another = asyncio.Event()
        until = time.monotonic() + limits.JOB_WAIT
        joined: list[Topic] = []
        self._sockets.add(self)
        try:
            arrays = await self._arrays()
            if isinstance(arrays, Response):
                return arrays
            await self._follow([(), *list(arrays)[:_MOST_FOLLOWED]], joined)
            return await self._other_step(until)
        finally:
            for topic in joined:
                self._topics.leave(topic, self._within, self._hear)
            self._sockets.remove(self)

    async def _other_step(self, until: float) -> int | Response | None:
        known = self._steps.of(self.who, self.asked_path)
        while True:
            self._is_another.clear()
            step = await self._step()
            known = step if known is None and isinstance(step, int) else known
            left = until - time.monotonic()
            if step != known or left <= 0 or self._is_dismissed:
                return step
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._is_another.wait()
            await asyncio.sleep(_PAUSE)

    async def _follow(self, paths: list[tuple[str, ...]], joined: list[Topic]) -> None:
        group = parted(self.asked_path)[1]
        for path in paths:
            with suppress(ServeError):  # what cannot be followed is looked at in the end
                joined.append(self._topics.join((*group, *path), self._within, self._hear))
        for topic in joined:
            await topic.known()

    @property
    def _within(self) -> int:
        return len(self.scope.path)

    def _hear(self, _: Topic, __: Notice) -> None:
        self._is_another.set()

    async def _step(self) -> int | Response | None:
        """The newest step; a failure if there is none, and None if the client has gone."""
        arrays = await self._arrays()
        if isinstance(arrays, Response):
            return arrays
        count = min(arrays.values())
        if not count:
            return refusal(Unavailable("no step is there yet"), self._method)
        told = self._attributes.get(ATTRIBUTE)
        is_told = isinstance(told, int) and not isinstance(told, bool) and 0 <= told < count
        return told if is_told else count - 1

    async def _arrays(self) -> Mapping[tuple[str, ...], int] | Response:
        """The lengths of the time axes of all arrays of the group that have one; or a failure."""
        request = Request(
            3, (*self.asked_path, ZARR_JSON), location=self.request.path, form=JSON, client=self.who
        )
        response = await response_of(self._whole.reached_by(self.visitor), request)
        if response.status != 200:
            return response
        document = told_by(response)
        self._attributes = document.get("attributes", {})
        members = document.get("consolidated_metadata", {}).get("metadata", {})
        found = {
            tuple(path.split("/")): member["shape"][names.index(AXIS)]
            for path, member in members.items()
            if AXIS in (names := member.get("dimension_names") or [])
        }
        message = f"no array of this has a dimension called {AXIS!r}, so no step is told"
        return found or refusal(NotFound(message), self._method)

    @property
    def _method(self) -> str:
        return self.request.method or "GET"
