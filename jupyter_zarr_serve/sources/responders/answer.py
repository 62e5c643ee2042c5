"""What a kernel may say: the one place where its answers are let through to clients.

Whoever runs code in a kernel says what they like, and it comes from the server's own origin. So the
status, the media type, the headers and the forms are those of a list, whatever else is said is dropped
or refused, and no kernel makes a page: a listing for programs is made here, of the names that it tells.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ...core.errors import Unreadable
from ...core.known_names import DOCUMENT_KEYS, UNAVAILABLE
from ...serve.listing import page
from ...serve.representation import Representation, answer, blob_of
from ...serve.request import BINARY, ICON, IMAGE, JSON, LINKS, PART, TOGETHER, Request, Response
from ...wire import FrameError
from .schema import parsed

_JSON_TYPE, _HTML, _PNG = "application/json", "text/html; charset=utf-8", "image/png"
_MADE = {200, 206, 304}
_NO_SUCH_RANGE = 416
_FAILED = {400, 403, 404, 409, 416, 422, 500, 503}
_HEADERS = {
    "Content-Range": re.compile(r"bytes (?:\d{1,19}-\d{1,19}|\*)/\d{1,19}", re.ASCII),
    "Retry-After": re.compile(r"\d{1,4}", re.ASCII),
    "Cache-Control": re.compile(r"private, no-store"),
    "Zarr-Preview": re.compile(r"1"),
}
_ETAG = re.compile(r'"[!#-~]{1,100}"')
_REASON = re.compile(r"[A-Za-z]{1,40}")
_PHASES = {"read", "encode", "wait"}
_MOST_SECONDS = 1e6
_BEGINNING = 40  # bytes; a listing's members come after its kind
_QUICK = 1 << 16  # bytes that are looked through in the event loop
_MOST_TOLD = 8 << 20  # bytes of JSON that is read here
_LONGEST = 2000  # characters of a message


def question(request: Request) -> Request:
    """The request as a kernel is asked: it tells names, and makes no page of them."""
    return replace(request, form=JSON) if request.form == LINKS else request


async def relayed(request: Request, ask: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer of one who may be asked only a `question`: a listing of links is made here.

    Parameters
    ----------
    request
        As the client asked.
    ask
        Gives admitted answers.
    """
    asked = question(request)
    response = await ask(asked)
    if response.status == _NO_SUCH_RANGE and request.form == LINKS:  # of the names told
        whole = await ask(replace(asked, byte_range=None, if_range=None))
        response = whole if is_listing(asked, whole) else response
    if request.form != LINKS or response.status >= 400 or not is_listing(asked, response):
        return response
    if asked.method != "GET" or response.status != 200:  # a listing is made of all names
        response = await ask(
            replace(asked, method="GET", if_none_match=None, byte_range=None, if_range=None)
        )
    if response.status != 200:
        return response
    if len(response.body) < _QUICK:
        return listed(request, response)
    return await asyncio.to_thread(listed, request, response)


async def admitted_soon(request: Request, response: Response, most_told: int = _MOST_TOLD) -> Response:
    """See `admitted`; what takes long to look through does not hold the event loop."""
    if len(response.body) < _QUICK or response.media_type == BINARY:
        return admitted(request, response, most_told)
    return await asyncio.to_thread(admitted, request, response, most_told)


def admitted(request: Request, response: Response, most_told: int = _MOST_TOLD) -> Response:
    """The answer to a request, of which nothing is left but what a kernel may say.

    Parameters
    ----------
    request
        As the kernel was asked.
    most_told
        The most bytes of JSON that are read.

    Raises
    ------
    FrameError
        If the kernel says something else.
    """
    if response.status in _FAILED:
        return _failure(request, response)
    media_type = response.media_type
    if (
        response.status not in _MADE
        or media_type not in _types(request)
        or not _is_whole(request, response)
    ):
        raise FrameError(
            f"the kernel answers with status {response.status}, {media_type[:60]!r} and {response.size} "
            "bytes, as no kernel does; install the same jupyter_zarr_serve there, and restart it"
        )
    form = response.form or (JSON if is_listing(request, response) else "")
    if form and form not in {ICON, IMAGE, PART, TOGETHER} and response.body and response.status == 200:
        response = replace(response, body=_told(response, form, most_told))
        response = replace(response, size=len(response.body))
    return _with_known(response)


