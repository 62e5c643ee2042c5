"""What is known of a path at a time, and what a change of it is called."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

DATA, MEMBERS, LAYOUT, BACK, GONE = "data", "members", "layout", "back", "gone"
_WEIGHT = {kind: weight for weight, kind in enumerate((DATA, MEMBERS, LAYOUT, BACK, GONE))}

Path = tuple[str, ...]
Part = tuple[tuple[int, int], ...]  # for each axis its start and stop


@dataclass(frozen=True)
class State:
    """Marks of what is at a path, texts that say nothing by themselves; all empty where nothing is.

    Attributes
    ----------
    layout, members, data
        Others whenever the metadata, the names of members, or the values may have changed.
    part
        The part of an array in which its values changed last, if that is known.
    """

    layout: str = ""
    members: str = ""
    data: str = ""
    part: Part | None = None

    @property
    def marks(self) -> tuple[str, str, str]:
        """All marks."""
        return self.layout, self.members, self.data

    @property
    def is_there(self) -> bool:
        """Whether something is there."""
        return any(self.marks)


NOTHING = State()
Stop = Callable[[], None]


class Told(Protocol):
    """Who is told of the states of a path."""

    @property
    def count(self) -> int:
        """For how many."""

    def tell(self, state: State) -> None:
        """Take the state as it is now."""


@dataclass(frozen=True)
class Notice:
    """That something changed; a kind holds those before it in the order data, members, layout, back.

    Attributes
    ----------
    seq
        Larger than that of any notice before, on this server and those before it.
    generation
        One more for each change of the path.
    part
        See `State`; only of the kind `DATA`.
    """

    seq: int
    kind: str
    generation: int
    part: Part | None = None

    def after(self, earlier: "Notice") -> "Notice":
        """One notice in place of this one and an earlier one.

        Examples
        --------
        >>> Notice(2, "data", 2).after(Notice(1, "layout", 1)).kind, Notice(2, "back", 2).after(
        ...     Notice(1, "gone", 1)).kind
        ('layout', 'back')
        """
        if self.kind == GONE:
            return self
        if GONE in {self.kind, earlier.kind}:
            return replace(self, kind=BACK, part=None)
        kind = max(self.kind, earlier.kind, key=_WEIGHT.__getitem__)
        return replace(self, kind=kind, part=_joined(self.part, earlier.part) if kind == DATA else None)


def change(before: State, after: State) -> str | None:
    """What the change from one state to another is called; None where there is none."""
    if before.is_there != after.is_there:
        return BACK if after.is_there else GONE
    if before.layout != after.layout:
        return LAYOUT
    if before.members != after.members:
        return MEMBERS
    return DATA if before.data != after.data else None


def _joined(one: Part | None, other: Part | None) -> Part | None:
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple((min(a, c), max(b, d)) for (a, b), (c, d) in zip(one, other, strict=True))
