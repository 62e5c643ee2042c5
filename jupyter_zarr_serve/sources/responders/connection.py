"""One connection to a kernel: a handshake, then one request at a time.

A frame is received into one buffer, and its body is handed on as a view of it.
"""

import asyncio
from collections.abc import Callable

from ...core.progress import Progress
from ...progress_frames import MOST, progress_of
from ...wire import (
    PREFIX,
    FrameError,
    decode_hello,
    decode_welcome,
    encode_challenge,
    is_proof,
    kernel_proof,
    new_nonce,
    parse_prefix,
    server_proof,
)

Frame = tuple[memoryview, memoryview]  # header, body
Tell = Callable[[Progress], None]

_FIRST_BUFFER = 1 << 12  # bytes
_LARGEST_GUESS = 1 << 22  # bytes
_LARGEST_GREETING = 1 << 12  # bytes; a stranger may not make us hold more


class Connection(asyncio.BufferedProtocol):
    """A connection that may be asked after `prove`, once the kernel has shown that it knows the key.

    Parameters
    ----------
    is_proven
        Whether nobody else can be at its other end.
    """

    def __init__(self, *, is_proven: bool = False) -> None:
        self.used_at = 0.0  # event loop time
        self._transport: asyncio.Transport | None = None
        self._limit: int | None = None if is_proven else _LARGEST_GREETING
        self._buffer = bytearray(_FIRST_BUFFER)
        self._filled = self._body_at = self._length = 0
        self._tell: Tell | None = None
        self._told = 0
        self._renew()

    @property
    def is_proven(self) -> bool:
        """Whether the kernel has shown that it knows the key."""
        return self._limit is None

    @property
    def is_closed(self) -> bool:
        """Whether no request may be sent any more."""
        return self._transport is not None and (self._transport.is_closing() or self._coming.done())

    async def prove(self, key: bytes) -> None:
        """Show the kernel that we know the key of its connection file, and have it show the same.

        Raises
        ------
        FrameError
            If the kernel does not know the key or speaks another version.
        ConnectionError
            If the kernel closes the connection, as it does when we use a wrong key.
        """
        kernel_nonce = decode_hello((await self._next())[0])
        nonce = new_nonce()
        self._write(encode_challenge(nonce, server_proof(key, kernel_nonce, nonce)))
        proof = decode_welcome((await self._next())[0])
        if not is_proof(proof, kernel_proof(key, nonce, kernel_nonce)):
            self.abort()
            raise FrameError("who answers for the kernel does not know its key; restart the kernel")
        self._limit = None

    async def ask(self, frame: bytes, tell: Tell | None = None) -> Frame:
        """The kernel's answer to a request; a connection that gave none is aborted.

        Parameters
        ----------
        tell
            Is told how far a job is; other requests are answered without a word before.

        Raises
        ------
        FrameError
            If the answer is no frame.
        ConnectionError
            If the connection is lost.
        """
        self._tell, self._told = tell, 0
        self._write(frame)
        answered = False
        try:
            answer = await self._next()
            answered = True
            return answer
        finally:
            self.used_at = asyncio.get_running_loop().time()
            if not answered:
                self.abort()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        self._settle(ConnectionResetError("the kernel closed the connection"))

    def get_buffer(self, sizehint: int) -> memoryview:
        """See `asyncio.BufferedProtocol`."""
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        self._filled += nbytes
        try:
            self._receive()
        except FrameError as error:
            self._settle(error)
            self.abort()

    def _receive(self) -> None:
        if self._length == 0 and self._filled >= PREFIX.size:
            self._begin(*parse_prefix(self._buffer[: PREFIX.size]))
        if self._length and self._filled >= self._length:
            if self._tell is not None and self._body_at == self._length and self._is_progress(self._tell):
                return self._receive()
            self._finish()
        return None

    def _is_progress(self, tell: Tell) -> bool:
        """Whether the frame that has come tells of progress; then the next one takes its place."""
        progress = progress_of(memoryview(self._buffer)[PREFIX.size : self._length])
        if progress is None:
            return False
        self._told += 1
        if self._told > MOST:
            raise FrameError("whoever answers tells without end how far it is")
        tell(progress)
        rest = bytes(memoryview(self._buffer)[self._length : self._filled])
        self._buffer = bytearray(max(len(rest), _FIRST_BUFFER))
        self._buffer[: len(rest)] = rest
        self._filled, self._body_at, self._length = len(rest), 0, 0
        return True

    def _begin(self, header_length: int, body_length: int) -> None:
        """Make room for the frame that the prefix announces."""
        self._body_at = PREFIX.size + header_length
        self._length = self._body_at + body_length
        if self._limit is not None and self._length > self._limit:
            raise FrameError("the kernel's greeting is too long")
        if self._length > len(self._buffer):
            room = bytearray(self._length)
            room[: self._filled] = memoryview(self._buffer)[: self._filled]
            self._buffer = room

    def _finish(self) -> None:
        if self._filled > self._length or self._coming.done():
            raise FrameError("the kernel sent more than was asked for")
        frame = memoryview(self._buffer)
        self._settle((frame[PREFIX.size : self._body_at], frame[self._body_at : self._length]))
        # Chunks tend to be as long as the one before: then nothing has to be moved.
        self._buffer = bytearray(min(max(self._length + PREFIX.size, _FIRST_BUFFER), _LARGEST_GUESS))
        self._filled = self._body_at = self._length = 0

    def _settle(self, outcome: Frame | Exception) -> None:
        if not self._coming.done():
            self._coming.set_result(outcome)

    def _renew(self) -> None:
        # Failures are results here: nobody may be waiting, and asyncio reports unseen exceptions.
        self._coming: asyncio.Future[Frame | Exception] = asyncio.get_running_loop().create_future()

    async def _next(self) -> Frame:
        outcome = await self._coming
        if isinstance(outcome, Exception):
            raise outcome
        self._renew()
        return outcome

    def _write(self, frame: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the kernel closed the connection")
        self._transport.write(frame)
