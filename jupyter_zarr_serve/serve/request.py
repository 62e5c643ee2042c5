"""Requests and responses: what goes into the core and what comes out of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.errors import NotFound, RangeNotSatisfiable, ServeError
from ..core.known_names import ZATTRS
from ..core.progress import Listener
from ..core.public_text import public

BINARY = "application/octet-stream"  # the media type of chunks, and of nothing else
LINKS, PAGE, JSON = "links", "page", "json"  # forms of a listing
LISTINGS = frozenset({LINKS, PAGE, JSON})
NODE, LINE, STATS, IMAGE, ROWS = "node", "line", "stats", "image", "rows"  # other forms of a node
ICON = "icon"  # the small picture in a listing
POINTS = "points"  # the rows of a table along axes
EXPORT, PART = "export", "part"  # what a file to be exported is made of; a part of it
FOLLOWED = "followed"  # the states of single paths in a kernel, told when they changed
TOGETHER = "together"  # chunks of one moment; see `together`
VALUES = "values"  # that of `rows`, which no server asks for
MEMORY = "memory"  # option of `VALUES`, of a client that copies them from the memory of the kernel
IS_ALL = "is_all"  # an option of `NODE` that a kernel sets: whether all its variables are served
OUTSIDE = "outside"
Options = tuple[tuple[str, int | str], ...]
_CHUNK_KEY_END = re.compile(r"c|[0-9.]+", re.ASCII)


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
    view
        The view, a name of `known_names.VIEWS`; "" for the source's own spelling.
    form
        What to give: of the node at `path` one of `NODE`, `LINE`, `STATS`, `IMAGE`, `ICON`, `ROWS`,
        `POINTS`, `EXPORT`, `PART`; else what the path names in the store, and for a listing one of `LINKS`,
        `PAGE`, `JSON`. The handler makes a page itself, of the response of the form `NODE`, which it gets
        if the path leads to a node.
    options
        Details of the form; see `forms`.
    preview
        Whether a preview will do for elements that take long to read; see `reading.Reading`.
    client
        Who asks, so that clients can take turns; equal requests of two clients are equal.
    agent
        What the program calls itself (``User-Agent``); requests are compared without it, too.
    within
        The number of names at the beginning of the path that no link may lead out of; 0 for no bound.
    is_job
        Whether it may take as long as it needs; who hangs up does not come back.
    is_once
        Whether who hangs up does not come back, though it is no job; other clients hang up to ask again.
    listener
        Who is told how far a job is; it stays in the process.
    """

    zarr_format: int
    path: tuple[str, ...]
    method: str = "GET"
    if_none_match: str | None = None
    byte_range: str | None = None
    if_range: str | None = None
    location: str = "/"
    view: str = ""
    form: str = LINKS
    options: Options = ()
    preview: bool = False
    client: str = field(default="", compare=False)
    agent: str = field(default="", compare=False)
    within: int = 0
    is_job: bool = field(default=False, compare=False)
    is_once: bool = field(default=False, compare=False)
    listener: Listener | None = field(default=None, compare=False, repr=False)

    @property
    def is_of_node(self) -> bool:
        """Whether a form of a node is wanted, and not what the path names in the store."""
        return self.form not in LISTINGS

    @property
    def ends_when_left(self) -> bool:
        """Whether nobody wants the answer once all who asked have hung up."""
        return self.is_job or self.is_once

    def below(self, names: int) -> "Request":
        """The same request, as a source answers it that stands `names` names further down."""
        return replace(self, path=self.path[names:], within=max(self.within - names, 0))


@dataclass(frozen=True)
class Response:
    """What a client gets: a status, a body, and what the headers say about it.

    Attributes
    ----------
    size
        The length, in bytes, of the body of a GET; `body` is empty for HEAD and 304.
    etag
        A strong entity tag, quoted.
    headers
        Further headers, such as Content-Range and Retry-After.
    spent
        The seconds that it took, by phase.
    form
        The form of the request; None from an older kernel, which knows no forms.
    message
        Why it failed; kernels send it in the body alone.
    parts
        Of the form `TOGETHER`, the responses to the single requests; they stay in the process.
    is_of_one_moment
        Of the form `TOGETHER`, whether all that changes in these parts was read at one moment.
    layouts
        For a chunk, even an absent one: the layout of its array, by the key ""; and by `OUTSIDE` as well
        if the array can have no such chunk. For metadata: the layouts in them, by relative path.
    """

    status: int
    media_type: str
    body: bytes
    size: int
    etag: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    form: str | None = None
    layouts: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    parts: tuple["Response", ...] = field(default=(), compare=False, repr=False)
    is_of_one_moment: bool = False


def existence_of(path: tuple[str, ...], *, within: int = 0, client: str = "") -> Request:
    """The request that asks whether there is a node at a path: 200 if there is, 404 if there is none."""
    return Request(2, (*path, ZATTRS), within=within, client=client)


def may_be_chunk(request: Request) -> bool:
    """Whether the last segment of a path could be the end of a chunk's key, of either format."""
    last = "" if request.is_of_node or not request.path else request.path[-1]
    return _CHUNK_KEY_END.fullmatch(last) is not None


def refusal(error: ServeError, method: str = "GET") -> Response:
    """The response to a client for a failure: a message and a reason, as JSON."""
    message = public(str(error))
    body = json.dumps({"message": message, "reason": type(error).__name__}).encode()
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.size}"
    layouts = {}
    if isinstance(error, NotFound) and error.layout:
        layouts = dict.fromkeys(("", OUTSIDE) if error.is_outside else ("",), error.layout)
    return Response(
        error.status, "application/json", b"" if method == "HEAD" else body, len(body), headers=headers,
        layouts=layouts, message=message,
    )  # fmt: skip
