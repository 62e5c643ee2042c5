"""Rows of figures with a verdict, printed as they come and kept for the documentation."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
_BEGIN, _END = "<!-- figures: {} -->", "<!-- end: {} -->"


@dataclass(frozen=True)
class Row:
    """A figure, and whether it is what it should be (None: nothing was asked)."""

    what: str
    figure: str
    target: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        """The last column."""
        return {True: "met", False: "missed", None: ""}[self.is_met]


def show(row: Row) -> Row:
    """Print a row."""
    print(f"{row.what:62} {row.figure:34} {row.target:16} {row.verdict}", flush=True)
    return row


def ratio(what: str, ours: float, theirs: float, at_least: float | None, unit: str = "/s") -> Row:
    """A row of two figures and what one is of the other."""
    quotient = ours / theirs
    figure = f"{ours:,.0f}{unit} : {theirs:,.0f}{unit} = {quotient:.2f}x"
    target = "" if at_least is None else f">= {at_least:g}x"
    return show(Row(what, figure, target, None if at_least is None else quotient >= at_least))


def beside(what: str, ours: list[float], theirs: list[float], least: float | None) -> Row:
    """A row of how many times as fast as theirs ours is, by the seconds of each turn: median and spread."""
    ratios = sorted(their / our for our, their in zip(ours, theirs, strict=True))
    middle = statistics.median(ratios)
    figure = f"{middle:.2f}x ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    target = f">= {least:g}x" if least else ""
    return show(Row(what, figure, target, middle >= least if least else None))


def most(what: str, value: float, limit: float, unit: str) -> Row:
    """A row of a figure that should not exceed a limit."""
    return show(Row(what, f"{value:,.4g} {unit}", f"<= {limit:g} {unit}", value <= limit))


def keep(name: str, rows: Iterable[Row]) -> None:
    """Put the rows into the documentation, in place of those that it has under the name."""
    text = DOCUMENT.read_text()
    begin, end = _BEGIN.format(name), _END.format(name)
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    lines = ["| what | figure | target | |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | {row.target} | {row.verdict} |" for row in rows]
    DOCUMENT.write_text(f"{before}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{after}")
