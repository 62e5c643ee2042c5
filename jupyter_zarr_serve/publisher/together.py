"""Chunks that are asked for together: what they are made of is copied at one moment.

Small arrays are copied whole. What a copy of a part of a larger one has to hold is seen as the chunks are
read: where that is not what it was last time, they are read once more.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from ..core.children import Children
from ..core.coming import Silent
from ..core.dtypes import Block
from ..core.errors import NotFound, ServeError, Unavailable, Unreadable, of_objects
from ..core.grid import Region
from ..core.limits import MOMENT, TOGETHER_BYTES
from ..core.nodes import Array, Group, Node
from ..core.progress import reporting
from ..core.reading import Reading
from ..core.served import original_of, renames_of
from ..serve.request import BINARY, TOGETHER, Request, Response, refusal
from ..serve.together import requests_in
from ..wire import response_head
from .live import Live
from .moment import copy_of
from .peer import IsThere
from .registry import Registry
from .touched import Part, spanned

CERTAIN, UNCERTAIN = b"\1", b"\0"  # the first byte of an answer: whether all parts are of one moment
_PARTS = 64  # of arrays, that are remembered

Known = tuple[object, ...]


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
        if not request.path:
            raise Unreadable("what is asked for together lies below one variable")
        name, registry = request.path[0], self._registry
        live = registry.live(original_of(registry.root().children, name))
        if live is None:
            raise NotFound(f"{name}: is not published")
        with of_objects():
            node = live.node()
        parts, held = self._read_all(request, live, node)
        if any(one.has_missed for one in held):
            parts, held = self._read_all(request, live, node, is_last=True)
        if sum(len(part.body) for part in parts) > TOGETHER_BYTES:
            raise Unreadable("that is too much to be sent at once; ask for single chunks")
        is_certain = all(one.is_certain for one in held) and not _is_computed(node)
        frames = b"".join(piece for part in parts for piece in (response_head(part), part.body))
        body = (CERTAIN if is_certain else UNCERTAIN) + frames
        return Response(200, BINARY, body, len(body), form=TOGETHER)

    def _read_all(
        self, request: Request, live: Live, node: Node, *, is_last: bool = False
    ) -> tuple[list[Response], "list[_Held]"]:
        """The answers to all requests in one, and the arrays that they were read from."""
        held: list[_Held] = []

        def hold(array: Array, names: tuple[str, ...]) -> Array:
            if not _changes(array):
                return array
            known = (live.serial, names, array.shape, request.view, request.path, request.options)
            held.append(_Held(array, known, self._read.get(known), is_last=is_last))
            return replace(array, reading=Reading(held[-1].read, held[-1].read))

        root = Group({request.path[0]: _holding(node, (), hold)})
        parts = [self._registry.answer(one, root) for one in requests_in(request)]
        with self._lock:
            for one in held:
                if one.read_part is not None:
                    self._read[one.known] = one.read_part
            while len(self._read) > _PARTS:
                self._read.popitem(last=False)
        return parts, held


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


class _Held:
    """An array as it was when it was first read.

    Parameters
    ----------
    known
        What the part that is read is remembered by.
    part
        What was read last time; None if that is not known.
    is_last
        Whether what the copy does not hold is read nevertheless, out of the array.

    Attributes
    ----------
    has_missed
        Whether some of it was not read, as the copy does not hold it.
    """

    def __init__(self, array: Array, known: Known, part: Part | None, *, is_last: bool) -> None:
        self.known = known
        self.read_part: Part | None = None
        self.has_missed = False
        self._is_last = is_last
        self.is_certain = True
        self._array = array
        whole = tuple((0, length) for length in array.shape)
        parts = [whole] if part is None else [whole, _in_one_piece(part, array.shape)]
        self._part = next((one for one in parts if _size(one, array) <= MOMENT), None)
        self._block: Block | None = None
        self._lock = Lock()

    def read(self, region: Region) -> Block:
        """A region, whose slices may have steps; of the copy if that holds it.

        Raises
        ------
        Unavailable
            If it does not, while all can be read once more.
        """
        wanted = tuple((one.start, one.stop) for one in region)
        with self._lock:
            self.read_part = wanted if self.read_part is None else spanned([self.read_part, wanted])
            if self._part is None or not _holds(self._part, wanted):
                if not self._is_last:
                    self.has_missed = True
                    raise Unavailable("another part of the array is held")
                self.is_certain = False
                return self._array.reading.read(region)
            if self._block is None:
                self._block, is_sure = self._copy(self._part)
                self.is_certain = self.is_certain and is_sure
        return self._block[
            tuple(
                slice(one.start - first, one.stop - first, one.step)
                for one, (first, _) in zip(region, self._part, strict=True)
            )
        ]

    def _copy(self, part: Part) -> tuple[Block, bool]:
        block = self._array.reading.read(tuple(slice(start, stop, 1) for start, stop in part))
        return (block, False) if block.base is None else copy_of(block)  # a library has copied it


def _in_one_piece(part: Part, shape: tuple[int, ...]) -> Part:
    """The smallest part that contains another one and lies in one piece in memory, in C order.

    Examples
    --------
    >>> _in_one_piece(((4, 5), (0, 2), (1, 3)), (9, 8, 7))
    ((4, 5), (0, 2), (0, 7))
    """
    first = next((axis for axis, (start, stop) in enumerate(part) if stop - start > 1), len(part))
    return (*part[: first + 1], *((0, length) for length in shape[first + 1 :]))


def _size(part: Part, array: Array) -> int:
    return math.prod(stop - start for start, stop in part) * array.dtype.itemsize


def _holds(part: Part, wanted: Part) -> bool:
    return all(
        start <= first and last <= stop for (start, stop), (first, last) in zip(part, wanted, strict=True)
    )
