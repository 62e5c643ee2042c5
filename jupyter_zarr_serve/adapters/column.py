"""One column of a table, as its library holds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from ..core.dtypes import Block, DType
from ..core.errors import Unreadable
from ..core.nodes import Policy

Pair = tuple[Block, Block | None]
T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A column as its library holds it.

    Attributes
    ----------
    dtype
        The dtype of its values.
    read
        Gives rows ``[start, stop)`` as values, and where they are missing (None: nowhere).
    nulls
        Whether values are missing; None when only reading it all can tell.
    lowest, highest
        Bounds of the values that are not missing; None where unknown.
    coded
        Gives the codes and categories of a column of so many rows; None where it has none.
    shape
        Of each value: () unless it is a list of fixed length. `read` gives ``(stop - start, *shape)``.
    absent
        Of lists: gives where those of rows ``[start, stop)`` are missing as a whole.
    """

    dtype: DType
    read: Callable[[int, int], Pair]
    nulls: bool | None = False
    lowest: int | None = None
    highest: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    coded: "Callable[[int], Coded | None] | None" = None
    shape: tuple[int, ...] = ()
    absent: Callable[[int, int], Block] | None = None


@dataclass(frozen=True)
class Coded:
    """A column of categories as its codes.

    Attributes
    ----------
    codes
        Gives rows ``[start, stop)`` as positions among the categories, -1 where the value is missing.
    categories
        The categories themselves, as a column of `count` rows.
    """

    codes: Callable[[int, int], Block]
    categories: Column
    count: int


@dataclass(frozen=True)
class Field:
    """A column that is not looked at yet: its name, bytes per element, and how to open it.

    The elements of a column of lists are the lists' own.
    """

    name: Any
    width: int
    open: "Callable[[], Column | list[Field]]"


@dataclass(frozen=True)
class Rows:
    """What the columns of a table share: number of rows, chunk length, dimension, policy."""

    count: int
    chunk: int
    dimension: str
    policy: Policy


def once(make: Callable[[], T]) -> Callable[[], T]:
    """`make`, run by the first who asks while others wait; a refusal is remembered, too."""
    lock = Lock()
    made: list[T] = []
    refused: list[str] = []

    def get() -> T:
        with lock:
            if refused:
                raise Unreadable(refused[0])
            if not made:
                try:
                    made.append(make())
                except Unreadable as error:
                    refused.append(str(error))
                    raise
            return made[0]

    return get
