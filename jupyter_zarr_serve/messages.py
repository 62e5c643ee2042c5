"""Frames in Jupyter's messages, for kernels that Jupyter alone can reach; `wire` says what frames hold.

Requests and replies travel over the control channel, which a kernel answers also while a cell runs. A
request without a frame is a greeting: the reply to it is a hello. A channel never hangs up, so a server
says which request it gave up. Jupyter signs what a message says, the head of a response included; a body
travels in a buffer, which it leaves unsigned.
"""

from typing import Any

from .wire import PREFIX, FrameError, parse_prefix

REQUEST, REPLY = "zarr_serve_request", "zarr_serve_reply"  # types of messages

Content = dict[str, Any]
Message = dict[str, Any]


def content_of(frame: bytes) -> Content:
    """The content of a message for a frame without its body."""
    # Frames may hold lone surrogates, which not every JSON packer takes; Latin-1 keeps any byte.
    return {"frame": frame.decode("latin-1")}


def giving_up(sent: str) -> Content:
    """The content of a message that says that nobody waits for the reply to another one."""
    return {"gone": sent}


def given_up(message: Message) -> str | None:
    """The id of the message to which no reply is wanted any more, if a message says that."""
    gone = message["content"].get("gone")
    return None if gone is None else str(gone)


def is_greeting(message: Message) -> bool:
    """Whether a request asks no more than who is there."""
    return "frame" not in message["content"]


def frame_of(message: Message) -> tuple[memoryview, memoryview]:
    """The header and body of the frame in a message.

    Raises
    ------
    FrameError
        If there is none, or a part of it only.
    """
    frame = str(message["content"].get("frame", "")).encode("latin-1", "replace")
    if len(frame) < PREFIX.size:
        raise FrameError("a message holds no frame: the peer speaks another language")
    header = memoryview(frame)[PREFIX.size :]
    body = memoryview(message["buffers"][0] if message["buffers"] else b"")
    if parse_prefix(frame[: PREFIX.size]) != (len(header), len(body)):
        raise FrameError("a message holds only a part of a frame")
    return header, body
