"""The metadata of one array in a Zarr store, the same for both formats.

Codecs are not interpreted here (see `pipeline`): an array whose codecs nobody here knows can be
served in the format in which it is stored.

References
----------
https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#arrays
https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html#array-metadata
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...core import limits
from ...core.attributes import to_json
from ...core.dtypes import DType, canonical, element_size
from ...core.errors import Unreadable
from ...core.stored import Coords
from .types import fill_value, from_v2, from_v3, name_and_configuration

Json = Mapping[str, Any]

_ITEM_LIMIT = 1 << 24  # bytes of one element
_MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
_V2_MEMBERS = ("dtype", "compressor", "filters", "order", "fill_value", "chunks")
_V3_MEMBERS = ("data_type", "chunk_grid", "codecs", "fill_value")
_V3_KNOWN = frozenset({
    *_V3_MEMBERS, "zarr_format", "node_type", "shape", "chunk_key_encoding", "attributes",
    "dimension_names", "storage_transformers", "consolidated_metadata",
})  # fmt: skip


@dataclass(frozen=True)
class Metadata:
    """What an array's documents say.

    Attributes
    ----------
    chunk_shape
        Of the stored chunk grid; with sharding, the shape of a shard.
    dtype
        As it is stored, with its byte order.
    fill_value
        An element of `dtype`; None where the source declares none.
    codecs
        As spelled: in version 2 the filters and the compressor, each with an ``id``.
    order
        "F" where version 2 stores chunks in Fortran order.
    chunk_key
        The name of a chunk's file in the array's folder.
    document
        The members of the array's document that describe its chunks, verbatim.
    """

    zarr_format: int
    shape: tuple[int, ...]
    chunk_shape: tuple[int, ...]
    dtype: DType
    fill_value: Any
    dimension_names: tuple[str | None, ...] | None
    attributes: Json
    codecs: tuple[Any, ...]
    order: str
    chunk_key: Callable[[Coords], str]
    document: Json

    @property
    def chunk_bytes(self) -> int:
        """The raw size of a stored chunk."""
        return math.prod(self.chunk_shape) * element_size(self.dtype)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what a malformed document raises into an `Unreadable` that names it.

    Raises
    ------
    Unreadable
        In place of whatever was raised inside.
    """
    try:
        yield
    except Unreadable as error:
        raise Unreadable(f"{where}: {error}") from error
    except _MALFORMED as error:
        reason = f"no member {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:300]
        raise Unreadable(f"{where}: is malformed ({reason}); repair the store's metadata") from error


def metadata_v2(document: Json, attributes: Json) -> Metadata:
    """What ``.zarray`` and ``.zattrs`` say; call it in `explained`."""
    _require(document["zarr_format"] == 2, "zarr_format is not 2")
    filters = document.get("filters") or []
    compressor = document.get("compressor")
    codecs = (*filters, *([compressor] if compressor else []))
    names = [str(codec["id"]) for codec in codecs]
    shape = _lengths(document["shape"])
    dtype = _checked(from_v2(document["dtype"], names))
    order, separator = document.get("order", "C"), document.get("dimension_separator", ".")
    _require(order in {"C", "F"}, f"order {order!r} is neither C nor F")
    _require(separator in {".", "/"}, f"dimension_separator {separator!r} is neither . nor /")
    attributes, dimension_names = _dimensions(attributes, len(shape))
    kept = {name: document[name] for name in _V2_MEMBERS if name in document}
    chunk_shape = _chunk_shape(document["chunks"], shape)
    return Metadata(
        zarr_format=2,
        shape=shape,
        chunk_shape=chunk_shape,
        dtype=dtype,
        fill_value=fill_value(document.get("fill_value"), dtype),
        dimension_names=dimension_names,
        attributes=attributes,
        codecs=codecs,
        order=order,
        chunk_key=lambda coords: separator.join(map(str, coords)) or "0",
        document=to_json({**kept, "chunks": chunk_shape, "filters": filters or None}),
    )


