"""Changes of single paths: a server that follows some is answered as soon as one of them changed.

The server says with each path the mark that it knows, so nothing is remembered for it here, and nothing is
lost when it asks late or again. While it waits, and only then, the values of what it follows are looked at,
ten times a second at most, and more seldom where a look takes long: see `fingerprint`.
"""

import json
from collections.abc import Callable
from itertools import islice
from time import monotonic, thread_time
from typing import Any, NamedTuple

from ..core import limits
from ..core.dialects import DIALECTS
from ..core.errors import NotFound, ServeError, Unavailable, Unreadable, of_objects
from ..core.nodes import Array, Node
from ..core.served import original_of
from ..core.walk import resolve
from ..serve.layout import layout_in
from ..serve.representation import digest
from ..serve.request import FOLLOWED, Request, Response, refusal
from .changes import mark_of
from .fingerprint import looked_at
from .registry import Registry
from .touched import Part

LOOK_SECONDS = 0.1
_SHARE = 25  # a look takes at most one part in so many of the time
_LONGEST_PAUSE = 30.0  # seconds
_LATE = 2.0  # seconds that a server may take to ask again
_MOST_NAMES = 20_000

IsThere = Callable[[], bool]
Path = tuple[str, ...]


class Mark(NamedTuple):
    """What is known of a path: texts that differ when it changed, all empty where nothing is there."""

    layout: str
    members: str
    data: str


GONE = Mark("", "", "")


class _Followed(NamedTuple):
    """A path, the mark of it that the server knows, and how many follow it there."""

    path: Path
    mark: Mark
    watchers: int


def answer_to_follower(registry: Registry, request: Request, is_there: IsThere) -> Response:
    """The marks of the paths that changed: when there are some, or time is up.

    Parameters
    ----------
    request
        Its options are `paths`, JSON of a list of ``[names, [layout, members, data], how many follow]``;
        `wait`, the most seconds to wait; and `server`, the name of the server.
    is_there
        Whether anybody still waits.
    """
    options = dict(request.options)
    try:
        followed = _parsed(str(options.get("paths", "")))
    except (ValueError, TypeError, RecursionError):
        return refusal(Unreadable("what is to be followed is not said in a known way"), request.method)
    until = monotonic() + float(options.get("wait", 0))
    server, counts = str(options.get("server", "")), {one.path: one.watchers for one in followed}
    while True:
        began = thread_time()
        told = _told(registry, followed)
        pause = min(max(LOOK_SECONDS, _SHARE * (thread_time() - began)), _LONGEST_PAUSE)
        registry.watchers.say(server, counts, pause + _LATE)
        if told or monotonic() >= until or not is_there():
            break
        registry.wait(pause)
    body = json.dumps({"pause": pause, "states": told}).encode()
    return Response(200, "application/json", body, len(body), form=FOLLOWED)


def _parsed(text: str) -> list[_Followed]:
    """What a server says that it follows.

    Raises
    ------
    ValueError, TypeError
        If it is nothing of the kind.
    """
    told = json.loads(text)
    if not isinstance(told, list) or len(told) > limits.FOLLOWED:
        raise ValueError("there are no paths, or too many")
    followed = []
    for names, mark, count in told:
        layout, members, data = map(str, mark)
        followed.append(_Followed(tuple(map(str, names)), Mark(layout, members, data), int(count)))
    return followed


def _told(registry: Registry, followed: list[_Followed]) -> list[dict[str, Any]]:
    """The states of those paths that are no longer as the server knows them."""
    told = []
    for at, (path, known, _) in enumerate(followed):
        try:
            mark, part = _mark(registry, path, known)
        except Unavailable:
            continue
        except ServeError:
            mark, part = GONE, None
        if mark != known:
            told.append({"at": at, "mark": [*mark], **({} if part is None else {"part": part})})
    return told


def _mark(registry: Registry, path: Path, known: Mark) -> tuple[Mark, Part | None]:
    """The mark of a path now, and the part that changed since it had another one, if that is known.

    Raises
    ------
    ServeError
        If there is nothing, or nothing that can be served.
    """
    if not path:
        return Mark("root", mark_of(registry), registry.session), None
    root = registry.root()
    name = original_of(root.children, path[0])
    live = registry.live(name)
    if live is None:
        raise NotFound(f"{path[0]}: is not published")
    with of_objects():
        found = resolve(root, path, frozenset())
        if found.key:
            raise NotFound(f"{'/'.join(path)}: there is nothing inside an array")
        node = found.node
        looks = None if live.is_frozen else looked_at(node)
        layout, members = _layout(node), _members(node)
    data = f"{registry.session[:12]}.{live.serial}.{live.changes}.{'' if looks is None else f'{looks:x}'}"
    part = None
    if isinstance(node, Array) and len(path) == 1 and layout == known.layout:
        session, serial, changes, *_ = *known.data.split("."), "", "", ""
        is_same = (session, serial) == (registry.session[:12], f"{live.serial}")
        part = live.touched_since(int(changes)) if is_same and changes.isdecimal() else None
    return Mark(layout, members, data), part


def _layout(node: Node) -> str:
    """A digest of what metadata say of a node itself."""
    own = f"{layout_in(node, DIALECTS[3])} {node.dimension_names}" if isinstance(node, Array) else "group"
    return digest(f"{own} {dict(islice(node.attributes.items(), 100))!r}".encode("utf-8", "replace"))


def _members(node: Node) -> str:
    """A digest of the names of a group's members, and of what they are where that is known at once."""
    if isinstance(node, Array):
        return ""
    return digest("\0".join(islice(node.children, _MOST_NAMES)).encode("utf-8", "replace"))
