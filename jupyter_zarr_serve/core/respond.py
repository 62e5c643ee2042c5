"""A tree of nodes and a request go in, a response comes out; nothing is ever raised.

Every failure becomes a response here, once, by the status of its `ServeError`. Versioned chunks are
named by an ETag before they are made, so a 304 costs neither reading nor encoding.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from . import listing, v2, v3
from .chunks import encode_chunk
from .conditional import byte_range, is_unchanged
from .errors import NotFound, RangeNotSatisfiable, ServeError, Unreadable, failures_named
from .grid import in_grid
from .nodes import Array, Blob, Coords, Group, Node
from .walk import resolve

DIALECTS: dict[int, ModuleType] = {2: v2, 3: v3}
# The other format's documents do not exist either, even where a folder bears such a name.
DOCUMENT_KEYS = frozenset[str]().union(*(d.GROUP_KEYS | d.ARRAY_KEYS for d in (v2, v3)))
_CHUNK_KEY_END = re.compile(r"c|[0-9.]+", re.ASCII)
BINARY = "application/octet-stream"

Remember = Callable[[Hashable, Callable[[], bytes]], bytes]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What a client asks for.

    Attributes
    ----------
    zarr_format
        2 or 3.
    path
        Decoded segments below the store's root; a trailing slash is an empty last segment.
    location
        The URL path of the request, for the title of a listing.
    listing
        The form of a listing: one of `listing.LINKS`, `listing.PAGE`, `listing.JSON`.
    view
        The spelling that is wanted, a name of `views.VIEWS`; "" for the source's own.
    """

    zarr_format: int
    path: tuple[str, ...]
    method: str = "GET"
    if_none_match: str | None = None
    byte_range: str | None = None
    location: str = "/"
    listing: str = listing.LINKS
    view: str = ""


@dataclass(frozen=True)
class Response:
    """What the client gets: a status, a body and what the headers say of it.

    Attributes
    ----------
    size
        Length in bytes of the body that a GET would have; `body` is empty for HEAD and 304.
    etag
        A strong entity tag, quoted.
    headers
        Further headers, such as Content-Range and Retry-After.
    """

    status: int
    media_type: str
    body: bytes
    size: int
    etag: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Content:
    """A representation before it is made; `etag` is None until its bytes are known."""

    name: str
    media_type: str
    make: Callable[[], Blob]
    etag: str | None = None


def respond(root: Node, request: Request, remember: Remember | None = None) -> Response:
    """Answer a request for something below `root`.

    Parameters
    ----------
    remember
        ``remember(key, make)``: a cache of encoded chunks whose keys contain the data's version.
    """
    try:
        return _conditional(_locate(root, request, remember), request)
    except ServeError as error:
        return refusal(error, request.method)
    except Exception as error:  # noqa: BLE001 (the one place where a bug becomes a response)
        _log.exception("a request could not be answered: /%s", "/".join(request.path))
        message = f"{type(error).__name__} while answering; please report this with the server's log"
        return refusal(ServeError(message), request.method)


def may_be_chunk(request: Request) -> bool:
    """Whether the last segment of a path could be the end of a chunk's key, of either format."""
    return bool(request.path) and _CHUNK_KEY_END.fullmatch(request.path[-1]) is not None


def refusal(error: ServeError, method: str = "GET") -> Response:
    """The response that tells a client of a failure, as JSON."""
    body = json.dumps({"message": str(error), "reason": type(error).__name__}).encode()
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.size}"
    return Response(
        error.status, "application/json", b"" if method == "HEAD" else body, len(body), headers=headers
    )


def _locate(root: Node, request: Request, remember: Remember | None) -> _Content:
    """What the path names: a document, a chunk or a listing."""
    dialect = DIALECTS[request.zarr_format]
    path = request.path[:-1] if request.path and request.path[-1] == "" else request.path
    node, names, key = resolve(root, path, DOCUMENT_KEYS if path == request.path else frozenset())
    if key == "":
        return _listing(node, request)
    if key in (dialect.ARRAY_KEYS if isinstance(node, Array) else dialect.GROUP_KEYS):
        return _document(dialect, node, names, key)
    if isinstance(node, Group):
        raise NotFound(f"/{'/'.join(path)}: no such member or document")
    return _chunk(dialect, node, names, key, remember)


