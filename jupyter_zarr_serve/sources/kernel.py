"""What one live kernel publishes.

Where it cannot be asked, 404 is said of documents and listings only: a client that still reads chunks
would take it for fill values.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

from ..core.errors import NotFound, ServeError, Unavailable
from ..core.respond import Request, Response, may_be_chunk, refusal
from ..wire import decode_response, encode_request
from .kernel_connection import Connection, Frame
from .kernel_endpoint import Kernel, announcement, open_connection, process_of
from .kernel_pool import Pool


class KernelSource:
    """Answers requests for what one kernel publishes.

    Parameters
    ----------
    kernel
        Jupyter's manager of the kernel.
    seconds
        How long a request may take.
    """

    def __init__(self, kernel: Kernel, seconds: float) -> None:
        self.kernel = kernel
        self.has_published = False
        self._seconds = seconds
        self._pool = Pool(self._open, self._is_same)
        self._process: Any = None

    async def ask(self, request: Request, *, expected: bool = False) -> Response:
        """The kernel's answer; 503 when it gives none in time.

        Parameters
        ----------
        expected
            Whether something has been published at this address before.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._relay(request)
        except TimeoutError:
            message = f"the kernel is busy: no answer within {self._seconds:g} s; retry in a while"
            return refusal(Unavailable(message), request.method)
        except FileNotFoundError:
            return refusal(self._nothing(request, expected=expected), request.method)
        except ServeError as error:
            return refusal(error, request.method)

    async def publishes(self) -> bool:
        """Whether the kernel says where it listens."""
        try:
            found = await asyncio.to_thread(announcement(self.kernel).exists)
        except Unavailable:
            return False
        self.has_published = self.has_published or found
        return found

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    async def _relay(self, request: Request) -> Response:
        header, body = await self._frame(encode_request(request))
        self.kernel.last_activity = datetime.now(UTC)  # culling looks at it
        return decode_response(header, cast("bytes", body))

    async def _frame(self, frame: bytes) -> Frame:
        """The answer; asked for twice if need be, since a restart may end a connection at any time."""
        try:
            return await self._pool.ask(frame)
        except ConnectionError:
            pass
        try:
            return await self._pool.ask(frame)
        except ConnectionError as error:
            raise Unavailable("the kernel hung up instead of answering; retry in a while") from error

    async def _open(self, connection: Connection) -> None:
        self._process = await process_of(self.kernel)
        await open_connection(self.kernel, connection)
        self.has_published = True

    async def _is_same(self) -> bool:
        try:
            return bool(await process_of(self.kernel) == self._process)
        except Unavailable:
            return False

    def _nothing(self, request: Request, *, expected: bool) -> ServeError:
        if self.has_published or expected:
            message = "the kernel has not published since it was restarted; run the cell that publishes"
        else:
            message = "the kernel publishes nothing; run: import jupyter_zarr_serve as jz; jz.publish(...)"
        return absence(request, Unavailable(message), expected=self.has_published or expected)


def absence(request: Request, failure: ServeError, *, expected: bool = False) -> ServeError:
    """`failure` where something is expected or a chunk may be asked for; else `NotFound`."""
    return failure if expected or may_be_chunk(request) else NotFound(str(failure))
