"""All live connections of a server: how many there are, and whether those who opened them still may."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Protocol

from ...core import limits

_LOOK_SECONDS = 0.5


class Connected(Protocol):
    """A live connection, as far as this needs it."""

    @property
    def who(self) -> str:
        """The client."""

    @property
    def pass_of(self) -> str:
        """What lets it in, the same for all that one share link opened; "" needs no look."""

    def may_stay(self) -> Awaitable[bool]:
        """Whether what let it in still does."""

    def dismiss(self) -> None:
        """Close it."""


class Sockets:
    """The live connections; looked after as long as there are some that need it."""

    def __init__(self) -> None:
        self._connected: set[Connected] = set()
        self._count: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._connected)

    def is_full_for(self, who: str) -> bool:
        """Whether no more connections can be had, at all or by one client."""
        return len(self._connected) >= limits.SOCKETS or self._count[who] >= limits.SOCKETS_OF_CLIENT

    def add(self, one: Connected) -> None:
        """Count a connection, and look after it."""
        self._connected.add(one)
        self._count[one.who] += 1
        if one.pass_of and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._look())

    def remove(self, one: Connected) -> None:
        """Count it no more."""
        if one in self._connected:
            self._connected.remove(one)
            self._count[one.who] -= 1
            self._count += Counter()  # without those that have none

    async def _look(self) -> None:
        """Close those whose link was revoked or has expired."""
        while by_pass := self._by_pass():
            for connected in by_pass.values():
                if not await connected[0].may_stay():
                    for one in connected:
                        one.dismiss()
            await asyncio.sleep(_LOOK_SECONDS)

    def _by_pass(self) -> dict[str, list[Connected]]:
        found: dict[str, list[Connected]] = {}
        for one in self._connected:
            if one.pass_of:
                found.setdefault(one.pass_of, []).append(one)
        return found
