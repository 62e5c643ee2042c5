"""The published names, and the answers to requests for them and for all below them."""

import itertools
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from threading import Condition
from types import MappingProxyType
from typing import Any, ClassVar

from ..core.errors import Replaced, ServeError, Unavailable, Unreadable, of_objects
from ..core.memory import MEMORY, Share
from ..core.nodes import Group, Node
from ..serve.metadata_seen import MetadataSeen
from ..serve.request import IS_ALL, NODE, Request, Response, may_be_chunk, refusal
from ..serve.respond import respond
from ..views import viewed
from ..wire import MAX_BODY
from .live import Live
from .options import Options
from .touched import Part
from .watchers import Watchers

# A client that reads chunks has read metadata, maybe before a restart of the kernel.
_UNKNOWN = "{}: is not published (any more); run the cell that publishes it"
_WITHDRAWN = "{}: was withdrawn from publication; publish it again, or list what there is"

_NOTHING: Mapping[str, Live] = MappingProxyType({})


class Registry:
    """The objects that are published by name and, while it is attached, the user's namespace.

    A change replaces the whole mapping of names, so that readers need no lock.

    Attributes
    ----------
    session
        A random id of this process.
    watchers
        How many clients follow which paths.
    """

    def __init__(self) -> None:
        self._lives: Mapping[str, Live] = {}
        self._namespace: Mapping[str, Live] = _NOTHING
        self._changed = Condition()
        self._seen = MetadataSeen()
        self._remember: Share[bytes] = Share(MEMORY, "chunks", len)  # of frozen objects
        self.session = uuid.uuid4().hex
        self.watchers = Watchers()
        self._generations = itertools.count(1)

    def make(self, name: str, obj: Any, options: Options) -> Live:
        """A live object of a new generation, not yet published."""
        return Live(name, obj, options, f"{self.session}-{next(self._generations)}")

    def put(self, lives: Mapping[str, Live]) -> None:
        """Publish objects; they replace those with the same names."""
        with self._changed:
            self._lives = {**self._lives, **lives}
            self._changed.notify_all()

    def remove(self, names: Iterable[str]) -> None:
        """Withdraw names; names that are not published are ignored."""
        with self._changed:
            withdrawn = set(names)
            self._lives = {name: live for name, live in self._lives.items() if name not in withdrawn}
            self._changed.notify_all()

    def attach(self, namespace: Mapping[str, Live]) -> None:
        """Publish everything that a mapping holds, now and later; it replaces the mapping before it."""
        with self._changed:
            self._namespace = namespace
            self._changed.notify_all()

    def detach(self) -> None:
        """Undo `attach`."""
        self.attach(_NOTHING)

    def touch(self, name: str, part: Part | None = None) -> None:
        """Note that the object under a name changed, and in which part, if one is served."""
        live = self.live(name)
        if live is not None:
            live.touch(part)
            self.wake()

    def wake(self, *_: Any) -> None:
        """Wake all threads in `wait`."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until a name is published, withdrawn or touched, for at most `seconds`."""
        with self._changed:
            self._changed.wait(seconds)

    @property
    def has_namespace(self) -> bool:
        """Whether the user's variables are attached."""
        return self._namespace is not _NOTHING

    @property
    def lives(self) -> Mapping[str, Live]:
        """The objects that were published by name."""
        return self._lives

    @property
    def namespace(self) -> Mapping[str, Live]:
        """The user's variables, while they are attached."""
        return self._namespace

    def live(self, name: str) -> Live | None:
        """The object under a name; None if there is none."""
        return next((layer[name] for layer in (self._lives, self._namespace) if name in layer), None)

    def root(self) -> Group:
        """The present root group."""
        return Group(_Names((self._lives, self._namespace)))

    def answer(self, request: Request, root: Group | None = None) -> Response:
        """The response to a request; see `respond`.

        Parameters
        ----------
        root
            What to read instead of the present root group.
        """
        plain = self.root() if root is None else root
        if request.form == NODE and not request.path:
            request = replace(request, options=(*request.options, (IS_ALL, int(self.has_namespace))))
        with of_objects():
            response = respond(viewed(plain, request.view), request, self._remember)
        if response.status in {404, 409}:
            response = self._unknown(plain, request, response)
        if response.status == HTTPStatus.CONFLICT:
            self._forget(request.path[0])
        response = self._seen.checked(request, response)
        if len(response.body) > MAX_BODY:
            too_long = f"{len(response.body):,} bytes are too many for one answer; request byte ranges"
            return refusal(Unreadable(too_long), request.method)
        return response

    def _unknown(self, root: Group, request: Request, response: Response) -> Response:
        """The response for a missing name; for a chunk, a 404 would read as fill values."""
        if not may_be_chunk(request) or request.path[0] in root.children:
            return response
        if self._seen.has_seen(request):
            return refusal(Replaced(_WITHDRAWN.format(request.path[0])), request.method)
        return refusal(Unavailable(_UNKNOWN.format(request.path[0])), request.method)

    def _forget(self, name: str) -> None:
        """Drop a node whose metadata are outdated after a change in place that was not detected."""
        live = self._lives.get(name) or self._namespace.get(name)
        if live is not None and not live.is_frozen:
            live.touch()


class _Names(Mapping[str, Node]):
    """The nodes by name for one request, which looks each object up once and so sees one state of it."""

    are_unrelated: ClassVar[bool] = True  # see `core.served`

    def __init__(self, layers: tuple[Mapping[str, Live], ...]) -> None:
        self._layers = layers
        self._found: dict[str, Node | ServeError] = {}

    def __getitem__(self, name: str) -> Node:
        found = self._found.get(name) or self._find(name)
        if isinstance(found, ServeError):
            raise found
        return found

    def _find(self, name: str) -> Node | ServeError:
        live = next((layer[name] for layer in self._layers if name in layer), None)
        if live is None:
            raise KeyError(name)
        try:
            found: Node | ServeError = live.node()
        except ServeError as error:
            found = error
        self._found[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(itertools.chain.from_iterable(self._layers)))

    def __len__(self) -> int:
        return sum(1 for _ in self)
