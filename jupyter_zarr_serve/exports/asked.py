"""What is asked for of a file that is exported, whatever its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.nodes import Node
from ..preview.orders import Wanted


@dataclass(frozen=True)
class Asked:
    """The part of a node that is exported.

    Attributes
    ----------
    path
        Of the node.
    region
        See `selection`; "" for the whole.
    columns
        Names of a table's columns; all where none are named.
    wanted
        Which rows of a table, and in which order.
    siblings
        What lies beside an array, such as its coordinates.
    """

    path: tuple[str, ...] = ()
    region: str = ""
    columns: tuple[str, ...] = ()
    wanted: Wanted = Wanted()  # noqa: RUF009 (frozen)
    siblings: Mapping[str, Node] = field(default_factory=dict, compare=False)

    @property
    def is_of_rows(self) -> bool:
        """Whether it says something that only tables have."""
        return bool(self.columns) or self.wanted != Wanted()
