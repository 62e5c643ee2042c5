"""Chunks that are asked for together: what they are made of is copied at one moment.

They may be of several variables. Small arrays are copied whole. What a copy of a part of a larger one has
to hold is seen as the chunks are read: where that is not what it was last time, they are read once more.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from threading import Lock

from ..core.children import Children
from ..core.coming import Silent
from ..core.errors import NotFound, ServeError, Unreadable, of_objects
from ..core.limits import TOGETHER_BYTES
from ..core.nodes import Array, Group, Node
from ..core.progress import reporting
from ..core.reading import Reading
from ..core.served import original_of, renames_of
from ..serve.request import BINARY, TOGETHER, Request, Response, refusal
from ..serve.together import requests_in
from ..wire import response_head
from .held import Held, Known, Moment
from .live import Live
from .peer import IsThere
from .registry import Registry
from .touched import Part

CERTAIN, UNCERTAIN = b"\1", b"\0"  # the first byte of an answer: whether all parts are of one moment
_PARTS = 64  # of arrays, that are remembered


class Together:
    """Answers requests for several chunks of what is published."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._read: OrderedDict[Known, Part] = OrderedDict()  # of arrays, for requests that were answered
        self._lock = Lock()

    def __call__(self, request: Request, is_there: IsThere) -> Response:
        """The answers to all requests in one, each as a frame; never raises.

        Parameters
        ----------
        is_there
            Whether the client still waits. It does not come back: without it, nothing is made on for it.
        """
        try:
            with reporting(Silent(is_there)):
                return self._answer(request)
        except ServeError as error:
            return refusal(error, request.method)

    def _answer(self, request: Request) -> Response:
        registry, asked = self._registry, requests_in(request)
        names = dict.fromkeys(one.path[0] for one in asked)
        found = {name: registry.live(original_of(registry.root().children, name)) for name in names}
        lives = {name: live for name, live in found.items() if live is not None}
        if len(lives) < len(names):
            raise NotFound(f"{', '.join(names.keys() - lives.keys())}: is not published")
        with of_objects():
            nodes = {name: live.node() for name, live in lives.items()}
        parts, moment = self._read_all(request, lives, nodes)
        if any(one.has_missed for one in moment.held.values()):
            parts, moment = self._read_all(request, lives, nodes, is_last=True)
        if sum(len(part.body) for part in parts) > TOGETHER_BYTES:
            raise Unreadable("that is too much to be sent at once; ask for single chunks")
        is_certain = moment.is_certain and not any(map(_is_computed, nodes.values()))
        frames = b"".join(piece for part in parts for piece in (response_head(part), part.body))
        body = (CERTAIN if is_certain else UNCERTAIN) + frames
        return Response(200, BINARY, body, len(body), form=TOGETHER)

    def _read_all(
        self,
        request: Request,
        lives: Mapping[str, Live],
        nodes: Mapping[str, Node],
        *,
        is_last: bool = False,
    ) -> tuple[list[Response], Moment]:  # fmt: skip
        """The answers to all requests in one, and the arrays that they were read from."""
        moment = Moment()

        def hold(array: Array, names: tuple[str, ...]) -> Array:
            if not _changes(array):
                return array
            known = (
                lives[names[0]].serial,
                names,
                array.shape,
                request.view,
                request.path,
                request.options,
            )
            held = moment.held.get(names)
            if held is None:
                held = moment.held[names] = Held(
                    array, known, self._read.get(known), moment, is_last=is_last
                )
            return replace(array, reading=Reading(held.read, held.read))

        root = Group({name: _holding(node, (name,), hold) for name, node in nodes.items()})
        asked = requests_in(request)
        for one in asked:
            _look_up(root, one.path)
        parts = [self._registry.answer(one, root) for one in asked]
        with self._lock:
            for held in moment.held.values():
                if held.read_part is not None:
                    self._read[held.known] = held.read_part
            while len(self._read) > _PARTS:
                self._read.popitem(last=False)
        return parts, moment


def _look_up(node: Node, path: tuple[str, ...]) -> None:
    """Have the array held that a path leads to, before anything is read."""
    with suppress(ServeError, KeyError):
        for name in path:
            if isinstance(node, Array):
                return
            node = node.children[name]


def _is_computed(node: Node) -> bool:
    """Whether values are made when they are asked for, so that nothing can hold them."""
    return isinstance(node, Array) and node.version is None and not _changes(node)


def _changes(array: Array) -> bool:
    """Whether the values of an array are in memory and may change."""
    reading = array.reading
    return array.version is None and reading.sample is not None and reading.cost is None


def _holding(node: Node, names: tuple[str, ...], hold: Callable[[Array, tuple[str, ...]], Array]) -> Node:
    """A node of which each array is held once it is looked up."""
    if isinstance(node, Array):
        return hold(node, names)
    children = node.children
    return replace(
        node,
        children=Children(
            children, lambda name: _holding(children[name], (*names, name), hold), renames_of(children)
        ),
    )
