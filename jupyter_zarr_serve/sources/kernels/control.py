"""Asking a kernel over its control channel, where its socket cannot be reached: slower, but from anywhere.

All requests share one channel, and replies name theirs. A kernel never replies to a type of message
that it does not know; so a greeting is followed by a question that every kernel answers, and since a
kernel takes messages in order, that answer alone says that nothing is published.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from ...core.errors import ServeError
from ...messages import REPLY, REQUEST, Content, Message, content_of, frame_of, giving_up
from ...progress_frames import progress_of
from ...wire import FrameError, decode_hello
from ..responders.connection import Frame, Tell
from ..send_budget import SendBudget
from .channel import Channel, Opener
from .slots import KernelSlots

_COMMON_REQUEST, _COMMON_REPLY = "kernel_info_request", "kernel_info_reply"
_SILENCE_SECONDS = 1.0  # without an answer, before we ask whether the kernel is still the same
_IDLE_SECONDS = 60.0  # a gateway never culls a kernel to which a channel is open


class Control:
    """One channel to one kernel: made when it is needed, closed when idle for long.

    Parameters
    ----------
    kernel
        Jupyter's manager of the kernel.
    open_channel
        Opens a channel to it.

    Attributes
    ----------
    has_greeted
        Whether the kernel has ever said that it publishes.
    """

    def __init__(self, kernel: Any, open_channel: Opener, slots: KernelSlots) -> None:
        self.has_greeted = False
        self._kernel = kernel
        self._open_channel = open_channel
        self._opening: asyncio.Task[Channel] | None = None
        self._service: str | None = None  # the nonce of who has greeted over this channel
        self._slots = slots
        self._watching = KernelSlots(SendBudget())
        self._awaited: dict[str, asyncio.Future[Message | None]] = {}
        self._telling: dict[str, Tell] = {}
        self._rest: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether the kernel has greeted over the present channel."""
        return self._service is not None

    async def ask(
        self, frame: bytes, client: str = "", tell: Tell | None = None, *, is_watching: bool = False
    ) -> Frame:
        """The kernel's answer to a request; one who watches waits long, and takes no turn from others.

        Parameters
        ----------
        tell
            Is told how far a job is.

        Raises
        ------
        FileNotFoundError
            If the kernel publishes nothing.
        Unavailable
            If it is dead, or there is no channel to be had, or too many requests wait.
        ConnectionError
            If the channel is lost, or the kernel restarted, before the answer came.
        """
        slots = self._watching if is_watching else self._slots
        await slots.take(client)
        job = None if tell is None else slots.of_job()
        try:
            service = self._service or await self.greet()
            return await self._answered(await self._channel(), frame, service, tell)
        finally:
            slots.give(job)

    async def _answered(self, channel: Channel, frame: bytes, service: str, tell: Tell | None) -> Frame:
        with self._sent(channel, REQUEST, content_of(frame)) as (sent, answer):
            if tell is not None:
                self._telling[sent] = tell
            try:
                while not (await asyncio.wait({answer}, timeout=_SILENCE_SECONDS))[0]:
                    if await self.greet() != service:
                        raise ConnectionResetError("the kernel was restarted and has published again")
            except asyncio.CancelledError:  # the kernel keeps a late answer for the next who asks
                with contextlib.suppress(ConnectionError):
                    channel.send(REQUEST, giving_up(sent))
                raise
            finally:
                self._telling.pop(sent, None)
            return _frame(answer)

    async def greet(self) -> str:
        """The nonce of what publishes in the kernel, another one after each restart.

        Raises
        ------
        FileNotFoundError
            If nothing does.
        Unavailable
            If the kernel is dead, or there is no channel to be had.
        ConnectionError
            If the channel is lost, or the kernel restarted.
        """
        channel = await self._channel()
        try:
            await channel.check()
        except (ServeError, ConnectionError):
            self.close()
            raise
        with (
            self._sent(channel, REQUEST, {}) as (_, hello),
            self._sent(channel, _COMMON_REQUEST, {}) as (_, other),
        ):
            await asyncio.wait({hello, other}, return_when=asyncio.FIRST_COMPLETED)
            if not hello.done():
                self._service = None
                raise FileNotFoundError("the kernel knows no such request")
            self._service = decode_hello(_frame(hello)[0])
        self.has_greeted = True
        return self._service

    def close(self) -> None:
        """Close the channel; whoever waits for an answer is told that it is lost."""
        opening, self._opening = self._opening, None
        self._service = None
        if opening is not None:
            opening.add_done_callback(_close)
        for answer in self._awaited.values():
            if not answer.done():
                answer.set_result(None)
        if self._rest is not None:
            self._rest.cancel()

    async def _channel(self) -> Channel:
        """The channel; whoever gives up waiting for it leaves it to those who come later."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_channel(self._kernel, self._take))
        self._rest_later()
        opening = self._opening
        try:
            return await asyncio.shield(opening)
        except ServeError:
            if self._opening is opening:
                self._opening = None
            raise

    @contextlib.contextmanager
    def _sent(
        self, channel: Channel, kind: str, content: Content
    ) -> Iterator[tuple[str, asyncio.Future[Message | None]]]:
        """Send a message; inside, its reply, or None when the channel is lost, is to come.

        Yields
        ------
        The id of the message, and its reply.
        """
        sent = channel.send(kind, content)
        self._awaited[sent] = asyncio.get_running_loop().create_future()
        try:
            yield sent, self._awaited[sent]
        finally:
            del self._awaited[sent]

    def _take(self, message: Message | None) -> None:
        if message is None:
            self.close()
        elif message["header"]["msg_type"] in {REPLY, _COMMON_REPLY}:
            asked = message["parent_header"].get("msg_id")
            answer = self._awaited.get(asked)
            if asked in self._telling and self._is_progress(message, self._telling[asked]):
                return
            if answer is not None and not answer.done():
                answer.set_result(message)

    def _is_progress(self, message: Message, tell: Tell) -> bool:
        """Whether a reply only tells how far the answer is."""
        try:
            progress = progress_of(frame_of(message)[0])
        except FrameError:  # which is told of as that of an answer
            return False
        if progress is not None:
            tell(progress)
        return progress is not None

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._close_idle)

    def _close_idle(self) -> None:
        if self._slots.taken or self._watching.taken:
            self._rest_later()
        else:
            self.close()


def _frame(answer: asyncio.Future[Message | None]) -> Frame:
    message = answer.result()
    if message is None:
        raise ConnectionResetError("the channel to the kernel is lost")
    return frame_of(message)


def _close(opening: asyncio.Task[Channel]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
