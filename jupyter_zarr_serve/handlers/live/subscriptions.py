"""What one live connection is subscribed to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ...core import limits
from ...core.errors import ServeError
from ...sources.live.state import Notice
from ...sources.live.topics import Topic, Topics
from ..web.scope import parted
from .outbox import Outbox
from .reader import Reader

_REFUSED = {400, 401, 403, 422}

Say = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(eq=False)
class _Subscription:
    """A path as it was spelled; its topic once the path was looked at."""

    path: str
    listener: Callable[[Notice], None] = field(default=lambda _: None)
    joining: "asyncio.Task[None] | None" = None
    topic: Topic | None = None
    is_view: bool = False

    def tell(self, _: Topic, notice: Notice) -> None:
        """Hand a notice on to whoever listens now."""
        self.listener(notice)


class Subscriptions:
    """Joins and leaves topics for one connection.

    Parameters
    ----------
    say
        Sends a frame.
    outbox
        Sends notices.
    """

    def __init__(self, topics: Topics, reader: Reader, say: Say, outbox: Outbox) -> None:
        self._topics, self._reader, self._say, self._outbox = topics, reader, say, outbox
        self._of: dict[str, _Subscription] = {}

    def add(self, paths: Iterable[str], since: int | None) -> str | None:
        """Subscribe to paths; the reason why not, if there is one.

        Parameters
        ----------
        since
            The number of the last notice that the client has seen: what it missed is told at once.
        """
        new = [path for path in dict.fromkeys(paths) if path not in self._of]
        if len(self._of) + len(new) > limits.SUBSCRIPTIONS:
            return f"paths: a connection has {limits.SUBSCRIPTIONS} subscriptions at most; end some of them"
        for path in new:
            subscription = self._of[path] = _Subscription(path)
            subscription.joining = asyncio.create_task(self._join(subscription, since))
        return None

    def remove(self, paths: Iterable[str]) -> None:
        """End subscriptions; those that there are not are passed over."""
        for path in paths:
            subscription = self._of.pop(path, None)
            if subscription is not None:
                self._leave(subscription)

    def close(self) -> None:
        """End all."""
        self.remove(list(self._of))

    async def _join(self, subscription: _Subscription, since: int | None) -> None:
        names = self._reader.place(subscription.path)
        view, below = parted(names)
        response = await self._reader.existence(names)
        if response.status in _REFUSED:
            await self._refuse(subscription, response.status, response.message)
            return
        waiting: list[Notice] = []
        subscription.is_view, subscription.listener = bool(view), waiting.append
        try:
            topic = subscription.topic = self._topics.join(below, self._reader.within, subscription.tell)
        except ServeError as error:
            await self._refuse(subscription, error.status, str(error))
            return
        await topic.known()
        missed, seq = None if since is None else topic.missed(since), topic.seq
        await self._say(
            {
                "type": "subscribed",
                "path": subscription.path,
                "seq": seq,
                "generation": topic.generation,
                "is_there": topic.state is not None and topic.state.is_there,
            }
        )
        subscription.listener = partial(self._put, subscription)
        for notice in [*([missed] if missed else []), *(one for one in waiting if one.seq > seq)]:
            self._put(subscription, notice)

    async def _refuse(self, subscription: _Subscription, status: int, message: str) -> None:
        self._of.pop(subscription.path, None)
        await self._say(
            {"type": "refused", "path": subscription.path, "status": status, "message": message}
        )

    def _put(self, subscription: _Subscription, notice: Notice) -> None:
        told = replace(notice, part=None) if subscription.is_view else notice
        self._outbox.put(subscription.path, told)

    def _leave(self, subscription: _Subscription) -> None:
        if subscription.joining is not None:
            subscription.joining.cancel()
        if subscription.topic is not None:
            self._topics.leave(subscription.topic, self._reader.within, subscription.tell)
        self._outbox.forget(subscription.path)
