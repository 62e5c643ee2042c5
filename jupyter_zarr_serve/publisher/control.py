"""Answers over Jupyter's control channel, for servers that cannot reach the socket of the responder.

The thread of that channel also passes on interrupts, so that it must not wait: each answer is made in a
thread of its own and sent by the channel's event loop, the only one that may.
"""

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from .. import wire
from ..messages import REPLY, REQUEST, Message, content_of, frame_of, given_up, is_greeting
from ..serve.request import refusal
from ..wire import FrameError
from .responder import Answer, IsThere, start_thread


def hook(answer: Answer) -> Callable[[], None]:
    """Have the kernel that this process is answer requests on its control channel, if it is one.

    Returns
    -------
    What ends it.
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
    """What ipykernel calls in the thread of its control channel."""

    def __init__(self, session: Any, answer: Answer) -> None:
        self._session = session
        self._answer = answer
        self._hello = wire.encode_hello(wire.new_nonce())
        self._awaited: set[str] = set()  # ids of requests to which a reply is wanted

    def __call__(self, stream: Any, idents: Any, message: Message) -> None:
        def send(head: bytes, *body: bytes) -> None:
            self._session.send(
                stream, REPLY, content_of(head), parent=message, ident=idents, buffers=list(body)
            )

        sent = message["header"]["msg_id"]

        def is_awaited() -> bool:
            return sent in self._awaited

        def answer() -> None:
            head, *body = self._answered(message, is_awaited)
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

    def _answered(self, message: Message, is_awaited: IsThere) -> list[bytes]:
        """The head of the response, and its body if it has one."""
        try:
            response = self._answer(wire.decode_request(frame_of(message)[0]), is_awaited)
        except FrameError as error:
            response = refusal(error)
        return [wire.response_head(response), *([response.body] if response.body else [])]
