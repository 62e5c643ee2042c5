"""A table whose rows a person sorts, chooses and copies, by keys and clicks, wherever its page is."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.lab.pressing import Page
from tests.waiting import until

COUNT = 5000
NOTE = "17"  # the text of every so manyth row, see `frame`
ROWS = """() => [...document.querySelectorAll(".table-mirror [role=row]")]
  .map((row) => [...row.children].map((cell) => cell.textContent))"""


def frame() -> pd.DataFrame:
    """Integers that no float64 is, in no order; halves, times, and texts, some of which are missing."""
    row = np.arange(COUNT)
    notes = np.where(row % 7 == 2, None, (row % 50).astype(str).astype(object))
    return pd.DataFrame(
        {
            "id": 2**63 - 1 - (row * 3001) % COUNT,
            "half": row / 2,
            "when": pd.Timestamp("2020-02-29 06:30:00") + pd.to_timedelta(row, unit="s"),
            "note": notes,
        }
    )


def write(folder: Path) -> None:
    """The table as `known.parquet`."""
    frame().to_parquet(folder / "known.parquet", index=False)


@dataclass(frozen=True)
class Pressed:
    """The page of that table; `part` is in the address of the frame that it is in, "" for none."""

    page: Page
    part: str = ""

    def click(self, selector: str) -> None:
        """Click what a selector finds."""
        if self.part:
            self.page("clickFrame", self.part, selector)
        else:
            self.page("click", selector)

    def press(self, *keys: str) -> None:
        """Press keys, in the grid."""
        self.click(".lm-DataGrid-viewport")
        for key in keys:
            self.page("press", key)

    def told(self, code: str) -> Any:
        """What a function in the page tells."""
        return self.page("evaluateFrame", self.part, code) if self.part else self.page("evaluate", code)

    def shows(self, expected: pd.DataFrame) -> None:
        """Wait until the first rows are those."""
        wanted = [texts(row) for _, row in expected.iterrows()]

        def rows() -> list[list[str]]:
            _, *found = self.told(ROWS) or [[]]
            return [cells[-len(frame().columns) :] for cells in found]

        until(lambda: rows()[: len(wanted)] == wanted)

    def start(self) -> list[str]:
        """The keys that lead to the first column that is no index."""
        head = self.told("() => document.querySelector('[role=columnheader]:nth-child(2)').textContent")
        return ["Control+Home", *(["ArrowRight"] if head.startswith("index") else [])]

    def menu(self) -> None:
        """Open the menu of that column."""
        self.press(*self.start(), "Alt+ArrowDown")


def texts(row: Any) -> list[str]:
    """The values of a row as cells show them."""
    note = "missing" if pd.isna(row.note) else row.note
    return [str(row.id), str(row.half), str(row.when), note]


def assert_pressed(table: Pressed) -> None:
    """Rows, their order, those that are chosen, and what is copied are those of the source."""
    source = frame()
    table.shows(source.head())
    table.menu()
    table.click("text=▼ Sort")
    falling = source.sort_values("id", ascending=False)
    table.shows(falling.head(8))
    table.click("#table-find")
    table.page("type", NOTE)
    table.page("press", "Enter")
    holds = falling.astype(str).apply(lambda column: column.str.contains(NOTE)).any(axis=1)
    chosen = falling[holds]
    table.shows(chosen.head(8))
    table.menu()
    table.click(".table-where input")
    least = chosen["id"].iloc[3]
    table.page("type", str(least))
    table.page("press", "Enter")
    table.shows(chosen[chosen["id"] == least])
    until(lambda: table.told("() => document.querySelectorAll('.chip').length") == 2)
    table.click(".chip >> nth=1")
    table.shows(chosen.head(8))
    table.press(*table.start(), "Shift+ArrowDown", "Shift+ArrowDown", "Shift+End", "Control+c")
    expected = "\n".join("\t".join(copied(row)) for _, row in chosen.head(3).iterrows())
    pasted = re.sub(r"(?<=:\d\d)\.0+", "", table.page("copiedWith", "\t"))  # parts of a second
    assert pasted == expected, pasted


def copied(row: Any) -> list[str]:
    """The values of a row as spreadsheets take them."""
    return [text.replace(" ", "T").replace("missing", "") for text in texts(row)]
