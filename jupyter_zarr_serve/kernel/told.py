"""What clients were told about arrays, so that chunks never go to those who hold other metadata.

An object that is replaced keeps its URL. A client that read the metadata of the old one would decode
the new one's chunks wrongly, or take its absent ones for the fill value. Therefore a chunk is refused
(409) while its array differs from what was last told of it, in either format, or has gone; to read the
metadata again is to be told.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any
from weakref import ref

from ..core.consolidated import Described, described
from ..core.errors import NotFound, Replaced, ServeError
from ..core.nodes import Array, Node
from ..core.request import Request
from ..core.respond import DIALECTS, DOCUMENT_KEYS
from ..core.walk import resolve

_MOST = 100_000  # arrays to remember; the oldest are forgotten

Key = tuple[str, int, tuple[str, ...]]  # view, format, path


class Told:
    """By view, format and path: the array whose metadata were read last, and what they said."""

    def __init__(self) -> None:
        self._told: dict[Key, tuple[Callable[[], Array | None], Any]] = {}
        self._lock = Lock()

    def check(self, root: Node, request: Request) -> None:
        """See that a request for a chunk comes from one who knows the array as it is.

        Raises
        ------
        Replaced
            When it does not.
        """
        if not self._told or not is_below_array(request):
            return
        try:
            found = resolve(root, request.path, frozenset())
        except NotFound:
            self._check_gone(request)
        else:
            if isinstance(found.node, Array):
                self._check_array(found.node, (request.view, request.zarr_format, found.names))
            else:
                self._check_gone(request)

    def tell(self, root: Node, request: Request) -> None:
        """Remember what a client was just told."""
        if request.form or request.path[-1:] not in {("zarr.json",), (".zarray",), (".zmetadata",)}:
            return
        try:
            found = resolve(root, request.path, DOCUMENT_KEYS)
            node = found.node
            if isinstance(node, Array):
                below = [Described("", node)]
            else:
                below = described(node, request.zarr_format) or []
        except ServeError:
            return
        for one in below:
            if isinstance(one.node, Array):
                where = (*found.names, *filter(None, one.path.split("/")))
                self._remember((request.view, request.zarr_format, where), one.node)

    def _remember(self, key: Key, array: Array) -> None:
        known = self._told.get(key)
        if known is not None and known[0]() is array:
            return
        with self._lock:
            self._told.pop(key, None)
            self._told[key] = (ref(array), _layout(array, key[1]))
            if len(self._told) > _MOST:
                del self._told[next(iter(self._told))]

    def _check_array(self, array: Array, key: Key) -> None:
        known = self._told.get(key)
        if known is not None and known[0]() is not array and known[1] != _layout(array, key[1]):
            raise Replaced(
                f"{'/'.join(key[2])}: was replaced by data of another shape, type or chunking; "
                "read its metadata again: open it anew"
            )

    def _check_gone(self, request: Request) -> None:
        for length in range(1, len(request.path)):
            if (request.view, request.zarr_format, request.path[:length]) in self._told:
                raise Replaced(
                    f"{'/'.join(request.path[:length])}: was withdrawn from publication or replaced; "
                    "publish it again, or list what there is"
                )


def is_below_array(request: Request) -> bool:
    """Whether a request can be for a chunk: it names neither a document nor a listing."""
    return not request.form and len(request.path) > 1 and request.path[-1] not in {"", *DOCUMENT_KEYS}


def _layout(array: Array, zarr_format: int) -> Any:
    """All that metadata say about chunks."""
    document = dict(DIALECTS[zarr_format].document(array, ".zarray" if zarr_format == 2 else "zarr.json"))
    document.pop("attributes", None)
    document.pop("dimension_names", None)
    return document
