"""Answers over Jupyter's control channel, for servers that cannot reach the responder's socket.

The channel's thread also handles interrupts, so it must not wait: each answer is made in a thread of its
own, and sent by the channel's event loop, which alone may use the channel.
"""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .. import wire
from ..messages import REPLY, REQUEST, Message, content_of, frame_of, given_up, is_greeting
from ..serve.request import refusal
from ..wire import FrameError
from .peer import IsThere, Peer
from .responder import Answer, start_thread


def hook(answer: Answer) -> Callable[[], None]:
    """Make this kernel answer requests on its control channel; does nothing outside a kernel.

    Returns
    -------
    A function that ends it.
    """
    kernel = _kernel()
    if kernel is None:
        return lambda: None
    handler = _Handler(kernel.session, answer)
    kernel.control_handlers[REQUEST] = handler

    def unhook() -> None:
        if kernel.control_handlers.get(REQUEST) is handler:
            del kernel.control_handlers[REQUEST]

    return unhook


def _kernel() -> Any:
    module = sys.modules.get("ipykernel.kernelapp")
    is_kernel = module is not None and module.IPKernelApp.initialized()
    return module.IPKernelApp.instance().kernel if module is not None and is_kernel else None


class _Handler:
    """The handler that ipykernel calls in the thread of its control channel."""

    def __init__(self, session: Any, answer: Answer) -> None:
        self._session = session
        self._answer = answer
        self._hello = wire.encode_hello(wire.new_nonce())
        self._awaited: set[str] = set()  # ids of the requests whose senders still wait

    def __call__(self, stream: Any, idents: Any, message: Message) -> None:
        def send(head: bytes, *body: bytes) -> None:
            self._session.send(
                stream, REPLY, content_of(head), parent=message, ident=idents, buffers=list(body)
            )

        sent = message["header"]["msg_id"]

        def is_awaited() -> bool:
            return sent in self._awaited

        def tell(frame: bytes) -> None:
            if is_awaited():
                with contextlib.suppress(RuntimeError):
                    stream.io_loop.add_callback(send, frame)

        def answer() -> None:
            head, *body = self._answered(message, is_awaited, tell)
            if is_awaited():
                self._awaited.discard(sent)
                with contextlib.suppress(RuntimeError):  # the kernel ends, and its event loop is closed
                    stream.io_loop.add_callback(send, head, *body)

        gone = given_up(message)
        if gone is not None:
            self._awaited.discard(gone)
        elif is_greeting(message):
            send(self._hello)
        else:
            self._awaited.add(sent)
            start_thread(answer)

    def _answered(
        self, message: Message, is_awaited: IsThere, tell: Callable[[bytes], None]
    ) -> list[bytes]:
        """The head of the response, and its body if any."""
        try:
            request = wire.decode_request(frame_of(message)[0])
            if request.is_job:
                request = replace(request, listener=Peer(is_awaited, tell))
            response = self._answer(request, is_awaited)
        except FrameError as error:
            response = refusal(error)
        return [wire.response_head(response), *([response.body] if response.body else [])]