def _listing(node: Node, request: Request) -> _Content:
    location = request.location if request.location.endswith("/") else f"{request.location}/"
    media_type, body = listing.render(node, location, request.listing)
    return _Content(location, media_type, lambda: _blob(body))


def _document(dialect: ModuleType, node: Node, names: tuple[str, ...], key: str) -> _Content:
    body = dialect.document(node, key)
    if body is None:
        raise NotFound(f"/{'/'.join(names)}: has no document {key}")
    encoded = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    return _Content(key, "application/json", lambda: _blob(encoded))


def _chunk(
    dialect: ModuleType, array: Array, names: tuple[str, ...], key: str, remember: Remember | None
) -> _Content:
    name = "/".join(names)
    array = array.in_format(dialect.ZARR_FORMAT)
    coords = dialect.chunk_coords(key, len(array.shape))
    if coords is None or not in_grid(coords, array.shape, array.chunk_shape):
        raise NotFound(f"/{name}: has no chunk or document {key!r}")
    tag = _version_tag(dialect, array)
    identity = (tag, dialect.ZARR_FORMAT, names, coords)
    etag = None if tag is None else f'"{_digest(repr(identity).encode())}"'

    def make() -> Blob:
        stored = _stored_chunk(dialect, array, coords)
        if stored is not None:
            return stored
        if tag is None or remember is None:
            return _blob(_encode(dialect, array, coords))
        return _blob(remember(identity, lambda: _encode(dialect, array, coords)))

    return _Content(f"{name}/{key}", BINARY, make, etag)


def _version_tag(dialect: ModuleType, array: Array) -> str | None:
    """A name for the bytes of all chunks: the data's version and how they are cut and encoded."""
    if array.version is None:
        return None
    encoding = (array.version, array.shape, array.chunk_shape, array.dtype, dialect.codecs_of(array))
    return _digest(repr(encoding).encode())


def _stored_chunk(dialect: ModuleType, array: Array, coords: Coords) -> Blob | None:
    stored = array.stored.get(dialect.ZARR_FORMAT)
    if stored is None:
        return None
    blob = stored.chunk(coords)
    if blob is not None and blob.size == 0:
        raise Unreadable("the stored chunk is empty, which no encoding is; it is damaged, write it again")
    if blob is None and stored.codecs is None:
        raise NotFound(f"the source stores no chunk at {coords}: it holds the fill value")
    return blob


def _encode(dialect: ModuleType, array: Array, coords: Coords) -> bytes:
    body = encode_chunk(array, coords, dialect.codecs_of(array), absent_if_fill=dialect.FILL_CHUNKS_ABSENT)
    if body is None:
        raise NotFound(f"the chunk at {coords} holds nothing but the fill value")
    return body


def _conditional(content: _Content, request: Request) -> Response:
    """Apply If-None-Match, Range and HEAD to a representation."""
    # "*" asks whether there is anything, which only making it can tell.
    if content.etag and request.if_none_match != "*" and is_unchanged(content.etag, request.if_none_match):
        return Response(304, content.media_type, b"", 0, content.etag)
    with failures_named(content.name):
        blob = content.make()
        etag, blob = (content.etag, blob) if content.etag is not None else _tagged(blob)
        if is_unchanged(etag, request.if_none_match):
            return Response(304, content.media_type, b"", 0, etag)
        part = byte_range(request.byte_range, blob.size) if request.method == "GET" else None
        start, stop = part or (0, blob.size)
        body = b"" if request.method == "HEAD" else blob.read(start, stop)
    headers = {"Content-Range": f"bytes {start}-{stop - 1}/{blob.size}"} if part else {}
    return Response(206 if part else 200, content.media_type, body, stop - start, etag, headers)


def _tagged(blob: Blob) -> tuple[str, Blob]:
    """The ETag of bytes by their version or, where they have none, by what they are."""
    if blob.version is not None:
        return f'"{_digest(blob.version.encode())}"', blob
    whole = blob.read(0, blob.size)
    return f'"{_digest(whole)}"', _blob(whole)


def _blob(data: bytes) -> Blob:
    return Blob(len(data), lambda start, stop: data if stop - start == len(data) else data[start:stop])


def _digest(data: Any) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()
