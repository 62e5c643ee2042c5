"""A tree of nodes and a request go in, a response comes out; nothing is ever raised.

Every failure becomes a response here, once, by the status of its `ServeError`. Versioned chunks are
named by an ETag before they are made, so a 304 costs neither reading nor encoding.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..core.chunks import encode_chunk
from ..core.dialects import DIALECTS, Dialect
from ..core.errors import NotFound, Replaced, ServeError, Unreadable, failure_of, failures_named
from ..core.grid import in_grid
from ..core.known_names import DOCUMENT_KEYS, ZARR_JSON, ZARRAY, ZMETADATA
from ..core.memory import Share
from ..core.nodes import Array, Group, Node
from ..core.reading import Reading
from ..core.stored import Blob, Coords
from ..core.walk import Found, resolve
from . import listing
from .layout import Layout, chunk_owner, layout_in, layouts_below
from .representation import Representation, Spent, answer, answer_at_hand, blob_of, digest
from .request import BINARY, EXPORT, NODE, PAGE, PART, VALUES, Request, Response, refusal
from .rows import rows_of

LAYOUT_KEYS = frozenset({ZARR_JSON, ZARRAY, ZMETADATA})  # the documents that tell layouts

_log = logging.getLogger(__name__)


def respond(root: Node, request: Request, remember: Share[bytes] | None = None) -> Response:
    """Answer a request for something below `root`.

    Parameters
    ----------
    remember
        Where to remember what is encoded, by keys that contain the data's version.
    """
    return answered(request, lambda: locate(root, request, remember))


def answered(request: Request, find: Callable[[], Representation]) -> Response:
    """The response made of what `find` gives or raises."""
    try:
        return answer(find(), request)
    except ServeError as error:
        return refusal(error, request.method)
    except MemoryError as error:
        return refusal(failure_of("/".join(request.path), error), request.method)
    except Exception as error:  # noqa: BLE001 (the one place where a bug becomes a response)
        _log.exception("a request could not be answered: /%s", "/".join(request.path))
        message = f"{type(error).__name__} while answering; please report this with the server's log"
        return refusal(ServeError(message), request.method)


def at_once(content: Representation | None, request: Request) -> Response | None:
    """The response for a known representation, if it needs no waiting; else None."""
    if content is None:
        return None
    try:
        return answer_at_hand(content, request)
    except ServeError as error:
        return refusal(error, request.method)


def locate(root: Node, request: Request, remember: Share[bytes] | None = None) -> Representation:
    """Find what the path of a request names: a document, a chunk or a listing.

    Parameters
    ----------
    remember
        A cache for encoded chunks of arrays that have a version; None to cache nothing.

    Raises
    ------
    ServeError
        If it names nothing, or something that cannot be served.
    """
    if request.is_of_node:
        return _form(root, request, remember)
    dialect = DIALECTS[request.zarr_format]
    path = request.path[:-1] if request.path and request.path[-1] == "" else request.path
    try:
        # The other format's documents do not exist either, even where a folder bears such a name.
        found = resolve(root, path, DOCUMENT_KEYS if path == request.path else frozenset())
    except NotFound as error:
        raise _absence(request, error) from None
    node, key = found.node, found.key
    if key == "" and request.form == PAGE:
        return _shown(found, request, NODE, remember)
    if key == "":
        return _listing(node, request)
    document_keys = dialect.ARRAY_KEYS if isinstance(node, Array) else dialect.GROUP_KEYS
    if key in document_keys:
        return _document(dialect, found)
    if isinstance(node, Group):
        raise NotFound(f"{'/'.join(path) or 'the root group'}: no such member or document")
    return _chunk(dialect, node, found, request, remember)


def _form(root: Node, request: Request, remember: Share[bytes] | None) -> Representation:
    """A form of a node, for our own programs: they may use the source's names, which clients cannot."""
    found = resolve(root, request.path, frozenset(), by_any_name=True)
    if request.form == VALUES:
        return rows_of(found, request)
    if request.form in {EXPORT, PART}:
        from .exporting import part_of, plan_of

        beside = resolve(root, found.names[:-1], frozenset()).node if found.names else None
        siblings = beside.children if isinstance(beside, Group) else {}
        return (plan_of if request.form == EXPORT else part_of)(found, request, siblings)
    return _shown(found, request, request.form, remember)


def _shown(found: Found, request: Request, form: str, remember: Share[bytes] | None) -> Representation:
    from .forms import form_of  # which imports much: who publishes does not wait for it

    return form_of(found, request, form, remember)


def _listing(node: Node, request: Request) -> Representation:
    location = request.location if request.location.endswith("/") else f"{request.location}/"
    media_type, body = listing.render(node, location, request.form, request.zarr_format)
    return Representation(location, media_type, lambda _: blob_of(body))


