"""Nodes: what is served, as data plus one `Reading`.

The `children` of a `Group` are a mapping that may be lazy. Looking up a child raises `KeyError` if there is
none, and a `ServeError` if there is one that cannot be served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .codecs import DEFAULT_COMPRESSOR, Codec
from .dimensions import named_axes
from .dtypes import DType, canonical, element_size
from .errors import Unreadable
from .fills import fill_of, mark_of
from .grid import Layout, check_chunk, check_shape, chunk_shape_for
from .reading import Read, Reading
from .served import Served, referring
from .stored import Stored


class Validator(Protocol):
    """Tells whether data are still what they were; cheap, but it may have to ask a file system."""

    @property
    def is_near(self) -> bool:
        """Whether it can tell at once, without a network."""

    def __call__(self) -> bool:
        """Whether the data are unchanged."""


@dataclass(frozen=True)
class Policy:
    """How data are cut and encoded unless their source says otherwise.

    Attributes
    ----------
    target_bytes
        Raw size of a chunk to aim at, in bytes.
    limit_bytes
        Raw size that no chunk, and nothing that one is decompressed to, may exceed, in bytes.
    compressor
        The codec for chunks that are encoded here; None leaves them uncompressed.
    """

    target_bytes: int = 1 << 20
    limit_bytes: int = 1 << 28
    compressor: Codec | None = field(default=DEFAULT_COMPRESSOR)


@dataclass(frozen=True, eq=False)
class Parts:
    """What an array is made of, for clients that know only plain numbers.

    Attributes
    ----------
    values
        The array to show instead, such as the codes of categories; None for the array itself.
    beside
        The arrays that explain it, by kind: its "categories", or a "mask" that is True where values are
        missing.
    """

    beside: "Mapping[str, Array]"
    values: "Array | None" = None

    def map(self, change: "Callable[[Array], Array]") -> "Parts":
        """The parts, each changed by a function."""
        beside = {kind: change(array) for kind, array in self.beside.items()}
        return Parts(beside, None if self.values is None else change(self.values))


@dataclass(frozen=True, eq=False)
class Array:
    """An array: its metadata, and how to read regions of it.

    Attributes
    ----------
    shape, dtype, chunk_shape
        As in Zarr; `dtype` is one of `dtypes.canonical`.
    reading
        Reads the elements.
    fill_value
        Pads edge chunks, and stands for absent ones; None for the neutral element (0, "", ...).
    dimension_names
        A name for each axis, or None for an axis without one; None if no axis has a name.
    attributes
        Anything that `attributes.to_json` can spell.
    codecs
        The codecs that encode a chunk, in this order.
    version
        Changes whenever the data may have changed; None if nothing tells that.
    stored
        By Zarr format: chunks that can be sent as the source stores them.
    parts
        Gives its `Parts`; None if the array needs none.
    validator
        Tells whether opening the node again would give the same; None if nothing tells that.
    unreadable
        Why `read` always fails, if that is known; the array is then served only as it is stored.
    called
        What people call it: "array", or "sparse".
    """

    shape: tuple[int, ...]
    dtype: DType
    chunk_shape: tuple[int, ...]
    reading: Reading
    fill_value: Any = None
    dimension_names: tuple[str | None, ...] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    codecs: tuple[Codec, ...] = (DEFAULT_COMPRESSOR,)
    version: str | None = None
    stored: Mapping[int, Stored] = field(default_factory=dict)
    parts: Callable[[], Parts] | None = None
    validator: "Validator | None" = None
    unreadable: str = ""
    called: str = "array"

    @property
    def read(self) -> Read:
        """Gives the elements of a region; see `Reading`."""
        return self.reading.read

    @property
    def fill(self) -> Any:
        """The fill value as an element of `dtype`."""
        return fill_of(self.fill_value, self.dtype)

    @property
    def missing_mark(self) -> Any:
        """The attribute ``_FillValue`` as an element of `dtype`; None if there is none that fits."""
        return mark_of(self.attributes, self.dtype)

    def in_format(self, zarr_format: int) -> "Array":
        """The array with its chunk shape in one format; raises `Unreadable` if it has no chunks there."""
        stored = self.stored.get(zarr_format)
        refusal = self.unreadable if stored is None else stored.refusal
        if refusal:
            raise Unreadable(refusal)
        return replace(self, chunk_shape=stored.chunk_shape) if stored and stored.chunk_shape else self

    @property
    def axis_names(self) -> tuple[str, ...]:
        """A name for every axis; see `dimensions.named_axes`."""
        return named_axes(self.shape, self.dimension_names)


@dataclass(frozen=True, eq=False)
class Group:
    """A group: named children and attributes.

    Attributes
    ----------
    children
        By name; may be lazy. The names are those of the source; see `served`.
    consolidate
        Whether its documents describe everything below it; False for folders, which may be large.
    version, validator
        As those of an `Array`, for everything below.
    levels
        The names of the children that are one image at several resolutions, the full one first.
    growing
        Whether another program is appending to the data, so that a change spoils nothing already read.
    called
        What people call it, such as "table" or "dataset".
    by_format
        Gives further attributes for a Zarr format, where conventions differ between formats.
    """

    children: "Mapping[str, Node]" = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consolidate: bool = True
    version: str | None = None
    validator: "Validator | None" = None
    levels: tuple[str, ...] = ()
    growing: bool = False
    called: str = "group"
    by_format: Callable[[int], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        if not getattr(self.children, "has_fit_names", False):
            children = Served(self.children)
            object.__setattr__(self, "children", children)
            object.__setattr__(self, "attributes", referring(self.attributes, children.renames))

    def attributes_in(self, zarr_format: int) -> Mapping[str, Any]:
        """The attributes as one Zarr format spells them."""
        more = self.by_format(zarr_format) if self.by_format else {}
        return {**self.attributes, **more}


Node = Array | Group


def make_array(
    shape: Sequence[int],
    dtype: DType,
    read: Read | Reading,
    policy: Policy,
    *,
    source_chunks: Sequence[int] | None = None,
    layout: Layout = "box",
    spatial: tuple[int, int] | None = None,
    chunk_shape: Sequence[int] | None = None,
    fill_value: Any = None,
    dimension_names: tuple[str | None, ...] | None = None,
    attributes: Mapping[str, Any] | None = None,
    codecs: tuple[Codec, ...] | None = None,
    version: str | None = None,
    stored: Mapping[int, Stored] | None = None,
    parts: Callable[[], Parts] | None = None,
    called: str = "array",
) -> Array:
    """Make an `Array`, its chunk shape and codecs chosen by the policy.

    Parameters
    ----------
    dtype
        In any byte order.
    source_chunks, layout, spatial, chunk_shape
        See `grid.chunk_shape_for`; a chunk shape is exact.
    read, fill_value, dimension_names, attributes, codecs, version, stored, parts, called
        See `Array`. A function in place of a `Reading` is its `read`; codecs of None are the policy's.

    Raises
    ------
    Unreadable
        If Zarr cannot spell the dtype, or the shape or a chunk is larger than allowed.
    """
    check_shape(shape)
    served = canonical(dtype)
    size = element_size(served)
    chunks = tuple(chunk_shape) if chunk_shape is not None else chunk_shape_for(
        shape, size, policy.target_bytes,
        source_chunks=source_chunks, layout=layout, spatial=spatial,
    )  # fmt: skip
    check_chunk(chunks, size, policy.limit_bytes)
    if codecs is None:
        codecs = (policy.compressor,) if policy.compressor else ()
    return Array(
        tuple(int(n) for n in shape), served, chunks,
        read if isinstance(read, Reading) else Reading(read),
        fill_value, dimension_names, attributes or {}, codecs, version, stored or {}, parts, called=called,
    )  # fmt: skip
