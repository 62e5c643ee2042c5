"""Children of a group that are made when they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from .nodes import Node


class Children(Mapping[str, Node]):
    """Children that are made when first asked for, and kept.

    Parameters
    ----------
    names
        The children's names, in the order of listings.
    make
        Makes the child of a name; may raise any `ServeError` to say why there is none to be had.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Node]) -> None:
        self._made: dict[str, Node | None] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> Node:
        node = self._made[name]
        if node is None:
            node = self._made[name] = self._make(name)
        return node

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
