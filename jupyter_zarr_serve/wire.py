"""Requests and responses as frames, for the connection between a server and a kernel; no sockets here.

A frame is `PREFIX` (magic, length of the header, length of the body; little-endian), a header in JSON
and a body of raw bytes. The server connects, the kernel speaks first, and each side proves that it
knows the key of the kernel's connection file before the other asks or answers anything::

    kernel -> server   hello      version, kernel's nonce
    server -> kernel   challenge  server's nonce, HMAC(key, "server" + kernel's nonce + server's nonce)
    kernel -> server   welcome    HMAC(key, "kernel" + server's nonce + kernel's nonce)
    server -> kernel   request    as often as the server likes
    kernel -> server   response   one for each request, in order
"""

import hmac
import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any

from .core.errors import Unavailable
from .serve.request import LINKS, Request, Response

VERSION, MAGIC, PREFIX = 1, b"JZS1", struct.Struct("<4sIQ")
MAX_HEADER, MAX_BODY = 1 << 24, 1 << 30  # bytes
Raw = bytes | bytearray | memoryview
Kinds = Mapping[str, type | UnionType]  # members of a header and their types

_REQUEST: Kinds = {
    **{"zarr_format": int, "path": list, "method": str, "location": str, "view": str, "within": int | None},
    **dict.fromkeys(("if_none_match", "byte_range", "if_range", "form"), str | None),
    **{"options": dict | None, **dict.fromkeys(("preview", "is_job", "is_once"), bool | None)},
}
_RESPONSE: Kinds = {
    **{"status": int, "media_type": str, "size": int, "etag": str | None},
    **{"headers": dict, "spent": dict, "form": str | None, "layouts": dict | None, "message": str | None},
}


class FrameError(Unavailable, ValueError):
    """What came over the connection is no frame of this version; the connection is of no more use."""


def encode_frame(header: dict[str, Any], body_length: int = 0) -> bytes:
    """The prefix and header of a frame; its body, if any, is sent after it.

    Raises
    ------
    FrameError
        If either is too long.
    """
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    _check_lengths(len(text), body_length)
    return PREFIX.pack(MAGIC, len(text), body_length) + text


def parse_prefix(prefix: Raw) -> tuple[int, int]:
    """The lengths of header and body that the `PREFIX.size` bytes of a prefix announce.

    Raises
    ------
    FrameError
        If they are no prefix, or announce too much.
    """
    magic, header_length, body_length = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError(f"a frame begins with {MAGIC!r}, not {magic!r}: the peer speaks another language")
    _check_lengths(header_length, body_length)
    return header_length, body_length


def encode_request(request: Request, **others: Any) -> bytes:
    """The whole frame of a request, with other members of it."""
    members = {**vars(request), "options": dict(request.options)}
    return encode_frame({name: members[name] for name in _REQUEST} | others)


def decode_request(header: Raw) -> Request:
    """The request of a frame's header.

    Raises
    ------
    FrameError
        If it is none.
    """
    members = members_of(header, {**_REQUEST, "client": str | None})
    path, options = tuple(members["path"]), tuple((members["options"] or {}).items())
    if {*map(type, path)} - {str} or {type(value) for _, value in options} - {int, str}:
        raise FrameError("the path of a request must be a list of text, its options numbers and text")
    known = {"options": options, "form": members["form"] or LINKS, "within": members["within"] or 0}
    return Request(**{**members, **known, "path": path, "client": members["client"] or ""})


def response_head(response: Response, **others: Any) -> bytes:
    """The prefix and header of a response, with other members of it; its body follows as it is.

    Raises
    ------
    FrameError
        See `encode_frame`.
    """
    return encode_frame({name: getattr(response, name) for name in _RESPONSE} | others, len(response.body))


def decode_response(header: Raw, body: bytes) -> Response:
    """The response of a frame's header and body.

    Raises
    ------
    FrameError
        If it is none.
    """
    told = members_of(header, _RESPONSE)
    known = {"layouts": told["layouts"] or {}, "message": told["message"] or ""}
    return Response(body=body, **told | known)


def new_nonce() -> str:
    """32 hexadecimal digits that nobody can foresee."""
    return secrets.token_hex(16)


