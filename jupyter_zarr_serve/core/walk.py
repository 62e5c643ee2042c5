"""Walking a tree of nodes: from a path to a node, and from a group to everything below it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .errors import NotFound, ServeError, Unavailable, Unreadable, failures_named
from .nodes import Array, Fresh, Group, Node

_MAX_DEPTH = 64
_MAX_NODES = 20_000  # one answer of seconds, where clients would ask for each node for minutes


def child_of(group: Group, name: str, path: str) -> Node:
    """The child `name` of a group that is found at `path`.

    Raises
    ------
    NotFound
        When there is none.
    ServeError
        When there is one that cannot be served; the message says why.
    """
    with failures_named(f"{path}/{name}".lstrip("/")):
        try:
            child = group.children[name]
        except KeyError as error:
            if error.args == (name,):
                raise NotFound(f"{path}/: has no member {name!r}") from None
            raise
        if "\\" in name:  # zarr-python could then open none of its siblings
            raise Unreadable(
                f"the name {name!r} has a backslash, which clients take for a slash; rename it"
            )
        return child


def names_of(group: Group) -> list[str]:
    """The names of the children, without a look at what they stand for.

    Raises
    ------
    ServeError
        When they cannot be had.
    """
    with failures_named("listing"):
        return [*iter(group.children)]  # not `list(group.children)`, which asks for their number first


def lookups(group: Group, names: Iterable[str] | None = None) -> Iterator[tuple[str, Node | ServeError]]:
    """Children by name, or why they cannot be served: those of some names, or all."""
    for name in names_of(group) if names is None else names:
        try:
            yield name, child_of(group, name, "")
        except ServeError as error:
            yield name, error


def members(group: Group, names: Iterable[str] | None = None) -> Iterator[tuple[str, Node]]:
    """The children that can be served, by name; damaged ones are left out.

    Raises
    ------
    Unavailable
        When a child cannot be had just now: a partial answer would look complete.
    """
    for name, found in lookups(group, names):
        if isinstance(found, Unavailable):
            raise found
        if not isinstance(found, ServeError):
            yield name, found


def descendants(group: Group) -> Iterator[tuple[str, Node]]:
    """Everything below a group, depth first, with paths relative to it.

    Raises
    ------
    Unreadable
        When there are more than 20 000 nodes, or groups nested more than 64 deep.
    Unavailable
        See `members`.
    """
    for found, pair in enumerate(_below(group, "", 0)):
        if found >= _MAX_NODES:
            raise _too_many()
        yield pair


def _below(group: Group, prefix: str, depth: int) -> Iterator[tuple[str, Node]]:
    if depth > _MAX_DEPTH:
        raise Unreadable(f"{prefix}: groups nested more than {_MAX_DEPTH} deep")
    names = names_of(group)
    if len(names) > _MAX_NODES:  # before any of them is looked up
        raise _too_many()
    for name, node in members(group, names):
        path = f"{prefix}{name}"
        yield path, node
        if isinstance(node, Group):
            yield from _below(node, f"{path}/", depth + 1)


def _too_many() -> Unreadable:
    return Unreadable(f"more than {_MAX_NODES:,} nodes are too many to be described at once")


def described(group: Group) -> list[tuple[str, Node]] | None:
    """What consolidated metadata of a group describe: everything below it, or None where it has none.

    They are complete or absent: folders have none, and groups too large to be described at once.

    Raises
    ------
    Unavailable
        See `members`.
    """
    if not group.consolidate:
        return None
    try:
        return list(descendants(group))
    except Unreadable:
        return None


@dataclass(frozen=True)
class Found:
    """Where a path leads.

    Attributes
    ----------
    names
        The names of the nodes on the way to `node`.
    key
        What is left of the path.
    fresh
        Of the last node on the way that knows; see `nodes.Fresh`.
    """

    node: Node
    names: tuple[str, ...]
    key: str
    fresh: Fresh | None = None


def resolve(root: Node, path: Sequence[str], document_keys: frozenset[str]) -> Found:
    """Walk from `root` until an array is met or a document is named; what is left is the key.

    Parameters
    ----------
    path
        Decoded segments.
    document_keys
        Names that, at the end of the path, are a group's document and never a member.

    Raises
    ------
    NotFound
        When a name does not exist.
    ServeError
        When a node on the way cannot be served.
    """
    node, fresh = root, root.fresh
    for depth, name in enumerate(path):
        is_key = depth == len(path) - 1 and name in document_keys
        if isinstance(node, Array) or is_key:
            return Found(node, tuple(path[:depth]), "/".join(path[depth:]), fresh)
        node = child_of(node, name, "/".join(path[:depth]))
        fresh = node.fresh or fresh
    return Found(node, tuple(path), "", fresh)
