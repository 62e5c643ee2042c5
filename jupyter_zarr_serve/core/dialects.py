"""The two formats of Zarr side by side: what a module must have to be a dialect, and which there are."""

from collections.abc import Mapping
from typing import Any, Protocol

from . import v2, v3
from .codecs import Codec
from .nodes import Array, Node
from .stored import Coords


class Dialect(Protocol):
    """What `v2` and `v3` have in common; nothing else knows how a format spells things.

    Attributes
    ----------
    GROUP_KEYS, ARRAY_KEYS
        The store keys of the documents of a group and of an array.
    FILL_CHUNKS_ABSENT
        Whether a chunk that holds nothing but the fill value is left out.
    """

    ZARR_FORMAT: int
    GROUP_KEYS: frozenset[str]
    ARRAY_KEYS: frozenset[str]
    FILL_CHUNKS_ABSENT: bool

    def document(self, node: Node, key: str) -> dict[str, Any] | None:
        """The metadata document of a node at one of its keys; None where it has no such document."""

    def layout_document(self, array: Array) -> dict[str, Any]:
        """The document of an array that tells how its chunks are cut and encoded."""

    def attributes_of(self, array: Array) -> dict[str, Any]:
        """The attributes of an array in JSON, without the names of its axes."""

    def chunk_key(self, coords: Coords) -> str:
        """The store key of a chunk."""

    def chunk_coords(self, key: str, ndim: int) -> Coords | None:
        """The coordinates that a store key spells; None where it is not exactly a chunk's key."""

    def codecs_of(self, array: Array) -> tuple[Codec, ...]:
        """The codecs that encode the array's chunks, in this order."""


DIALECTS: Mapping[int, Dialect] = {2: v2, 3: v3}
OTHER_FORMAT: Mapping[int, int] = {2: 3, 3: 2}
