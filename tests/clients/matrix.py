"""What each client reads, as a table in ``docs/clients.md``: the tables of limits, told of the tree.

``python -m tests.clients.matrix`` writes it there. The clients' tests check that the limits are true.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from tests import torture
from tests.clients import cannot, cannot_native
from tests.clients.cannot import is_asked_of_xarray
from tests.clients.cannot_native import GDAL, NativeCase, misreading_of
from tests.clients.kinds import KINDS, NAMES, STORES, Row
from tests.clients.verdicts import EXACT, REFUSED, REPOSITORY, WRONG
from tests.torture.portable import portable_leaves, portable_refused
from tests.torture.theme import Leaves

PAGE = REPOSITORY / "docs" / "clients.md"
BEGIN = "<!-- begin: written by python -m tests.clients.matrix -->\n"
END = "<!-- end -->\n"
SIDES = {"disk": "on disk", "kernel": "in a kernel"}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
PORTABLE_VIEW = "portable"
FAR = "times too far away, bytes that are no text"
REFUSED_BY_SERVER = f"the server refuses what has no portable spelling (422): {FAR}"
FILLED = f"draws the fill value where the server refuses (422): {FAR}"


@dataclass(frozen=True)
class Column:
    """A client, by the names that the jury has for the ways to use it."""

    name: str
    ways: dict[str, str]
    formats: tuple[int, ...] = (2, 3)


ZARR_PYTHON = Column("zarr-python 3, dask", {way: way for way in cannot.ZARR_PYTHON})
TENSORSTORE = Column("tensorstore", {"tensorstore": ""})
ZARRITA = Column("zarrita", {"zarrita": "Node", "browser": "browsers"})
OTHERS = [Column("zarr.js", {"zarr.js": ""}, (2,)), Column("GDAL", {"gdal": ""}, (2,))]
NATIVE = [
    ZARR_PYTHON,
    Column("zarr-python 2.18", {"zarr2": ""}, (2,)),
    Column("xarray", {"xarray": ""}),
    Column("zarrs", {"zarrs": ""}),
    *(TENSORSTORE, ZARRITA, *OTHERS),
]
PORTABLE = [TENSORSTORE, ZARRITA, *OTHERS]


@dataclass
class Notes:
    """The footnotes so far."""

    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> int:
        """The number of a footnote, from 1."""
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


@dataclass(frozen=True)
class Asked:
    """An array that a client is asked for; in a view it has a native kind beside the kind it is seen as."""

    case: NativeCase
    native: NativeCase

    @property
    def is_refused(self) -> bool:
        """Whether the server refuses it."""
        return bool(self.case.view) and self.case.path in refused_in_view(self.case.side)

    def verdict(self) -> tuple[str, str]:
        """What the limits say, and why."""
        if self.is_refused:
            return (WRONG, FILLED) if self.case.client in GDAL else (REFUSED, REFUSED_BY_SERVER)
        misreading = misreading_of(self.case)
        if misreading is not None:
            return WRONG, misreading.reason
        reason = cannot.reason_why_not(self.case) or cannot_native.reason_why_not(self.case)
        return (REFUSED, reason) if reason else (EXACT, "")

    def elsewhere(self) -> "Asked":
        """The same values in a place that adds nothing to them."""
        return self if self.is_refused else replace(self, case=replace(self.case, path=""))


leaves_of = cache(torture.leaves)
refused_in_view = cache(portable_refused)


def asked_of(column: Column, zarr_format: int, view: str) -> Iterator[Asked]:
    """Everything that a client is asked for in a format, in every way."""
    for client, side in itertools.product(column.ways, SIDES):
        blank = NativeCase(client, side, zarr_format, "", np.empty(0), view, has_old_zarr=True)
        for path, values in _values(side, view).items():
            if client != "xarray" or is_asked_of_xarray(path):
                case = replace(blank, path=path, expected=values)
                yield Asked(case, replace(case, expected=_native(side, path, values)))


@cache
def _values(side: str, view: str) -> Leaves:
    if not view:
        return {path: torture.values_served(values) for path, values in leaves_of(side).items()}
    return portable_leaves(side) | {path: np.empty(0) for path in refused_in_view(side)}


def _native(side: str, path: str, values: np.ndarray) -> np.ndarray:
    """The values that become these in a view: of the array itself or of the structure it is a field of.

    Codes have another kind than their categories.
    """
    if path.startswith("tables/categories"):
        return values
    above = [path[:end] for end in range(len(path), 0, -1) if end == len(path) or path[end] == "/"]
    return next((leaves_of(side)[one] for one in above if one in leaves_of(side)), values)


def cell(column: Column, row: Row, asked: Iterable[Asked], notes: Notes) -> str:
    """What a client makes of a kind of data."""
    held = [one for one in asked if row.holds(one.native)]
    if row.is_place:
        held = [one for one in held if one.elsewhere().verdict()[0] == EXACT]
    else:
        held = [one.elsewhere() for one in held]
    told = [(one.case, *one.verdict()) for one in held]
    reasons = dict.fromkeys(reason for _, _, reason in told if reason)
    numbers = [notes.number(_note(column, reason, told)) for reason in reasons]
    marks = [str(number).translate(SUPERSCRIPTS) for number in sorted(numbers)]
    return symbol({state for _, state, _ in told}) + "\u202f".join(marks)


def symbol(states: set[str]) -> str:
    """The sign for all verdicts on a kind of data."""
    if WRONG in states:
        return "✗"
    return {frozenset(): "", frozenset({REFUSED}): "–"}.get(frozenset(states), "✓")


def _note(column: Column, reason: str, told: Sequence[tuple[NativeCase, str, str]]) -> str:
    """A footnote; in parentheses, to which ways, sides and formats the reason is confined."""
    if reason == REFUSED_BY_SERVER:
        return reason
    facets: list[Callable[[NativeCase], str]] = [
        lambda case: column.ways[case.client],
        lambda case: SIDES[case.side],
        lambda case: f"version {case.zarr_format}",
    ]
    confined = []
    for facet in facets:
        here = {facet(case) for case, _, because in told if because == reason}
        if here != {facet(case) for case, _, _ in told}:
            confined += sorted(here)
    return f"{column.name}: {reason}" + (f" ({', '.join(confined)})" if confined else "")


def table(columns: list[Column], rows: list[Row], formats: set[int], view: str, notes: Notes) -> str:
    """The table of some clients in some formats."""
    there = [column for column in columns if formats & {*column.formats}]
    asked = {
        column.name: [one for v in sorted(formats & {*column.formats}) for one in asked_of(column, v, view)]
        for column in there
    }
    lines = [["", *asked], ["---", *[":-:"] * len(there)]]
    lines += [
        [row.name, *(cell(column, row, asked[column.name], notes) for column in there)] for row in rows
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def rendered() -> str:
    """All tables and their footnotes."""
    notes = Notes()
    parts = []
    for v in (2, 3):
        parts += [f"### Version {v}", table(NATIVE, [*KINDS, *STORES, *NAMES], {v}, "", notes)]
    parts += ["### The portable spelling", table(PORTABLE, [*KINDS, *STORES], {2, 3}, PORTABLE_VIEW, notes)]
    parts += ["### Notes", "".join(f"{n}. {text}\n" for n, text in enumerate(notes.texts, 1))]
    return "\n" + "\n\n".join(part.rstrip("\n") for part in parts) + "\n\n"


def with_tables(page: str) -> str:
    """A page whose tables are those of the limits."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return before + begin + rendered() + end + after


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
