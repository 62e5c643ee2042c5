"""`publish`, `unpublish` and `published`."""

from collections.abc import Mapping
from typing import Any, overload

from ..core.errors import Unreadable
from ..core.known_names import DOCUMENT_KEYS
from ..core.nodes import Group, Node
from ..core.walk import members
from .catalogue import Catalogue
from .handle import BY_RULE, Published
from .live import Live
from .options import Options, make_options
from .service import Service, running, service

_NOTHING = object()


@overload
def publish(
    name: str, obj: Any, /, *, chunks: Any = ..., compressor: Any = ..., dims: Any = ...,
    attributes: Mapping[str, Any] | None = ..., axes: Any = ..., scale: Any = ..., unit: Any = ...,
    frozen: bool = ...,
) -> Published: ...  # fmt: skip
@overload
def publish(
    *, chunks: Any = ..., compressor: Any = ..., dims: Any = ...,
    attributes: Mapping[str, Any] | None = ..., axes: Any = ..., scale: Any = ..., unit: Any = ...,
    frozen: bool = ..., **objects: Any,
) -> Published | Catalogue: ...  # fmt: skip
def publish(
    name: Any = _NOTHING,
    obj: Any = _NOTHING,
    /,
    *,
    chunks: Any = None,
    compressor: Any = ...,
    dims: Any = None,
    attributes: Mapping[str, Any] | None = None,
    axes: Any = None,
    scale: Any = None,
    unit: Any = None,
    frozen: bool = False,
    **objects: Any,
) -> Published | Catalogue:
    """Serve variables as Zarr below the Jupyter server's URL; a handle, or handles by name.

    Parameters
    ----------
    name, obj
        A name, and the object to serve under it; it replaces an object of the same name.
    chunks, dims
        The exact chunk shape, and the names of the dimensions; for a group, by the names of its arrays.
    compressor
        The compressor of chunks: "blosc", "zstd", "gzip", ...; None for none.
    attributes
        Attributes to add to the object's own.
    axes, scale, unit
        For an image: a letter or name of each axis ("tczyx"), the size of a pixel, and its unit
        ("micrometer"; a single unit holds for the axes of space); for a group, by the names of its arrays.
    frozen
        A promise that the data never change, so that clients and the server may cache them.

    Raises
    ------
    Unreadable
        If an object cannot be served; the message says why, and what to do.
    ValueError, TypeError
        If a name cannot be part of a URL, an option does not fit, or no object is given.
    RuntimeError
        If this process is not a Jupyter kernel.
    """
    given = _objects(name, obj, objects)
    of_image = {"axes": axes, "scale": scale, "unit": unit}
    options = make_options(chunks, compressor, dims, attributes, frozen=frozen, **of_image)
    serving = service()
    serving.registry.put({name: _checked(serving, name, obj, options) for name, obj in given.items()})
    handles = {name: Published(name, serving) for name in given}
    return Catalogue(handles) if len(handles) > 1 else handles.popitem()[1]


def unpublish(*names: str) -> None:
    """Withdraw published names; without arguments, all of them.

    Raises
    ------
    KeyError
        If a name is not published.
    ValueError
        If ``%load_ext`` serves it: such names cannot be withdrawn one by one.
    """
    serving = running()
    known = serving.registry.lives if serving else {}
    for name in names:
        if serving and name not in known and name in serving.registry.namespace:
            raise ValueError(BY_RULE.format(name))
        if name not in known:
            raise KeyError(f"{name!r} is not published; published are: {', '.join(known) or 'none'}")
    if serving:
        serving.registry.remove(names or list(known))


def published() -> Catalogue:
    """Handles of all that is served: by `publish`, and by ``%load_ext``."""
    serving = running()
    if serving is None:
        return Catalogue({})
    lives = serving.registry.lives
    by_rule = [name for name, _ in members(serving.registry.root()) if name not in lives]
    return Catalogue({name: Published(name, serving) for name in [*lives, *by_rule]})


def _objects(name: Any, obj: Any, objects: Mapping[str, Any]) -> dict[str, Any]:
    """The objects to publish, by names that can be segments of a URL."""
    if (name is _NOTHING) != (obj is _NOTHING) or (name is _NOTHING and not objects):
        raise TypeError('nothing to publish: write publish("name", obj) or publish(name=obj)')
    given = {**({} if name is _NOTHING else {name: obj}), **objects}
    for key in given:
        if not isinstance(key, str):
            raise TypeError(f"the name of what is published must be text, not {type(key).__qualname__}")
        if not key or key in (".", "..") or key in DOCUMENT_KEYS or not _is_printable(key):
            raise ValueError(f"{key!r} cannot be the name of something published; choose another")
    return given


def _is_printable(name: str) -> bool:
    return name.isprintable() and "/" not in name and "\\" not in name


def _checked(serving: Service, name: str, obj: Any, options: Options) -> Live:
    """The object with its node, so that `publish` itself refuses what cannot be served."""
    live = serving.registry.make(name, obj, options)
    _check_members(name, live.node())
    return live


def _check_members(name: str, node: Node) -> None:
    if not isinstance(node, Group) or not node.children or next(iter(members(node)), None):
        return
    first = next(iter(node.children))
    try:
        _ = node.children[first]
    except Unreadable as error:
        raise Unreadable(f"{name}: none of its members can be served; {first}: {error}") from error
