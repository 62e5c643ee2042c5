"""Lazy children of a group: made, or changed, when they are looked up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from .names import is_fit, served_names
from .nodes import Group, Node
from .served import named_after, renames_of

_NONE: Mapping[Any, str] = MappingProxyType({})


class Children(Mapping[str, Node]):
    """Children that are made at the first look-up, and then stay.

    Parameters
    ----------
    names
        The children's names, in the order of listings.
    make
        Makes the child of a name; may raise a `ServeError` that says why it cannot.
    renames
        The served names of children whose names in the source, of any type, are others; by those.
    """

    is_fixed: ClassVar[bool] = True  # see `served.Served`

    def __init__(
        self, names: Iterable[str], make: Callable[[str], Node], renames: Mapping[Any, str] = _NONE
    ) -> None:
        self._made: dict[str, Node | None] = dict.fromkeys(names)
        self._make = make
        self._renames = {
            old: new for old, new in renames.items() if isinstance(old, str) and not is_fit(old)
        }

    def __getitem__(self, name: str) -> Node:
        node = self._made[name]
        if node is None:
            node = self._made[name] = self._make(name)
        return node

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return self._renames


def children_by_key(keys: Iterable[Any], make: Callable[[Any], Node]) -> Children:
    """Children by the served names of keys of any type; one that is served under another name says its key.

    Parameters
    ----------
    make
        Makes the child of a key; see `Children`.
    """
    given = list(keys)
    key_of = dict(zip(served_names(given), given, strict=True))

    def made(name: str) -> Node:
        key = key_of[name]
        node = make(key)
        return node if name == key else named_after(node, key)

    return Children(key_of, made, {key: name for name, key in key_of.items()})


class Later(Mapping[str, Node]):
    """The children of a group that is opened when one of them, or their names, is first needed.

    Parameters
    ----------
    open_group
        Opens the group at its first call, and gives the same group at each later one.
    """

    has_fit_names: ClassVar[bool] = True  # see `served.Served`

    def __init__(self, open_group: Callable[[], Group]) -> None:
        self._open = open_group

    def __getitem__(self, name: str) -> Node:
        return self._open().children[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._open().children)

    def __len__(self) -> int:
        return len(self._open().children)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return renames_of(self._open().children)


class Seen(Mapping[str, Node]):
    """The children of another group, each changed at every look-up.

    Parameters
    ----------
    see
        Gives, for the name of a child and the child, the node to show.
    """

    has_fit_names: ClassVar[bool] = True  # see `served.Served`

    def __init__(self, children: Mapping[str, Node], see: Callable[[str, Node], Node]) -> None:
        self._children = children
        self._see = see

    def __getitem__(self, name: str) -> Node:
        return self._see(name, self._children[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._children)

    def __len__(self) -> int:
        return len(self._children)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return renames_of(self._children)
