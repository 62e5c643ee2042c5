"""The frames of the live connection; `docs/reference/live.md` describes them for clients.

A client sends text: JSON objects, each with a `type`. The server sends such text, too, and binary frames.
A binary frame holds one or more answers, each of them `ANSWER` (little-endian), the entity tag in ASCII and
the body, both filled with zeros up to a multiple of eight bytes.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...core import limits
from ...serve.request import BINARY, Response
from ...sources.live.state import Notice
from ...sources.responders.schemas import fits

VERSION = 1
ANSWER = struct.Struct("<IIHHIII")  # id, index, status, length of the tag, of the body, flags, retry after
IS_JSON = 1  # a flag: the body is JSON, as of a failure or a document
OF_ONE_MOMENT = 2  # a flag: so are all answers to this message that have it
_MOST_ID = 2**32 - 1
_SCHEMAS: dict[str, Any] = {
    "subscribe": {"paths": [str], "since?": int},
    "unsubscribe": {"paths": [str]},
    "get": {"id": int, "keys": [object], "together?": bool},
    "cancel": {"id": int},
}


class BadFrame(ValueError):
    """A frame that a client may not send; the message says what is wrong with it."""


@dataclass(frozen=True)
class Key:
    """What to get: an address below that of the tree, such as ``v3/files/a.npy/c/0``.

    Attributes
    ----------
    if_none_match, byte_range
        As the headers of HTTP.
    """

    address: str
    if_none_match: str | None = None
    byte_range: str | None = None


@dataclass(frozen=True)
class Message:
    """What a client wants.

    Attributes
    ----------
    is_together
        Whether the keys should be read at one moment.
    """

    kind: str
    paths: tuple[str, ...] = ()
    since: int | None = None
    id: int = 0
    keys: tuple[Key, ...] = ()
    is_together: bool = False


def parsed(frame: str | bytes) -> Message:
    """The message in a frame of a client.

    Raises
    ------
    BadFrame
        If it is none.

    Examples
    --------
    >>> parsed('{"type": "get", "id": 1, "keys": ["v3/a/c/0"]}').keys
    (Key(address='v3/a/c/0', if_none_match=None, byte_range=None),)
    """
    if isinstance(frame, bytes):
        raise BadFrame("clients send text, not binary frames")
    try:
        told = json.loads(frame)
    except (ValueError, RecursionError):
        raise BadFrame("a frame is a JSON object") from None
    kind = told.get("type") if isinstance(told, dict) else None
    if not isinstance(kind, str) or kind not in _SCHEMAS:
        raise BadFrame(f"type: say which, one of {', '.join(_SCHEMAS)}")
    if not fits(told, _SCHEMAS[kind]):
        raise BadFrame(f"{kind}: has other members than it needs; see the reference")
    told = {name: told[name] for name in map(_plain, _SCHEMAS[kind]) if name in told}
    number = told.get("id", 0)
    if not 0 <= number <= _MOST_ID:
        raise BadFrame(f"id: must be a number from 0 to {_MOST_ID}")
    paths = tuple(told.get("paths", ()))
    if len(paths) > limits.SUBSCRIPTIONS or any(len(path) > limits.PATH for path in paths):
        raise BadFrame(f"paths: at most {limits.SUBSCRIPTIONS}, each of {limits.PATH:,} characters at most")
    keys = told.get("keys", ())
    if len(keys) > limits.KEYS:
        raise BadFrame(f"keys: at most {limits.KEYS:,}")
    is_together = told.get("together", False)
    return Message(kind, paths, told.get("since"), number, tuple(map(_key, keys)), is_together)


def _plain(name: str) -> str:
    return name.removesuffix("?")


def _key(told: Any) -> Key:
    if isinstance(told, str):
        told = {"key": told}
    if not fits(told, {"key": str, "if_none_match?": str, "range?": str}):
        raise BadFrame("keys: each is an address, or an object with the member key")
    if any(len(value) > limits.PATH for value in told.values() if isinstance(value, str)):
        raise BadFrame(f"keys: each has {limits.PATH:,} characters at most")
    return Key(told["key"], told.get("if_none_match"), told.get("range"))


def hello() -> dict[str, Any]:
    """The first frame of a server."""
    return {
        "type": "hello",
        "version": VERSION,
        "limits": {
            "subscriptions": limits.SUBSCRIPTIONS,
            "keys": limits.KEYS,
            "frame_bytes": limits.LIVE_FRAME,
        },
    }


def notice_of(path: str, notice: Notice) -> dict[str, Any]:
    """A notice as clients are told of it, by the path as they spelled it."""
    told: dict[str, Any] = {
        "seq": notice.seq,
        "path": path,
        "kind": notice.kind,
        "generation": notice.generation,
    }
    return told if notice.part is None else {**told, "region": notice.part}


def answer_parts(
    number: int, index: int, response: Response, flags: int = 0
) -> Sequence[bytes | memoryview]:
    """An answer as parts of a binary frame.

    Parameters
    ----------
    number, index
        The id of the message, and which of its keys this is the answer to.
    flags
        `OF_ONE_MOMENT`, or none.
    """
    etag = (response.etag or "").encode("ascii", "replace")
    retry_after = response.headers.get("Retry-After", "")
    body = response.body
    flags |= 0 if response.media_type == BINARY else IS_JSON
    head = ANSWER.pack(
        number, index, response.status, len(etag), len(body), flags,
        int(retry_after) if retry_after.isdecimal() else 0,
    )  # fmt: skip
    return head, etag, bytes(-len(etag) % 8), body, bytes(-len(body) % 8)
