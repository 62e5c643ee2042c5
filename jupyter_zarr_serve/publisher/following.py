"""Changes of single paths: a server that follows paths gets an answer as soon as one of them has changed.

The server sends the mark of each path that it knows, so this module stores nothing for it, and a late or
repeated request loses no change. Values are fingerprinted only while a server waits, at most fifteen times
a second, and less often if that takes long: see `fingerprint`.
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
from .fingerprint import fingerprint_or_none
from .registry import Registry
from .touched import Part

LOOK_SECONDS = 0.07
_SHARE = 40  # looking for changes takes at most 1/40 of the time
_LONGEST_PAUSE = 30.0  # seconds
_LATE = 2.0  # seconds that a server may take until its next request
_MOST_NAMES = 20_000

IsThere = Callable[[], bool]
Path = tuple[str, ...]


class Mark(NamedTuple):
    """The state of a path: texts that differ after a change, all of them empty if nothing is there."""

    layout: str
    members: str
    data: str


GONE = Mark("", "", "")


class _Followed(NamedTuple):
    """A path, its mark as the server knows it, and how many of the server's clients follow it."""

    path: Path
    mark: Mark
    watchers: int


def answer_to_follower(registry: Registry, request: Request, is_there: IsThere) -> Response:
    """The marks of the paths that have changed, once there are some or the time is up.

    Parameters
    ----------
    request
        Its options are `paths`, JSON of a list of ``[names, [layout, members, data], how many follow]``;
        `wait`, the most seconds to wait; and `server`, the name of the server.
    is_there
        Whether the server still waits.
    """
    options = dict(request.options)
    try:
        followed = _parsed(str(options.get("paths", "")))
    except (ValueError, TypeError, RecursionError):
        return refusal(Unreadable("the list of paths to follow is malformed"), request.method)
    until = monotonic() + float(options.get("wait", 0))
    server, counts = str(options.get("server", "")), {one.path: one.watchers for one in followed}
    while True:
        began = thread_time()
        changed = _changed(registry, followed)
        pause = min(max(LOOK_SECONDS, _SHARE * (thread_time() - began)), _LONGEST_PAUSE)
        registry.watchers.say(server, counts, pause + _LATE)
        if changed or monotonic() >= until or not is_there():
            break
        registry.wait(pause)
    body = json.dumps({"pause": pause, "states": changed}).encode()
    return Response(200, "application/json", body, len(body), form=FOLLOWED)


def _parsed(text: str) -> list[_Followed]:
    """The paths that a server follows.

    Raises
    ------
    ValueError, TypeError
        If the text is malformed or lists too many paths.
    """
    listed = json.loads(text)
    if not isinstance(listed, list) or len(listed) > limits.FOLLOWED:
        raise ValueError("there are no paths, or too many")
    followed = []
    for names, mark, count in listed:
        layout, members, data = map(str, mark)
        followed.append(_Followed(tuple(map(str, names)), Mark(layout, members, data), int(count)))
    return followed


def _changed(registry: Registry, followed: list[_Followed]) -> list[dict[str, Any]]:
    """The new states of the paths whose marks differ from those that the server knows."""
    changed = []
    for at, (path, known, _) in enumerate(followed):
        try:
            mark, part = _mark(registry, path, known)
        except Unavailable:
            continue
        except ServeError:
            mark, part = GONE, None
        if mark != known:
            changed.append({"at": at, "mark": [*mark], **({} if part is None else {"part": part})})
    return changed


def _mark(registry: Registry, path: Path, known: Mark) -> tuple[Mark, Part | None]:
    """The present mark of a path, and the part that changed since the known mark, if it is known.

    Raises
    ------
    ServeError
        If nothing is there, or it cannot be served.
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
        values = None if live.is_frozen else fingerprint_or_none(node)
        layout, members = _layout(node), _members(node)
    data = f"{registry.session[:12]}.{live.serial}.{live.changes}.{'' if values is None else f'{values:x}'}"
    part = None
    if isinstance(node, Array) and len(path) == 1 and layout == known.layout:
        session, serial, changes, *_ = *known.data.split("."), "", "", ""
        is_same = (session, serial) == (registry.session[:12], f"{live.serial}")
        part = live.touched_since(int(changes)) if is_same and changes.isdecimal() else None
    return Mark(layout, members, data), part


def _layout(node: Node) -> str:
    """A digest of a node's own metadata."""
    own = f"{layout_in(node, DIALECTS[3])} {node.dimension_names}" if isinstance(node, Array) else "group"
    return digest(f"{own} {dict(islice(node.attributes.items(), 100))!r}".encode("utf-8", "replace"))


def _members(node: Node) -> str:
    """A digest of the names of a group's members."""
    if isinstance(node, Array):
        return ""
    return digest("\0".join(islice(node.children, _MOST_NAMES)).encode("utf-8", "replace"))
