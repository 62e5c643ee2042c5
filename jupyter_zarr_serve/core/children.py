"""Children of a group that are made, or made over, when they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from .names import is_fit
from .nodes import Group, Node
from .served import renames_of

_NONE: Mapping[Any, str] = MappingProxyType({})


class Children(Mapping[str, Node]):
    """Children that are made when first asked for, and kept.

    Parameters
    ----------
    names
        The children's names, in the order of listings.
    make
        Makes the child of a name; may raise any `ServeError` to say why there is none to be had.
    renames
        The names of those children that have another in the source, by that; of any type.
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


class Later(Mapping[str, Node]):
    """All children of a group, which is opened when they, or their names, are first asked for.

    Parameters
    ----------
    open_group
        Opens the group at the first call and gives the same one ever after.
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
    """The children of another group, each as something sees it, anew each time.

    Parameters
    ----------
    see
        Makes a child, by its name, into what is seen of it.
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