def server_proof(key: bytes, kernel_nonce: str, server_nonce: str) -> str:
    """What shows that the server knows the key."""
    return _proof(key, "server", kernel_nonce, server_nonce)


def kernel_proof(key: bytes, server_nonce: str, kernel_nonce: str) -> str:
    """What shows that the kernel knows the key."""
    return _proof(key, "kernel", server_nonce, kernel_nonce)


def is_proof(given: str, expected: str) -> bool:
    """Whether a proof is the expected one, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def encode_hello(nonce: str) -> bytes:
    """The kernel's first frame."""
    return encode_frame({"hello": 1, "version": VERSION, "nonce": nonce})


def decode_hello(header: Raw) -> str:
    """The kernel's nonce.

    Raises
    ------
    FrameError
        If the kernel speaks another version.
    """
    members = members_of(header, {"hello": int, "version": int, "nonce": str})
    if (members["hello"], members["version"]) != (1, VERSION):
        raise FrameError(
            f"the kernel speaks version {members['version']}, the server version {VERSION}; "
            "install the same jupyter_zarr_serve in both environments"
        )
    return str(members["nonce"])


def encode_challenge(nonce: str, proof: str) -> bytes:
    """The server's first frame: its nonce and its proof."""
    return encode_frame({"nonce": nonce, "proof": proof})


def decode_challenge(header: Raw) -> tuple[str, str]:
    """The server's nonce and proof.

    Raises
    ------
    FrameError
        If the frame is something else.
    """
    members = members_of(header, {"nonce": str, "proof": str})
    return members["nonce"], members["proof"]


def encode_welcome(proof: str) -> bytes:
    """The kernel's second frame: its proof."""
    return encode_frame({"proof": proof})


def decode_welcome(header: Raw) -> str:
    """The kernel's proof.

    Raises
    ------
    FrameError
        If the frame is something else.
    """
    return str(members_of(header, {"proof": str})["proof"])


@dataclass(frozen=True)
class Endpoint:
    """Where a kernel listens: the path of a Unix socket, or else host and port."""

    pid: int
    unix: str | None = None
    tcp: tuple[str, int] | None = None


def endpoint_path(connection_file: Path) -> Path:
    """The file in which the kernel of a connection file says where it listens."""
    return connection_file.with_name(f"zarr-serve-{connection_file.stem}.json")


def encode_endpoint(endpoint: Endpoint) -> bytes:
    """The content of the endpoint file."""
    place = {"tcp": endpoint.tcp} if endpoint.unix is None else {"unix": endpoint.unix}
    return json.dumps({"version": VERSION, "pid": endpoint.pid, **place}).encode()


def decode_endpoint(content: bytes) -> Endpoint:
    """What an endpoint file says.

    Raises
    ------
    FrameError
        If it says nothing, or in another version.
    """
    members = members_of(content, {"version": int, "pid": int, "unix": str | None, "tcp": list | None})
    pid, unix, tcp = members["pid"], members["unix"], members["tcp"]
    if members["version"] != VERSION or (unix is None and list(map(type, tcp or ())) != [str, int]):
        raise FrameError("the kernel announces its endpoint in another version of the protocol")
    return Endpoint(pid, unix, None if unix is not None else (tcp[0], tcp[1]))


def _check_lengths(header: int, body: int) -> None:
    if header > MAX_HEADER or body > MAX_BODY:
        raise FrameError(f"a frame of {header:,} + {body:,} bytes is longer than is allowed")


def _proof(key: bytes, role: str, theirs: str, own: str) -> str:
    return hmac.new(key, f"{role}{theirs}{own}".encode("ascii", "replace"), "sha256").hexdigest()


def members_of(header: Raw, kinds: Kinds) -> dict[str, Any]:
    """The members of a JSON object that have a name in `kinds`, all of the kind said there."""
    try:
        members = json.loads(bytes(header).decode("utf-8", "surrogatepass"))
        known = {name: members.get(name) for name in kinds}
    except (ValueError, RecursionError, AttributeError) as error:
        raise FrameError(f"a frame has no header in JSON: {error}") from error
    for name, kind in kinds.items():
        if not isinstance(known[name], kind):
            raise FrameError(f"a frame has a header without {name!r}, or of another type than {kind}")
    return known
