"""Walking a tree of nodes: from a path to a node, and from a group to everything below it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .errors import NotFound, ServeError, Unavailable, Unreadable, failures_named
from .nodes import Array, Group, Node, Validator
from .served import served_name

_MAX_DEPTH = 64
_MAX_NODES = 20_000  # one answer of seconds, where clients would ask for each node for minutes
MOST_LOOKUPS = 1000  # members of a group that are looked up to tell more of it than their names


def child_of(group: Group, name: str, path: str) -> Node:
    """The child `name` of a group that is found at `path`.

    Raises
    ------
    NotFound
        If there is none.
    ServeError
        If there is one that cannot be served; the message says why.
    """
    with failures_named(f"{path}/{name}".lstrip("/")):
        try:
            return group.children[name]
        except KeyError as error:
            if error.args != (name,):
                raise
        where = path.strip("/") or "the root group"
        remedy = _served_as(group, name) or "ask for one that is listed there"
        raise NotFound(f"no member {name!r} in {where}; {remedy}")


def _served_as(group: Group, name: str) -> str:
    """The remedy for a name that no address may have: the name to ask for; "" for any other name."""
    other = served_name(group.children, name)
    return "" if other == name else f"it is served as {other!r}, as clients mistake the other name"


def names_of(group: Group) -> list[str]:
    """The names of the children; opens none of them.

    Raises
    ------
    ServeError
        If the names cannot be read.
    """
    with failures_named("listing"):
        return [*iter(group.children)]  # not `list(group.children)`, which asks for their number first


def lookups(group: Group, names: Iterable[str] | None = None) -> Iterator[tuple[str, Node | ServeError]]:
    """Some children, or all, by name; or the reason why one cannot be served."""
    for name in names_of(group) if names is None else names:
        try:
            yield name, child_of(group, name, "")
        except ServeError as error:
            yield name, error


def members(
    group: Group,
    names: Iterable[str] | None = None,
    *,
    left_out: Callable[[str, ServeError], None] = lambda _name, _why: None,
) -> Iterator[tuple[str, Node]]:
    """The children that can be served, by name; damaged ones are left out.

    Parameters
    ----------
    left_out
        Called with the name of each that is left out, and the reason.

    Raises
    ------
    Unavailable
        If a child cannot be read just now: a partial answer would look complete.
    """
    for name, found in lookups(group, names):
        if isinstance(found, Unavailable):
            raise found
        if isinstance(found, ServeError):
            left_out(name, found)
        else:
            yield name, found


def descendants(
    group: Group, members_of: Callable[[Group, list[str]], Iterator[tuple[str, Node]]] = members
) -> Iterator[tuple[str, Node]]:
    """Everything below a group, depth first, with paths relative to it.

    Parameters
    ----------
    members_of
        Gives the members of a group; called with the group and all names in it.

    Raises
    ------
    Unreadable
        If there are more than 20 000 nodes, or groups nested more than 64 deep.
    Unavailable
        See `members`.
    """

    def below(group: Group, prefix: str, depth: int) -> Iterator[tuple[str, Node]]:
        if depth > _MAX_DEPTH:
            raise Unreadable(f"{prefix}: groups nested more than {_MAX_DEPTH} deep")
        names = names_of(group)
        if len(names) > _MAX_NODES:  # before any of them is looked up
            raise _too_many()
        for name, node in members_of(group, names):
            path = f"{prefix}{name}"
            yield path, node
            if isinstance(node, Group):
                yield from below(node, f"{path}/", depth + 1)

    for found, pair in enumerate(below(group, "", 0)):
        if found >= _MAX_NODES:
            raise _too_many()
        yield pair


def _too_many() -> Unreadable:
    return Unreadable(f"more than {_MAX_NODES:,} nodes are too many to be described at once")


@dataclass(frozen=True)
class Found:
    """Where a path leads.

    Attributes
    ----------
    names
        The names of the nodes on the way to `node`.
    key
        What is left of the path.
    validator
        That of the last node on the way that has one; see `nodes.Validator`.
    """

    node: Node
    names: tuple[str, ...]
    key: str
    validator: Validator | None = None


def resolve(
    root: Node, path: Sequence[str], document_keys: frozenset[str], *, by_any_name: bool = False
) -> Found:
    """Walk from `root` until an array is met or a document is named; what is left is the key.

    Parameters
    ----------
    path
        Decoded segments.
    document_keys
        Names that, at the end of the path, are a group's document and never a member.
    by_any_name
        Whether to find a member by its name in the source, too, if it is served under another one.

    Raises
    ------
    NotFound
        If there is no node of some name.
    ServeError
        If a node on the way cannot be served.
    """
    node, validator, names = root, root.validator, list(path)
    for depth, name in enumerate(path):
        is_key = depth == len(path) - 1 and name in document_keys
        if isinstance(node, Array) or is_key:
            return Found(node, tuple(names[:depth]), "/".join(path[depth:]), validator)
        if by_any_name:
            names[depth] = served_name(node.children, name)
        node = child_of(node, names[depth], "/".join(names[:depth]))
        validator = node.validator or validator
    return Found(node, tuple(names), "", validator)
