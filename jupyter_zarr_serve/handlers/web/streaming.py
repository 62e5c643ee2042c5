"""Long answers that are made while they are sent: never more than one part is held."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from ...core.progress import Progress
from ...serve.request import Response
from ...sources.send_budget import AT_ONCE
from .answering import PATIENCE, SLOWEST, AnsweringHandler
from .filenames import attachment


class StreamingHandler(AnsweringHandler):
    """Sends one part after the other, the next one only when the client has taken the last.

    It listens to how far a part is, which it tells nobody: a part may take as long as the client waits.
    """

    is_job = True

    def tell(self, progress: Progress) -> None:
        """See `core.progress.Listener`."""

    def is_wanted(self) -> bool:
        """See `core.progress.Listener`."""
        return not self._has_gone

    async def stream(
        self, parts: AsyncIterator[Response], client: str, head: Callable[[int], None]
    ) -> None:
        """Send the bodies of answers as one; end short of what was announced where one of them fails.

        Parameters
        ----------
        parts
            Ends early where the client hangs up.
        head
            Sets the headers, once the first part is there; it is told how many bytes that has.
        """
        has_begun = False
        async for response in parts:
            if response.status != 200:
                return await self.send(response, client) if not has_begun else self._break_off(response)
            if not has_begun:
                head(len(response.body))
                has_begun = True
            if not await self._hand_over(response.body, client):
                return None
        if self._has_gone:
            return None
        if not has_begun:
            head(0)
        return await self.finish()

    def name_file(self, suffix: str) -> None:
        """Give what people save the name of what was asked for, if they do."""
        if self.get_query_argument("download", ""):
            name = next((name for name in reversed(self.asked_path) if name), "data")
            self.set_header("Content-Disposition", attachment(name, suffix))

    async def _hand_over(self, body: bytes, client: str) -> bool:
        """Send some bytes; whether the client took them."""
        with self._budget.sending(len(body), client, self._end):
            try:
                async with asyncio.timeout(PATIENCE + len(body) / SLOWEST):
                    for start in range(0, len(body), AT_ONCE):
                        self.write(bytes(body[start : start + AT_ONCE]))
                        await self.flush()
                        await asyncio.sleep(0)  # a client that takes all at once keeps no others waiting
            except StreamClosedError as error:
                error.__traceback__ = error.__context__ = None  # which would keep the body
                return False
            except TimeoutError:
                self._end()
                self.log.warning("a client took too long for a part of a file; its connection was closed")
                return False
        return True

    def _break_off(self, response: Response) -> None:
        """Close the connection, so that the client sees that the rest is missing."""
        path = "/".join(self.asked_path)
        self.log.warning("the export of %s broke off: %s", path, response.message or response.status)
        cast("HTTP1Connection", self.request.connection).close()
