"""Following the list of share links, whoever changes it: this server, another one or the command line."""

import asyncio
import time
from collections.abc import Awaitable

from ...core.known_names import SHARES
from ...serve.request import Request, Response
from ...shares.sharing import Sharing
from ...sources.live.followable import Followable
from ...sources.live.polled import polled
from ...sources.live.state import Path, State, Stop, Told

_LOOK_SECONDS = 0.2
_SHARE = 20  # looks take at most one part in so many of the time


class WithShares:
    """A source in which the list of share links can be followed, too, as the path `SHARES`.

    Its kind is `members` where links are made, end or are revoked, and `data` where they are used.
    """

    def __init__(self, source: Followable, sharing: Sharing) -> None:
        self._source, self._sharing = source, sharing

    def ask(self, request: Request) -> Response | Awaitable[Response]:
        """See `sources.Source`."""
        return self._source.ask(request)

    def follow(self, path: Path, within: int, told: Told) -> Stop:
        """See `Followable`."""
        return polled(self._look, told) if path == (SHARES,) else self._source.follow(path, within, told)

    async def _look(self) -> tuple[State, float]:
        began = time.monotonic()
        links, uses = await asyncio.to_thread(self._sharing.marks)
        return State(SHARES, links, uses), max(_LOOK_SECONDS, _SHARE * (time.monotonic() - began))