def is_listing(request: Request, response: Response) -> bool:
    """Whether an answer tells names of members, or would if it had a body."""
    if request.is_of_node or response.form or response.media_type != _JSON_TYPE:
        return False
    *names, last = request.path or ("",)
    if last or names[-1:] not in [[key] for key in DOCUMENT_KEYS]:
        return last not in DOCUMENT_KEYS
    return b'"members"' in bytes(response.body[:_BEGINNING])  # a group may have the name of a document


def listed(request: Request, response: Response) -> Response:
    """The listing for programs, made of the names that a kernel told.

    Parameters
    ----------
    request
        As the client asked.
    response
        Whole, and admitted.
    """
    kinds: dict[str, str] = json.loads(bytes(response.body))["members"]
    names = [name for name, kind in kinds.items() if kind != UNAVAILABLE and not {"/", "\0"} & set(name)]
    body = page(names, request.location)
    return answer(Representation(request.location, _HTML, lambda _: blob_of(body)), request)


def _types(request: Request) -> set[str]:
    if request.form in {ICON, IMAGE}:
        return {_PNG}
    if request.form in {PART, TOGETHER}:
        return {BINARY}
    return {_JSON_TYPE} if request.is_of_node else {_JSON_TYPE, BINARY}


def _is_whole(request: Request, response: Response) -> bool:
    """Whether the body is as long as is said, and a part where it says to be one."""
    length, size = len(response.body), response.size
    has_none = request.method == "HEAD" or response.status == 304
    announced = 0 if has_none else size
    if isinstance(size, bool) or size < 0 or length != announced:
        return False
    if response.form and request.is_of_node and response.form != request.form:
        return False
    if response.status != 206:
        return "Content-Range" not in response.headers
    given = re.fullmatch(
        r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", str(response.headers.get("Content-Range"))
    )
    if given is None or request.byte_range is None:
        return False
    start, last, whole = map(int, given.groups())
    return start <= last < whole and last - start + 1 == size


def _with_known(response: Response) -> Response:
    """The response without headers, phases and entity tags of unknown kinds."""
    headers = {
        name: value
        for name, value in response.headers.items()
        if name in _HEADERS and isinstance(value, str) and _HEADERS[name].fullmatch(value)
    }
    spent = {
        phase: float(seconds)
        for phase, seconds in response.spent.items()
        if phase in _PHASES and isinstance(seconds, int | float) and 0 <= seconds < _MOST_SECONDS
    }
    etag = response.etag if response.etag and _ETAG.fullmatch(response.etag) else None
    return replace(response, headers=headers, spent=spent, etag=etag)


def _failure(request: Request, response: Response) -> Response:
    """A failure in our own words' form: one message, and the name of its kind."""
    try:
        told = json.loads(bytes(response.body[:_MOST_TOLD])) if response.body else {}
        message, reason = str(told.get("message", "")), str(told.get("reason", ""))
    except (ValueError, RecursionError, AttributeError):
        message = reason = ""
    message = (message or response.message)[:_LONGEST] or "the kernel refused, and did not say why"
    reason = reason if _REASON.fullmatch(reason) else "Unreadable"
    body = json.dumps({"message": message, "reason": reason}).encode()
    size = response.size if request.method == "HEAD" and 0 <= response.size < _MOST_TOLD else len(body)
    kept = _with_known(replace(response, etag=None, spent={}))
    sent = b"" if request.method == "HEAD" else body
    return replace(kept, media_type=_JSON_TYPE, body=sent, size=size, message=message)


def _told(response: Response, form: str, most: int) -> bytes:
    """The JSON of a form, as it was told, once it was looked through.

    Raises
    ------
    Unreadable
        If it is too long, or something else.
    """
    body = bytes(response.body)
    if len(body) > most:
        raise Unreadable(f"the kernel tells {len(body):,} bytes of it, which is too much for a page")
    try:
        parsed(body, form)
    except (ValueError, RecursionError, KeyError) as error:
        reason = str(error)[:100]
        raise Unreadable(
            f"the kernel does not tell what a node is ({reason}); install the same jupyter_zarr_serve there"
        ) from error
    return body
