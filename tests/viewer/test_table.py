"""A table of any length is shown as rows, whose cells are those of the source."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import running_kernel
from tests.viewer.conftest import BASE, browsing
from tests.viewer.look import Browser, Sight
from tests.viewer.tables import GREATEST, HTML, LONG, VAST, records, write_tables

pytestmark = needs_browser

ROWS, HEADS = ".table-mirror [role=row]", ".table-mirror [role=columnheader]"
CURRENT = "#table-current"
FOCUS = ["click", ".lm-DataGrid-viewport"]
END, HOME = ["press", "Control+End"], ["press", "Control+Home"]
MENU = [HOME, ["press", "ArrowRight"], ["press", "Alt+ArrowDown"]]
FIND, WHERE = "#table-find", ".table-where input"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory, write_tables, BASE) as browser:
        yield browser


def cells(sight: Sight, row: int) -> dict[str, str]:
    """A row on the screen, by the names of the columns."""
    _, *heads = (texts[0].partition(" (")[0] for texts in sight.read[HEADS])
    return dict(zip(heads, rows(sight)[row], strict=True))


def rows(sight: Sight) -> dict[int, list[str]]:
    """The rows on the screen by their number, without the heads."""
    _, *found = sight.read[ROWS]
    return {int(number): cells for number, *cells in found}


def table(browser: Browser, path: str, *steps: list[object], **how: object) -> Sight:
    parts = [ROWS, HEADS, ".table-place", CURRENT]
    return browser.look(path, steps=[FOCUS, *steps], read=parts, **{"width": 1200, **how})


def test_the_first_rows_are_those_of_the_file(tables):
    sight = table(tables, "files/long.parquet")
    heads = [texts[0] for texts in sight.read[HEADS]]
    assert heads[:2] == ["row", "index (int64)"]
    assert {"id (int64)", "value (float64)", "flag (bool)"} <= set(heads)
    assert any(head.startswith("when (datetime64[") for head in heads)
    assert cells(sight, 0)["id"] == str(GREATEST - LONG + 1)
    assert cells(sight, 1) == {
        "index": "1", "id": str(GREATEST - LONG + 2), "value": "0.125",
        "when": "2020-02-29 06:30:01", "note": HTML, "flag": "False",
    }  # fmt: skip
    assert cells(sight, 2)["note"] == "missing"
    assert cells(sight, 3)["value"] == "NaN"
    assert f"{LONG:,} rows".replace(",", " ") in sight.read[".table-place"][0][0]


def test_the_last_of_a_million_rows_is_there_at_once(tables):
    last = cells(table(tables, "files/long.parquet", END), LONG - 1)
    assert last["id"] == str(GREATEST)  # no float64 is this number
    assert last["value"] == repr((LONG - 1) / 8)
    assert last["when"] == str(
        np.datetime64("2020-02-29 06:30:00") + np.timedelta64(LONG - 1, "s")
    ).replace("T", " ")


def test_the_end_of_a_million_rows_comes_within_a_moment(tables):
    table(tables, "files/long.parquet", END)  # the worker has opened the file
    sight = table(tables, "files/long.parquet", ["time", "Control+End", ROWS, str(GREATEST)])
    assert float(sight.opened[0]) < 1500  # 300 on a machine that does nothing else


def test_a_hundred_million_rows_are_scrolled_to_their_end_and_back(tables):
    found = rows(table(tables, "files/vast.npy", END))
    assert found[VAST - 1] == [str(-(2**63)), "0.1"]
    assert found[VAST - 2] == ["0", "0.0"]
    again = rows(table(tables, "files/vast.npy", END, HOME))
    assert 0 in again
    assert VAST - 2 not in again


def test_keys_move_through_a_table(tables):
    steps = [HOME, ["press", "ArrowDown"], ["press", "ArrowRight"], ["press", "PageDown"]]
    sight = table(tables, "files/long.parquet", *steps)
    place = sight.read[".table-place"][0][0]
    assert int(place.split(",")[0].removeprefix("row ")) > 10
    assert ", id: " in place
    last = table(tables, "files/wide.csv", HOME, ["press", "End"]).read[CURRENT]
    assert last == [["59"]]


def test_records_are_a_table(tables):
    found = rows(table(tables, "files/records.npy"))
    expected = records()
    assert found[0] == ["a", str(2**64 - 1), "2021-03-04 05:06:07"]
    assert found[1] == ["b", str(2**64 - 2), "missing"]
    assert list(found) == list(range(len(expected)))


def test_what_is_selected_is_copied(tables):
    steps = [HOME, ["press", "Shift+ArrowDown"], ["press", "Shift+End"], ["press", "Control+c"], ["pasted"]]
    pasted = table(tables, "files/records.npy", *steps).opened[0]
    assert pasted == f"a\t{2**64 - 1}\t2021-03-04T05:06:07\nb\t{2**64 - 2}\t"
    steps = [HOME, ["press", "Control+Shift+End"], ["press", "Control+Shift+C"], ["pasted"]]
    pasted = table(tables, "files/records.npy", *steps).opened[0]
    assert pasted.split("\n")[0] == "name\tcount\tat"
    assert len(pasted.split("\n")) == 6


def test_a_selection_of_rows_that_were_never_seen_is_copied(tables):
    steps = [HOME, ["press", "Control+Shift+ArrowDown"], ["press", "Control+c"]]
    too_many = table(tables, "files/long.parquet", *steps)
    assert "too many to copy" in too_many.notices


def test_a_column_tells_its_statistics(tables):
    menu = ".table-summary dd"
    sight = tables.look(
        "files/long.parquet",
        steps=[FOCUS, HOME, ["press", "ArrowRight"], ["press", "Alt+ArrowDown"]],
        read=[menu],
    )
    assert str(GREATEST) in [texts[0] for texts in sight.read[menu]]


def test_heads_show_histograms(tables):
    def blue(*steps: list[str]) -> int:
        head = tables.look("files/wide.csv", steps=[*steps]).pixels[80:135, 90:700].astype(int)
        return int((np.abs(head - (25, 118, 210)).sum(-1) < 40).sum())

    assert blue() == 0
    assert blue(["click", "#table-stats"]) > 100


def test_numbers_stand_at_the_right_and_text_at_the_left(tables):
    sight = table(tables, "files/records.npy", HOME, ["press", "ArrowDown"])
    row = sight.pixels[82:98].astype(int).sum(-1)  # the first one, below a bar and heads of 40 pixels each
    edges = np.flatnonzero((row == 3 * 224).all(0))
    (text_left, text_right), (_, number_right) = [
        (ink.min(), right - left - ink.max())
        for left, right in itertools.pairwise(edges[:3])
        for ink in [np.flatnonzero((row[:, left + 1 : right] < 300).any(0))]
    ]
    assert text_left < 12
    assert text_right > 40
    assert number_right < 13


def test_a_table_of_a_kernel(tables):
    with running_kernel(tables.server) as kernel:
        kernel.run(
            "import pandas as pd, jupyter_zarr_serve as jz\n"
            "frame = pd.DataFrame({'a': [1, 2], 'b': ['<i>x</i>', None]}); jz.publish(frame=frame)"
        )
        found = rows(table(tables, f"{kernel.path}/frame"))
    assert [cells[-2:] for cells in found.values()] == [["1", "<i>x</i>"], ["2", "missing"]]


def test_columns_are_also_drawn_as_lines(tables):
    sight = tables.look("files/wide.csv", steps=[["click", "#other-form"], ["click", "#column-1"]])
    assert "column=c0&column=c1" in sight.url
    back = tables.look("files/wide.csv", {"form": "lines"}, steps=[["click", "#other-form"]], read=[ROWS])
    assert rows(back)[0][:2] == ["0", "1"]


def test_a_table_is_dark_on_a_dark_page(tables):
    light, dark = (table(tables, "files/records.npy", scheme=scheme) for scheme in ("light", "dark"))
    assert light.pixels[100:300, 20:300].mean() > 200
    assert dark.pixels[100:300, 20:300].mean() < 60


def test_rows_are_sorted_by_a_column_both_ways(tables):
    falling = table(tables, "files/long.parquet", *MENU, ["click", "text=▼ Sort"])
    assert cells(falling, 0)["id"] == str(GREATEST)
    assert cells(falling, 1)["id"] == str(GREATEST - 1)  # both are one float64
    assert "falling=id" in falling.url
    again = tables.open(falling.url, read=[ROWS, HEADS], width=1200)
    assert cells(again, 0)["id"] == str(GREATEST)
    back = table(tables, "files/long.parquet", *MENU, ["click", "text=▼ Sort"], ["click", ".chip"])
    assert cells(back, 0)["index"] == "0"


def test_rows_are_chosen_by_values_and_ranges(tables):
    steps = [*MENU, ["choose", ".table-where select", "ge"], ["fill", WHERE, str(GREATEST - 4)]]
    chosen = table(tables, "files/long.parquet", *steps)
    assert list(rows(chosen)) == [0, 1, 2, 3, 4]
    assert cells(chosen, 4)["id"] == str(GREATEST)
    assert "5 of 1 000 000 rows" in chosen.read[".table-place"][0][0]
    range_ = [*steps, *MENU, ["choose", ".table-where select", "lt"], ["fill", WHERE, str(GREATEST - 2)]]
    assert list(rows(table(tables, "files/long.parquet", *range_))) == [0, 1]


def test_missing_values_are_chosen(tables):
    menu = [HOME, ["press", "End"], ["press", "ArrowLeft"], ["press", "Alt+ArrowDown"]]
    steps = [*menu, ["choose", ".table-where select", "null"], ["click", ".table-where button"]]
    chosen = table(tables, "files/long.parquet", *steps)
    assert [cells(chosen, row)["index"] for row in range(3)] == ["2", "9", "16"]
    assert cells(chosen, 0)["note"] == "missing"


def test_a_text_is_found(tables):
    found = table(tables, "files/records.npy", ["fill", FIND, "D"])
    assert rows(found) == {0: ["d", str(2**64 - 4), "2021-03-04 05:06:10"]}
    none = table(tables, "files/records.npy", ["fill", FIND, "nothing of the kind"])
    assert rows(none) == {}
    assert "0 of 5 rows" in none.read[".table-place"][0][0]


def test_a_condition_without_meaning_changes_nothing(tables):
    steps = [*MENU, ["choose", ".table-where select", "lt"], ["fill", WHERE, "abc"]]
    sight = table(tables, "files/long.parquet", *steps, expect_errors=True)
    assert "abc" in sight.notices
    assert cells(sight, 0)["index"] == "0"


def test_columns_beyond_the_first_are_there(tables):
    sight = table(tables, "files/wider.csv", HOME, ["press", "End"])
    assert cells(sight, 1)["c199"] == "-199"
    assert sight.read[CURRENT] == [["199"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_from_a_table(tables, scheme: str):
    steps = [*MENU, ["axe"], ["press", "Escape"], ["click", "#table-stats"], ["axe"]]
    assert table(tables, "files/long.parquet", *steps, scheme=scheme).opened == []


def test_tab_leaves_the_grid(tables):
    sight = table(tables, "files/records.npy", HOME, ["press", "Shift+Tab"], ["press", "Enter"])
    assert "Nothing is selected" not in sight.notices
    assert "Copied" in sight.notices