def metadata_v3(document: Json) -> Metadata:
    """What ``zarr.json`` says of an array; call it in `explained`."""
    _require(document["zarr_format"] == 3, "zarr_format is not 3")
    _supported(not document.get("storage_transformers"), "storage transformers")
    for name in document.keys() - _V3_KNOWN:
        extra = document[name]
        optional = isinstance(extra, dict) and extra.get("must_understand") is False
        _supported(optional, f"member {name!r}, which must be understood,")
    grid, grid_configuration = name_and_configuration(document["chunk_grid"])
    _supported(grid == "regular", f"chunk grid {grid!r}", "rechunk the array to a regular grid")
    codecs = [{"name": codec} if isinstance(codec, str) else codec for codec in document["codecs"]]
    shape = _lengths(document["shape"])
    dtype = _checked(from_v3(document["data_type"]))
    names = document.get("dimension_names")
    _require(
        names is None or _are_names(names, len(shape)), f"dimension_names {names} do not fit the shape"
    )
    kept = {name: document[name] for name in _V3_MEMBERS if document.get(name) is not None}
    return Metadata(
        zarr_format=3,
        shape=shape,
        chunk_shape=_chunk_shape(grid_configuration["chunk_shape"], shape),
        dtype=dtype,
        fill_value=fill_value(document.get("fill_value"), dtype),
        dimension_names=None if names is None else tuple(names),
        attributes=object_of(document.get("attributes") or {}),
        codecs=tuple(codecs),
        order="C",
        chunk_key=_v3_chunk_key(document.get("chunk_key_encoding", "default")),
        document=to_json({**kept, "codecs": codecs}),
    )


def object_of(value: Any) -> dict[str, Any]:
    """`value`, which must be a JSON object.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return value


def _v3_chunk_key(spelling: Any) -> Callable[[Coords], str]:
    name, configuration = name_and_configuration(spelling)
    _supported(name in {"default", "v2"}, f"chunk key encoding {name!r}")
    separator = configuration.get("separator", "/" if name == "default" else ".")
    _require(separator in {".", "/"}, f"separator {separator!r} of chunk keys is neither . nor /")
    if name == "default":
        return lambda coords: separator.join(("c", *map(str, coords)))
    return lambda coords: separator.join(map(str, coords)) or "0"


def _checked(dtype: DType) -> DType:
    fields = len(dtype.names or ())
    _supported(
        fields <= limits.FIELDS, f"a structure of {fields:,} fields", "store its fields as several arrays"
    )
    _supported(dtype.itemsize <= _ITEM_LIMIT, f"dtype {str(dtype)[:80]}, too large for one element,")
    canonical(dtype)
    return dtype


def _lengths(value: Any) -> tuple[int, ...]:
    valid = isinstance(value, list) and all(type(length) is int and length >= 0 for length in value)
    _require(valid, f"{str(value)[:80]} is no list of lengths")
    _supported(
        len(value) <= limits.AXES, f"{len(value):,} axes, more than the {limits.AXES} of NumPy,",
        "join some of them",
    )  # fmt: skip
    _require(max(value, default=0) <= limits.LENGTH, "a length is too large for a 64-bit integer")
    return tuple(value)


def _chunk_shape(value: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """One positive length per axis; zero, which some writers put on empty axes, counts as one."""
    chunks = _lengths(value)
    _require(len(chunks) == len(shape), f"chunks {list(chunks)} do not fit the shape {list(shape)}")
    _require(all(c or not n for c, n in zip(chunks, shape, strict=True)), "a chunk has no elements")
    return tuple(max(1, length) for length in chunks)


def _dimensions(attributes: Json, ndim: int) -> tuple[Json, tuple[str, ...] | None]:
    """The attributes without xarray's dimension names, and these."""
    names = attributes.get("_ARRAY_DIMENSIONS")
    if not isinstance(names, list) or not _are_names(names, ndim) or None in names:
        return attributes, None
    rest = {name: value for name, value in attributes.items() if name != "_ARRAY_DIMENSIONS"}
    return rest, tuple(names)


def _are_names(names: Any, ndim: int) -> bool:
    is_list = isinstance(names, list) and len(names) == ndim
    return is_list and all(name is None or isinstance(name, str) for name in names)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise Unreadable(f"{message}; repair the store's metadata or rewrite the array")


def _supported(condition: bool, what: str, remedy: str = "write the array again without") -> None:
    """Refuse what is right, but not served."""
    if not condition:
        raise Unreadable(f"{what} cannot be served; {remedy}")