def _document(dialect: Dialect, found: Found) -> Representation:
    with failures_named("/".join(found.names)):  # views and lazy groups read data for theirs
        body = dialect.document(found.node, found.key)
    if body is None:
        raise NotFound(f"{'/'.join(found.names) or 'the root group'}: has no document {found.key}")
    encoded = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    blob, etag = blob_of(encoded), f'"{digest(encoded)}"'
    layouts = _layouts(dialect, found, body) if found.key in LAYOUT_KEYS else {}
    return Representation(
        found.key, "application/json", lambda _: blob, etag, lambda: blob, found.validator, layouts=layouts
    )


def _layouts(dialect: Dialect, found: Found, body: Mapping[str, Any]) -> dict[str, Layout]:
    """The layouts that a document tells, by path."""
    node = found.node
    return {"": layout_in(node, dialect)} if isinstance(node, Array) else layouts_below(body)


def _absence(request: Request, error: NotFound) -> ServeError:
    """`error`; but 409 for a chunk whose array has gone, as 404 would mean the fill value."""
    owner = None if request.form == PAGE else chunk_owner(request.path, request.zarr_format)
    if owner is None:
        return error
    name = "/".join(owner)
    return Replaced(f"{error}; {name} is no array (any more) and has no chunks: list what there is")


def _chunk(
    dialect: Dialect, array: Array, found: Found, request: Request, remember: Share[bytes] | None
) -> Representation:
    names, key = found.names, found.key
    name = "/".join(names)
    layout = layout_in(array, dialect)
    array = array.in_format(dialect.ZARR_FORMAT)
    coords = dialect.chunk_coords(key, len(array.shape))
    if coords is None or not in_grid(coords, array.shape, array.chunk_shape):
        if _is_of_member(key, dialect.ZARR_FORMAT, len(array.shape)):
            raise Replaced(f"{name}: is an array and no group (any more); open it anew")
        raise NotFound(f"{name}: has no chunk or document {key!r}", layout, is_outside=True)
    tag = _version_tag(dialect, array)
    identity = (tag, dialect.ZARR_FORMAT, names, coords)
    etag = None if tag is None else f'"{digest(repr(identity).encode())}"'

    def make(spent: Spent) -> Blob:
        try:
            stored = _stored_chunk(dialect, array, coords)
            if stored is not None:
                return stored
            if tag is None or remember is None:
                return blob_of(_encode(dialect, array, coords, spent))
            return blob_of(remember.made(identity, lambda: _encode(dialect, array, coords, spent)))
        except NotFound as error:
            error.layout = layout
            raise

    def at_hand() -> Blob | None:
        known = None if tag is None or remember is None else remember.get(identity)
        return None if known is None else blob_of(known)

    if request.preview and array.reading.preview is not None and at_hand() is None:
        return _preview(dialect, array, coords, f"{name}/{key}".lstrip("/"), layout)
    return Representation(
        f"{name}/{key}".lstrip("/"), BINARY, make, etag, at_hand, found.validator, layouts={"": layout}
    )


def _is_of_member(key: str, zarr_format: int, axes: int) -> bool:
    """Whether a key below an array would be that of a member's chunk, if the array were a group.

    In version 2, a number for each axis, after "c" or not, could be a chunk of the array itself, in another
    spelling.
    """
    parts = key.split("/")
    names = [name for name in chunk_owner(parts, zarr_format) or () if name]
    own = parts[1:] if parts[0] == "c" else parts
    return bool(names) and (zarr_format == 3 or len(own) != axes or not all(map(_is_number, own)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _preview(dialect: Dialect, array: Array, coords: Coords, name: str, layout: Layout) -> Representation:
    """A chunk of the array's preview, which no cache may keep."""
    array = replace(array, reading=Reading(array.reading.preview or array.read))
    codecs = dialect.codecs_of(array)
    headers = {"Cache-Control": "private, no-store", "Zarr-Preview": "1"}
    return Representation(
        name, BINARY, lambda spent: blob_of(encode_chunk(array, coords, codecs, spent=spent) or b""),
        headers=headers, layouts={"": layout},
    )  # fmt: skip


def _version_tag(dialect: Dialect, array: Array) -> str | None:
    """A name for the bytes of all chunks: the version of the data, the chunk shape and the codecs."""
    if array.version is None:
        return None
    encoding = (array.version, array.shape, array.chunk_shape, array.dtype, dialect.codecs_of(array))
    return digest(repr(encoding).encode())


def _stored_chunk(dialect: Dialect, array: Array, coords: Coords) -> Blob | None:
    stored = array.stored.get(dialect.ZARR_FORMAT)
    if stored is None:
        return None
    blob = stored.chunk(coords)
    if blob is not None and blob.size == 0:
        raise Unreadable("the stored chunk is empty, which no encoding is; it is damaged, write it again")
    if blob is None and stored.codecs is None:
        raise NotFound(f"the source stores no chunk at {coords}: it holds the fill value")
    return blob


def _encode(dialect: Dialect, array: Array, coords: Coords, spent: Spent) -> bytes:
    body = encode_chunk(
        array, coords, dialect.codecs_of(array), absent_if_fill=dialect.FILL_CHUNKS_ABSENT, spent=spent
    )
    if body is None:
        raise NotFound(f"the chunk at {coords} holds nothing but the fill value")
    return body
