"""Representations: what a path names, before its bytes are made; and the responses to requests for them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ..core.errors import failures_named
from ..core.nodes import Validator
from ..core.stored import Blob, NotAtHand
from .conditional import byte_range, is_unchanged
from .request import Request, Response

Spent = dict[str, float]  # seconds by phase: "read", "encode"


@dataclass(frozen=True)
class Representation:
    """What a path names, before it is made.

    Attributes
    ----------
    name
        What messages call it.
    make
        Reads and encodes the bytes, and notes the seconds that took, by phase.
    etag
        A strong entity tag, quoted; None if only the bytes can tell it, "" if nobody asks for it.
    at_hand
        Gives the bytes if they need neither reading nor encoding; else None.
    validator
        See `nodes.Validator`.
    form
        See `request.Response`.
    headers
        Further headers of the response.
    layouts
        See `request.Response`.
    """

    name: str
    media_type: str
    make: Callable[[Spent], Blob]
    etag: str | None = None
    at_hand: Callable[[], Blob | None] = lambda: None
    validator: Validator | None = None
    form: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, str] = field(default_factory=dict)


def answer(content: Representation, request: Request) -> Response:
    """The response to a request, by its method and its headers If-None-Match, Range and If-Range.

    Raises
    ------
    ServeError
        If the bytes cannot be made, or there is no such range.

    References
    ----------
    https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
    """
    response = _known_unchanged(content, request)
    if response is not None:
        return response
    spent: Spent = {}
    with failures_named(content.name):
        return _of_blob(content, request, content.make(spent), spent)


def answer_at_hand(content: Representation, request: Request) -> Response | None:
    """The same response, if it needs neither reading nor encoding; else None.

    Raises
    ------
    ServeError
        If there is no such range.
    """
    response = _known_unchanged(content, request)
    if response is not None:
        return response
    with failures_named(content.name):
        blob = content.at_hand()
        try:
            return None if blob is None else _of_blob(content, request, blob, {})
        except NotAtHand:
            return None


def _known_unchanged(content: Representation, request: Request) -> Response | None:
    """The response to a client that has the content already, if that is known before it is made."""
    # "*" asks whether there is anything, which only making it can tell.
    if content.etag is None or request.if_none_match == "*":
        return None
    is_same = is_unchanged(content.etag, request.if_none_match)
    return _unchanged(content, content.etag) if is_same else None


def _of_blob(content: Representation, request: Request, blob: Blob, spent: Spent) -> Response:
    started, is_stored = perf_counter(), blob.is_stored
    etag, blob = (content.etag, blob) if content.etag is not None else _tagged(blob)
    if is_unchanged(etag, request.if_none_match):
        return _unchanged(content, etag)
    wants_part = request.method == "GET" and request.if_range in {None, etag}
    part = byte_range(request.byte_range, blob.size) if wants_part else None
    start, stop = part or (0, blob.size)
    body = b"" if request.method == "HEAD" else blob.read(start, stop)
    if is_stored:
        spent["read"] = perf_counter() - started
    headers = dict(content.headers)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
    status = 206 if part else 200
    return Response(
        status, content.media_type, body, stop - start, etag, headers, spent, content.form, content.layouts
    )


def _unchanged(content: Representation, etag: str) -> Response:
    return Response(304, content.media_type, b"", 0, etag, form=content.form, layouts=content.layouts)


def _tagged(blob: Blob) -> tuple[str, Blob]:
    """The ETag of bytes by their version or, where they have none, by what they are."""
    if blob.version is not None:
        return f'"{digest(blob.version.encode())}"', blob
    whole = blob.read(0, blob.size)
    return f'"{digest(whole)}"', blob_of(whole)


def blob_of(data: bytes) -> Blob:
    """Bytes as a `Blob`."""

    def read(start: int, stop: int) -> bytes:
        return data if stop - start == len(data) else data[start:stop]

    return Blob(len(data), read, is_stored=False)


def digest(data: Any) -> str:
    """A short name for bytes."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()
