"""What one live kernel publishes.

It is asked over its socket or, where that is out of reach, over its control channel.

Where it cannot be asked, 404 is said of documents and listings only: a client that still reads chunks
would take it for fill values.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from ...core.errors import ServeError, Unavailable
from ...core.memory import Memory
from ...serve.request import TOGETHER, Request, Response, refusal
from ...wire import encode_request
from ..live.state import Path, Stop, Told
from ..responders.answer import relayed
from ..responders.connection import Connection, Frame
from ..responders.together import parted
from ..send_budget import SendBudget
from .answers import absence, admitted_frame
from .channel import Opener, open_channel
from .control import Control
from .endpoint import Kernel, announcement, is_reachable, open_connection, process_of
from .following import Follower
from .late import Late
from .pool import Pool
from .revalidated import Revalidated
from .slots import KernelSlots

_LISTING_SECONDS = 1.0
_FOLLOWING_SECONDS = (0.1, 1.0)  # from one look to the next, over the socket and over the control channel


class KernelSource:
    """Answers requests for what one kernel publishes.

    Parameters
    ----------
    kernel
        Jupyter's manager of the kernel.
    seconds
        How long a request may take.
    open_channel
        Opens the control channel of a kernel.
    budget
        What bounds the bytes that are on their way.
    answers
        Remembers what the kernel said.
    """

    def __init__(
        self,
        kernel: Kernel,
        seconds: float,
        open_channel: Opener = open_channel,
        budget: SendBudget | None = None,
        answers: Revalidated | None = None,
    ) -> None:
        self.kernel = kernel
        self._has_published = False
        self._is_near = True
        self._seconds = seconds
        self._answers = answers or Revalidated(Memory(0))
        budget = budget or SendBudget()
        self._pool = Pool(self._open, self._is_same, KernelSlots(budget))
        self._following = Pool(self._open, self._is_same, KernelSlots(budget))  # keeps no turn from others
        self._follower = Follower(self._followed, lambda: _FOLLOWING_SECONDS[not self._is_near])
        self._control = Control(kernel, open_channel, KernelSlots(budget))
        self._process: Any = None
        self._late = Late()
        self._greeting: asyncio.Task[None] | None = None

    @property
    def has_published(self) -> bool:
        """Whether the kernel has ever been seen to publish."""
        return self._has_published or self._control.has_greeted

    async def ask(self, request: Request, *, expected: bool = False) -> Response:
        """The kernel's answer; 503 when it gives none in time.

        Parameters
        ----------
        expected
            Whether something has been published at this address before.
        """
        try:
            try:
                async with asyncio.timeout(None if request.is_job else self._seconds):
                    response = await relayed(request, self._told)
            except TimeoutError:
                raise Unavailable(await self._too_late(request)) from None
            self._late.forget(request)
        except FileNotFoundError:
            return refusal(self._nothing(request, expected=expected), request.method)
        except ServeError as error:
            return refusal(error, request.method)
        return response

    def follow(self, path: Path, told: Told) -> Stop:
        """See `Follower.follow`."""
        return self._follower.follow(path, told)

    async def publishes(self) -> bool:
        """Whether the kernel says that it does; one that says nothing in time, whether it ever did."""
        try:
            async with asyncio.timeout(_LISTING_SECONDS):
                return await self._publishes()
        except TimeoutError:
            return self.has_published
        except (Unavailable, FileNotFoundError, ConnectionError):
            return False

    @property
    def is_connected(self) -> bool:
        """Whether a connection is open, of either kind."""
        return self._pool.is_open or self._control.is_open

    def close(self) -> None:
        """Close all connections, and forget what the kernel said."""
        self._answers.drop(self._pool)
        self._pool.close()
        self._following.close()
        self._follower.close()
        self._control.close()

    async def _told(self, request: Request) -> Response:
        asked = self._answers.asked(self._pool, request)
        frame = await self._frame(encode_request(asked), request)
        self.kernel.last_activity = datetime.now(UTC)  # culling looks at it
        response = await admitted_frame(asked, frame)
        if request.form == TOGETHER:
            return parted(request, response)
        return self._answers.full(self._pool, request, response)

    async def _followed(self, request: Request) -> Response:
        """The answer to who follows something, whom culling does not wait for."""
        if not await self.publishes():
            raise FileNotFoundError("the kernel publishes nothing")
        way, frame = await self._way(), encode_request(request)
        if way is self._control:
            return await admitted_frame(request, await self._control.ask(frame, is_watching=True))
        return await admitted_frame(request, await self._following.ask(frame))

    async def _frame(self, frame: bytes, request: Request) -> Frame:
        """The answer; asked for twice if need be, since a restart may end a connection at any time."""
        tell = request.listener.tell if request.is_job and request.listener is not None else None
        try:
            return await (await self._way()).ask(frame, request.client, tell)
        except ConnectionError:
            pass
        try:
            return await (await self._way()).ask(frame, request.client, tell)
        except ConnectionError as error:
            raise Unavailable("the kernel hung up instead of answering; retry in a while") from error

    async def _way(self) -> Pool | Control:
        """Whatever is open already, else the connections if they can be had."""
        if self._pool.is_open or self._control.is_open:
            return self._pool if self._pool.is_open else self._control
        self._is_near = await asyncio.to_thread(is_reachable, self.kernel)
        if self._is_near:
            return self._pool
        is_announced = announcement(self.kernel) is not None  # with a socket that is not here
        self._has_published = self._has_published or is_announced
        return self._control

    async def _publishes(self) -> bool:
        file = announcement(self.kernel)
        is_announced = file is not None and await asyncio.to_thread(file.exists)
        self._has_published = self._has_published or is_announced
        if await self._way() is self._control:
            await self._control.greet()
            return True
        return is_announced

    async def _too_late(self, request: Request) -> str:
        late = f"no answer within {self._seconds:g} s"
        spent = self._late.seconds(request, self._seconds)
        if await self._is_awake():
            return (
                f"{late}: {'/'.join(request.path)} is computing since {spent:.0f} s; retry, and you get it "
                "when it is done; or raise kernel_timeout in c.ZarrServeApp.limits"
            )
        if self._is_near:
            return f"{late}: the kernel is busy (one long call lets nothing else run); retry in a while"
        return (
            f"{late} over the kernel's control channel, the only way to a kernel whose socket this server "
            "cannot reach: it is busy, has ended or is no Python kernel; retry in a while"
        )

    async def _is_awake(self) -> bool:
        """Whether threads of the kernel run, so that it is what was asked for that takes long.

        Raises
        ------
        FileNotFoundError, Unavailable
            If it no longer listens.
        """
        if self._greeting is None or self._greeting.done():
            self._greeting = asyncio.create_task(self._greet())
        try:
            await asyncio.shield(self._greeting)
        except TimeoutError:
            return False
        return True

    async def _greet(self) -> None:
        async with asyncio.timeout(_LISTING_SECONDS):
            if not self._is_near:
                await self._greet_from_afar()
                return
            connection = Connection()
            try:
                await open_connection(self.kernel, connection)
            finally:
                connection.abort()

    async def _greet_from_afar(self) -> None:
        try:
            await self._control.greet()
        except ConnectionError as error:
            raise Unavailable("the kernel was restarted while it was asked; retry in a while") from error

    async def _open(self, connection: Connection) -> None:
        self._process = await process_of(self.kernel)
        await open_connection(self.kernel, connection)
        self._has_published = True

    async def _is_same(self) -> bool:
        try:
            return bool(await process_of(self.kernel) == self._process)
        except Unavailable:
            return False

    def _nothing(self, request: Request, *, expected: bool) -> ServeError:
        if self.has_published or expected:
            message = "the kernel no longer listens (was it restarted?): run the cell that publishes again"
        else:
            message = "the kernel publishes nothing; run: import jupyter_zarr_serve as jz; jz.publish(...)"
        return absence(request, Unavailable(message), expected=self.has_published or expected)
