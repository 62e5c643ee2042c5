"""A tree of nodes and a request go in, a response comes out; nothing is ever raised.

Every failure becomes a response here, once, by the status of its `ServeError`. Versioned chunks are
named by an ETag before they are made, so a 304 costs neither reading nor encoding.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

from . import listing, v2, v3
from .chunks import encode_chunk
from .content import Content, Spent, answer, blob_of, digest
from .errors import NotFound, ServeError, Unreadable
from .forms import content_of
from .grid import in_grid
from .nodes import Array, Group, Node
from .request import BINARY, NODE, PAGE, Remember, Request, Response, refusal
from .stored import Blob, Coords
from .walk import Found, resolve

DIALECTS: dict[int, ModuleType] = {2: v2, 3: v3}
# The other format's documents do not exist either, even where a folder bears such a name.
DOCUMENT_KEYS = frozenset[str]().union(*(d.GROUP_KEYS | d.ARRAY_KEYS for d in (v2, v3)))


_log = logging.getLogger(__name__)


def respond(root: Node, request: Request, remember: Remember | None = None) -> Response:
    """Answer a request for something below `root`."""
    return answered(request, lambda: locate(root, request, remember))


def answered(request: Request, find: Callable[[], Content]) -> Response:
    """The response to a request for the content that `find` gives, or for what it raises."""
    try:
        return answer(find(), request)
    except ServeError as error:
        return refusal(error, request.method)
    except Exception as error:  # noqa: BLE001 (the one place where a bug becomes a response)
        _log.exception("a request could not be answered: /%s", "/".join(request.path))
        message = f"{type(error).__name__} while answering; please report this with the server's log"
        return refusal(ServeError(message), request.method)


def locate(root: Node, request: Request, remember: Remember | None = None) -> Content:
    """What the path of a request names: a document, a chunk or a listing.

    Raises
    ------
    ServeError
        When it names nothing, or what cannot be served.
    """
    if request.form:
        return _told(root, request, remember)
    dialect = DIALECTS[request.zarr_format]
    path = request.path[:-1] if request.path and request.path[-1] == "" else request.path
    found = resolve(root, path, DOCUMENT_KEYS if path == request.path else frozenset())
    node, key = found.node, found.key
    if key == "" and request.listing == PAGE:
        return content_of(found, request, NODE, remember)
    if key == "":
        return _listing(node, request)
    if key in (dialect.ARRAY_KEYS if isinstance(node, Array) else dialect.GROUP_KEYS):
        return _document(dialect, found)
    if isinstance(node, Group):
        raise NotFound(f"/{'/'.join(path)}: no such member or document")
    return _chunk(dialect, node, found, request, remember)


def _told(root: Node, request: Request, remember: Remember | None) -> Content:
    """What is told to programs of ours, which may know names as people gave them."""
    found = resolve(root, request.path, frozenset(), by_any_name=True)
    return content_of(found, request, request.form, remember)


def _listing(node: Node, request: Request) -> Content:
    location = request.location if request.location.endswith("/") else f"{request.location}/"
    media_type, body = listing.render(node, location, request.listing, request.zarr_format)
    return Content(location, media_type, lambda _: blob_of(body))


def _document(dialect: ModuleType, found: Found) -> Content:
    body = dialect.document(found.node, found.key)
    if body is None:
        raise NotFound(f"/{'/'.join(found.names)}: has no document {found.key}")
    encoded = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    blob, etag = blob_of(encoded), f'"{digest(encoded)}"'
    return Content(found.key, "application/json", lambda _: blob, etag, lambda: blob, found.fresh)


def _chunk(
    dialect: ModuleType, array: Array, found: Found, request: Request, remember: Remember | None
) -> Content:
    names, key = found.names, found.key
    name = "/".join(names)
    array = array.in_format(dialect.ZARR_FORMAT)
    coords = dialect.chunk_coords(key, len(array.shape))
    if coords is None or not in_grid(coords, array.shape, array.chunk_shape):
        raise NotFound(f"/{name}: has no chunk or document {key!r}")
    tag = _version_tag(dialect, array)
    identity = (tag, dialect.ZARR_FORMAT, names, coords)
    etag = None if tag is None else f'"{digest(repr(identity).encode())}"'

    def make(spent: Spent) -> Blob:
        stored = _stored_chunk(dialect, array, coords)
        if stored is not None:
            spent["read"] = 0.0
            return stored
        if tag is None or remember is None:
            return blob_of(_encode(dialect, array, coords, spent))
        return blob_of(remember(identity, lambda: _encode(dialect, array, coords, spent)))

    def at_hand() -> Blob | None:
        known = None if tag is None or remember is None else remember.known(identity)
        return None if known is None else blob_of(known)

    if request.preview and array.preview is not None and at_hand() is None:
        return _preview(dialect, array, coords, f"{name}/{key}")
    return Content(f"{name}/{key}", BINARY, make, etag, at_hand, found.fresh)


def _preview(dialect: ModuleType, array: Array, coords: Coords, name: str) -> Content:
    """A chunk of what stands in for the elements; nobody may remember it."""
    array = replace(array, read=array.preview or array.read)
    codecs = dialect.codecs_of(array)
    headers = {"Cache-Control": "private, no-store", "Zarr-Preview": "1"}
    return Content(
        name, BINARY, lambda spent: blob_of(encode_chunk(array, coords, codecs, spent=spent) or b""),
        headers=headers,
    )  # fmt: skip


def _version_tag(dialect: ModuleType, array: Array) -> str | None:
    """A name for the bytes of all chunks: the data's version and how they are cut and encoded."""
    if array.version is None:
        return None
    encoding = (array.version, array.shape, array.chunk_shape, array.dtype, dialect.codecs_of(array))
    return digest(repr(encoding).encode())


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


def _encode(dialect: ModuleType, array: Array, coords: Coords, spent: Spent) -> bytes:
    body = encode_chunk(
        array, coords, dialect.codecs_of(array), absent_if_fill=dialect.FILL_CHUNKS_ABSENT, spent=spent
    )
    if body is None:
        raise NotFound(f"the chunk at {coords} holds nothing but the fill value")
    return body
