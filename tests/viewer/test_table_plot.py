"""Columns of a table against one another: drawn where the values are, and what is not drawn is told."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.clients.browser import needs_browser
from tests.viewer.conftest import BASE, browsing
from tests.viewer.look import Browser, Sight
from tests.viewer.tables import records

pytestmark = needs_browser

BLUE, ORANGE = (31, 119, 180), (232, 113, 10)
BIG = 2**63 - 1
MANY = 300_000
PLACE, HEADS = ".table-plot-place", ".table-chart .u-axis"
DRAWN = ["click", ".table-chart[data-points] .u-over"]


def write_plotted(folder: Path) -> None:
    """A few rows of every kind, and many."""
    pd.DataFrame(
        {
            "x": [1.0, 2.0, 3.0, 4.0, np.nan],
            "y": [10.0, np.nan, np.inf, 40.0, 50.0],
            "id": np.arange(5) * 2 + BIG - 8,
            "kind": ["dry", None, "wet", "dry", "wet"],
            "day": pd.to_datetime(["2020-02-29", "2020-03-01", "2020-03-02", "2020-03-03", "2020-03-04"]),
        }
    ).to_parquet(folder / "few.parquet", index=False)
    row = np.arange(MANY)
    y = np.sin(row / 10_000)
    y[123_456] = 25
    pd.DataFrame({"t": row / 2, "y": y}).to_parquet(folder / "many.parquet", index=False)
    pd.DataFrame({"x": [100.0, 1.0, 10.0, 0.0], "y": [1000, 1, 10, 7], "w": [2, -3, 2000, 9]}).to_csv(
        folder / "powers.csv", index=False
    )
    np.save(folder / "records.npy", records())
    pd.DataFrame({"name": [f"n{i}" for i in range(500)], "v": range(500)}).to_csv(
        folder / "names.csv", index=False
    )


@pytest.fixture(scope="module")
def plots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory, write_plotted, BASE) as browser:
        yield browser


def plot(browser: Browser, path: str, shown: str, *steps: list[object], **how: object) -> Sight:
    """What a plot shows that an address tells of."""
    name, _, rest = shown.partition("=")
    view, parts = {name: rest}, [PLACE]
    return browser.look(path, view, steps=[DRAWN, *steps], read=parts, **{"width": 1200, **how})


def spots(sight: Sight, colour: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Where points of a colour are on the page, from the left and from above."""
    top = 84  # below the bars
    ink = np.abs(sight.pixels[top : top + 240].astype(int) - colour).sum(-1) < 130
    columns = np.flatnonzero(ink.any(0))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 3) + 1)
    found = []
    for group in groups:
        if 3 <= len(group) <= 7:
            rows = np.flatnonzero(ink[:, group].any(1))
            if len(rows) <= 7:
                found.append(
                    (int(group.mean()) + sight.corner[0], int(rows.mean()) + top + sight.corner[1])
                )
    return found


def told(sight: Sight) -> str:
    return sight.read[PLACE][0][0]


def test_points_lie_where_the_values_are_and_what_has_no_place_is_counted(plots):
    sight = plot(plots, "files/few.parquet", "y=y&x=x", ["move", 5, 300])
    assert told(sight) == "4 rows   ·   x: 1 missing   ·   y: 1 missing   ·   y: 1 infinite"
    (left, low), (right, high) = spots(sight, BLUE)
    assert right > left
    assert high < low
    pointed = plot(plots, "files/few.parquet", "y=y&x=x", ["move", right, high])
    assert told(pointed) == "row 3   ·   x = 4   ·   y = 40"


def test_each_column_has_an_axis_of_its_own(plots):
    sight = plot(plots, "files/few.parquet", "y=y&y=id&x=day", ["move", 5, 300])
    (spot, *_) = spots(sight, ORANGE)  # the first that is alone
    pointed = told(plot(plots, "files/few.parquet", "y=y&y=id&x=day", ["move", *spot]))
    assert pointed == f"row 1   ·   day = 2020-03-01 00:00:00   ·   id = {BIG - 6}"


def test_texts_are_places_along_an_axis_and_too_many_are_refused(plots):
    sight = plot(plots, "files/few.parquet", "y=id&x=kind", ["move", 5, 300])
    assert told(sight) == "4 rows   ·   kind: 1 missing"
    refused = plots.look("files/names.csv", {"y": "v&x=name"}, read=[PLACE], expect_errors=True)
    assert "more than 100 different texts" in refused.notices


@pytest.mark.parametrize(
    ("kind", "word"), [("", "the first in each place"), ("&joined=1", "the least and")]
)
def test_many_rows_are_reduced_where_they_are_and_the_page_says_so(plots, kind, word):
    sight = plot(plots, "files/many.parquet", f"y=y&x=t{kind}", ["move", 5, 300])
    drawn, _, rest = told(sight).partition(" of 300 000 rows are drawn: ")
    assert int(drawn.replace(" ", "")) <= 40_000
    assert rest.startswith(word)


def test_an_extreme_of_many_rows_is_drawn_and_is_exact_when_the_part_is_marked(plots):
    shown = "y=y&x=t&joined=1"
    sight = plot(plots, "files/many.parquet", shown, ["move", 5, 300])
    ink = np.abs(sight.pixels[84:324].astype(int) - BLUE).sum(-1) < 130
    top = int(np.flatnonzero(ink.any(1))[0])
    at = int(np.flatnonzero(ink[top]).mean())  # the peak
    drag = ["drag", at - 8, 200, at + 8, 200]
    near = plot(plots, "files/many.parquet", shown, drag, DRAWN, ["move", 5, 300])
    assert " of " not in told(near)  # few enough to be drawn all
    peak = np.abs(near.pixels[84:324].astype(int) - BLUE).sum(-1) < 130
    column = int(np.flatnonzero(peak[np.flatnonzero(peak.any(1))[0]]).mean())
    row = plot(plots, "files/many.parquet", shown, drag, DRAWN, ["move", column, 200])
    assert told(row).startswith("row 1234")


