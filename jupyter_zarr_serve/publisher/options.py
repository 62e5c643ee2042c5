"""The options of `publish`, and how they change an object's node."""

import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from ..core.children import Children
from ..core.codecs import Codec, compressor_named
from ..core.dtypes import element_size
from ..core.nodes import Array, Group, Node, Policy
from ..core.served import renames_of

ByPath = Mapping[str, Any]  # a value for each array, by its path; "" is the object itself
_NOWHERE = "/"  # a path that has no options


class Given(TypedDict, total=False):
    """The options in the form that `publish` takes."""

    chunks: Any
    compressor: Any
    dims: Any
    attributes: Mapping[str, Any] | None
    axes: Any
    scale: Any
    unit: Any
    frozen: bool


@dataclass(frozen=True)
class Options:
    """The options of one call of `publish`.

    Attributes
    ----------
    chunks, dims
        Chunk shapes and dimension names, by the path of the array.
    codecs
        The codecs; None leaves them to the adapter.
    attributes
        Attributes that are added to the object's own, or replace them.
    axes, scale, unit
        The kinds of an image's axes, and the size of a pixel and its unit, by the path of the array.
    frozen
        Whether the data never change, so that chunks may be cached.
    """

    chunks: ByPath = field(default_factory=dict)
    dims: ByPath = field(default_factory=dict)
    codecs: tuple[Codec, ...] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    axes: ByPath = field(default_factory=dict)
    scale: ByPath = field(default_factory=dict)
    unit: ByPath = field(default_factory=dict)
    frozen: bool = False

    @property
    def policy(self) -> Policy:
        """The policy that adapters get."""
        return Policy() if self.codecs is None else Policy(compressor=next(iter(self.codecs), None))


def make_options(
    chunks: Any,
    compressor: Any,
    dims: Any,
    attributes: Mapping[str, Any] | None,
    *,
    frozen: bool,
    **of_image: Any,
) -> Options:
    """The options of a call; `compressor` is a name, None, or Ellipsis if it was not given.

    Raises
    ------
    ValueError
        If the compressor is unknown.
    """
    codecs = None
    if compressor is not ...:
        codec = compressor_named("none" if compressor is None else compressor)
        codecs = () if codec is None else (codec,)
    image = {name: _by_path(value) for name, value in of_image.items()}
    return Options(_by_path(chunks), _by_path(dims), codecs, dict(attributes or {}), frozen=frozen, **image)


def dressed(node: Node, options: Options, version: str | None) -> Node:
    """The node with the options applied.

    Raises
    ------
    ValueError
        If an option does not fit the object; the message says what would.
    """
    if isinstance(node, Group):
        _check_members(node, [*options.chunks, *options.dims, *options.axes, *options.scale, *options.unit])
    dressed_node = _dressed(node, "", options, version)
    if not options.attributes:
        return dressed_node
    return replace(dressed_node, attributes={**dressed_node.attributes, **options.attributes})


def _by_path(value: Any) -> ByPath:
    if value is None:
        return {}
    return value if isinstance(value, Mapping) else {"": value}


def _check_members(group: Group, paths: Iterable[str]) -> None:
    for path in paths:
        name = path.partition("/")[0]
        if name not in group.children:
            known = ", ".join(map(repr, list(group.children)[:10]))
            raise ValueError(
                f"options of the arrays of a group are given by name, as {{name: value}}, and {name!r} "
                f"is none of its members: {known}"
            )


def _dressed(node: Node, path: str, options: Options, version: str | None) -> Node:
    if isinstance(node, Array):
        return _dressed_array(node, path, options, version)
    by_path = (options.chunks, options.dims, options.axes, options.scale, options.unit)
    if not (any(by_path) or options.codecs is not None or version):
        return node
    prefix, children = f"{path}/" if path else "", node.children

    def make(name: str) -> Node:
        return _dressed(children[name], f"{prefix}{name}", options, version)

    return replace(node, children=Children(children, make, renames_of(children)), version=version)


def _dressed_array(array: Array, path: str, options: Options, version: str | None) -> Array:
    changes: dict[str, Any] = {}
    if path in options.chunks:
        changes |= {"chunk_shape": _chunk_shape(array, options.chunks[path], options.policy), "stored": {}}
    if options.codecs is not None:
        changes |= {"codecs": options.codecs, "stored": {}}
    if path in options.dims:
        changes["dimension_names"] = _dimension_names(array, options.dims[path])
    if any(path in option for option in (options.axes, options.scale, options.unit)):
        from .image_options import image_fields  # which few need

        changes |= image_fields(
            array, options.axes.get(path), options.scale.get(path), options.unit.get(path)
        )
        changes |= (
            {"dimension_names": _dimension_names(array, options.dims[path])} if path in options.dims else {}
        )
    if version:
        changes["version"] = version
    if array.parts is not None and changes:
        make = array.parts
        changes["parts"] = lambda: make().map(lambda part: _dressed_array(part, _NOWHERE, options, version))
    return replace(array, **changes) if changes else array


def _chunk_shape(array: Array, chunks: Any, policy: Policy) -> tuple[int, ...]:
    """The chunk shape that a user gives; -1 is the whole length of an axis."""
    given = chunks if isinstance(chunks, Iterable) else [chunks]
    lengths = [operator.index(length) for length in given]
    if len(lengths) != len(array.shape) or any(length == 0 or length < -1 for length in lengths):
        raise ValueError(
            f"chunks={chunks!r} does not fit the shape {array.shape}; give one length for each axis"
        )
    shape = tuple(max(1, n) if c == -1 else c for c, n in zip(lengths, array.shape, strict=True))
    if math.prod(shape) * element_size(array.dtype) > policy.limit_bytes:
        raise ValueError(
            f"chunks={chunks!r}: one chunk would take more than {policy.limit_bytes:,} bytes; give less"
        )
    return shape


def _dimension_names(array: Array, dims: Any) -> tuple[str, ...]:
    names = (dims,) if isinstance(dims, str) else tuple(dims)
    is_text = all(isinstance(name, str) and name for name in names)
    if not is_text or len(names) != len(array.shape) or len(set(names)) != len(names):
        raise ValueError(
            f"dims={dims!r} does not fit the shape {array.shape}; give one name for each axis, no two alike"
        )
    return names