def test_logarithmic_axes_have_values_where_their_logarithms_are(plots):
    shown = "y=y&x=x"
    logarithms = [
        ["click", ".table-plot >> text=Log x"],
        DRAWN,
        ["click", ".table-plot >> text=Log y"],
        DRAWN,
    ]
    sight = plot(plots, "files/powers.csv", shown, *logarithms, ["move", 5, 300])
    assert "y=y&x=x&log=xy" in sight.url
    assert told(sight) == "3 rows   ·   x: 1 not above 0 are left out"
    first, second, third = spots(sight, BLUE)
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=3)
    assert first[1] - second[1] == pytest.approx((first[1] - third[1]) / 3, abs=3)
    pointed = plot(plots, "files/powers.csv", f"{shown}&log=xy", ["move", *second])
    assert told(pointed) == "row 2   ·   x = 10   ·   y = 10"
    several = plot(plots, "files/powers.csv", "y=y&y=w&x=x&log=y", ["move", 5, 300])
    assert told(several) == "4 rows   ·   w: 1 not above 0 are left out"
    plain = plot(plots, "files/powers.csv", shown, ["move", 5, 300])
    assert told(plain) == "4 rows"


def test_each_part_of_a_logarithmic_axis_has_its_extremes(plots):
    shown = "y=y&x=t&joined=1"
    even = plot(plots, "files/many.parquet", shown, ["move", 5, 300])
    sight = plot(
        plots, "files/many.parquet", shown, ["click", ".table-plot >> text=Log x"], DRAWN, ["move", 5, 300]
    )
    assert "t: 1 not above 0 are left out" in told(sight)
    ends = [np.abs(one.pixels[84:324].astype(int) - BLUE).sum(-1) < 130 for one in (even, sight)]
    peaks = [np.flatnonzero(ink[np.flatnonzero(ink.any(1))[0]]).mean() / ink.shape[1] for ink in ends]
    assert peaks[0] == pytest.approx(123_456 / MANY, abs=0.06)
    assert peaks[1] == pytest.approx(np.log(123_456) / np.log(MANY), abs=0.06)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_of_a_plot_is_what_is_seen(plots, scheme: str):
    steps = [["move", 5, 300], ["saved", "[title='Save the plot as a picture']"]]
    sight = plot(plots, "files/powers.csv", "y=y&x=x&log=xy", *steps, scheme=scheme)
    name, told_bytes = sight.opened
    assert name == "powers.csv.png"
    with Image.open(io.BytesIO(base64.b64decode(told_bytes))) as file:
        picture = np.array(file.convert("RGB")).astype(int)
    height, width, _ = picture.shape
    whole = sight.pixels.astype(int)
    places = [
        (top, left)
        for top in range(30, 100)
        for left in range(0, whole.shape[1] - width + 1)
        if (whole[top : top + height : 40, left : left + width : 40] == picture[::40, ::40]).all()
    ]
    assert any(
        np.abs(whole[top : top + height, left : left + width] - picture).max() <= 1 for top, left in places
    )


def test_a_plot_follows_the_rows_that_are_chosen_and_is_in_the_address(plots):
    shown = "y=id&where=" + '["x","ge","3"]'
    sight = plot(plots, "files/few.parquet", shown, ["move", 5, 300])
    assert told(sight) == "2 rows"
    menu = [["click", ".lm-DataGrid-viewport"], ["press", "Control+Home"], ["press", "Alt+ArrowDown"]]
    steps = [*menu, ["click", ".table-menu >> text=Plot"], DRAWN, ["choose", "#plot-y", "y"], DRAWN]
    opened = plots.look(
        "files/few.parquet", steps=[*steps, ["click", ".table-plot >> text=Lines"], DRAWN], width=1200
    )
    assert "y=x&y=y&x=day&joined=1" in opened.url
    closed = plots.look("files/few.parquet", steps=[*steps, ["click", "[title='Close the plot']"]])
    assert "y=x" not in closed.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_from_a_plot(plots, scheme: str):
    assert plot(plots, "files/few.parquet", "y=y&x=x", ["axe"], scheme=scheme).opened == []


def test_fields_of_records_have_statistics(plots):
    menu = ".table-summary dd"
    steps = [["click", ".lm-DataGrid-viewport"], ["press", "Control+Home"], ["press", "ArrowRight"]]
    sight = plots.look("files/records.npy", steps=[*steps, ["press", "Alt+ArrowDown"]], read=[menu])
    assert [texts[0] for texts in sight.read[menu]][:2] == [str(2**64 - 5), str(2**64 - 1)]


def test_a_share_link_shows_the_table_and_its_plot_below_a_base_url(plots):
    server = plots.server
    assert server.url.endswith("/user/ann/")
    told = server.get("zarr/api/shares", "POST", json={"path": "files/few.parquet"}).json()
    below = urljoin(urljoin(server.url, told["link"]), "view?path=")
    read = [PLACE, ".table-mirror [role=row]"]
    sight = plots.open(f"{below}#y=id&x=x", steps=[DRAWN, ["move", 5, 300]], read=read, width=1200)
    assert sight.read[PLACE] == [["4 rows   ·   x: 1 missing"]]
    assert sight.read[read[1]][1][:4] == ["0", "1.0", "10.0", str(BIG - 8)]
    chosen = plots.open(f"{below}#falling=id", read=read, width=1200)
    assert chosen.read[read[1]][1][3] == str(BIG)
