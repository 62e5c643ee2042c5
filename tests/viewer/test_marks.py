"""Rulers, turned planes, playing, and what is measured: all in the coordinates of the file."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.coordinates import LAT, LON, grid
from tests.viewer.look import Sight

pytestmark = needs_browser

NEAR = {"zoom": 2, "centre": "40,40", "turn": ""}
THICK = 22
RESULT = "#measure dd"


def ticks(sight: Sight) -> list[int]:
    """Where the ruler below has its lines, from the left of the picture."""
    line = sight.pixels[-THICK + 2].astype(int).sum(-1)
    return np.flatnonzero(line < 300).tolist()


def test_a_ruler_has_its_lines_at_round_coordinates(places):
    view = {"marks": 1, "zoom": 4, "centre": "45,45"}
    sight = places.look("files/falling.nc/t2m", view, width=1000)
    found = ticks(sight)
    width = sight.pixels.shape[1]
    columns = [45 + (x + 0.5 - width / 2) / 16 - 0.5 for x in found]
    longitudes = [float(np.interp(column, range(90), LON)) for column in columns]
    assert len(longitudes) > 2
    for longitude in longitudes:
        assert longitude == pytest.approx(round(longitude / 10) * 10, abs=0.15)


def test_a_page_has_no_ruler_where_it_is_not_wanted(places):
    view = {"marks": 1, "zoom": 4, "centre": "45,45"}
    bare = places.look("files/falling.nc/t2m", view, steps=[["click", "#marks"]], width=1000)
    assert "marks=0" in bare.url
    assert "marks" not in places.look("files/falling.nc/t2m", {**view}, width=1000).url


@pytest.mark.parametrize("turn", ["t", "x", "y", "tx", "txy"])
def test_turned_planes_keep_values_and_coordinates(places, turn: str):
    view = {"zoom": 2, "centre": "45,45", "turn": turn, "at.t": 1, "c0": "100000,190000,grey,1,linear"}
    y, x = 20, 61  # on the screen
    shown = grid()
    rows, columns = np.indices(shown.shape)
    turned = [plane.T if "t" in turn else plane for plane in (shown, rows, columns)]
    turned = [plane[::-1] if "y" in turn else plane for plane in turned]
    turned = [plane[:, ::-1] if "x" in turn else plane for plane in turned]
    value, row, column = (int(plane[y, x]) for plane in turned)
    first = places.look("files/ocean.nc/sst", view)
    sight = places.look("files/ocean.nc/sst", view, steps=[["move", *first.place(y, x)]])
    assert f"= {100_000 + value}" in sight.text
    assert f"y {row} (lat {LAT[row]:g} degrees_north)" in sight.text
    assert f"x {column} (lon {LON[column]:g} degrees_east)" in sight.text
    assert sight.at(y + 8, x)[0] == pytest.approx(turned[0][y + 8, x] / 90_000 * 255, abs=2)


def test_a_button_turns_the_plane(places):
    view = {"c0": "0,90000,grey,1,linear"}
    sight = places.look(
        "files/falling.nc/t2m", view, steps=[["click", "[title='Exchange rows and columns']"]]
    )
    assert "turn=t" in sight.url
    assert sight.at(10, 80)[0] == pytest.approx(80_010 / 90_000 * 255, abs=3)


def test_an_axis_is_played(places):
    play, shown = ["click", "[title='Play along t']"], "output[for=axis-t]"
    steps = [play, ["time", "Shift", shown, "2 / 2"], ["time", "Shift", shown, "0 / 2"], play]
    place = places.look("files/ocean.nc/sst", NEAR).place(35, 41)
    sight = places.look("files/ocean.nc/sst", NEAR, steps=[*steps, ["move", *place]])
    assert len(sight.opened) == 2  # it went to the end, and began again
    step = int(sight.url.partition("at.t=")[2][0])
    assert f"= {35041 + 100_000 * step}" in sight.text


def test_a_region_has_statistics(places):
    view = {"zoom": 2, "centre": "45,45"}
    first = places.look("files/falling.nc/t2m", view)
    (x0, y0), (x1, y1) = first.place(10 - 0.5, 20 - 0.5), first.place(30 - 0.5, 50 - 0.5)
    steps = [["click", "[title='Statistics of a region']"], ["drag", x0, y0, x1, y1]]
    sight = places.look("files/falling.nc/t2m", view, steps=steps, read=[RESULT])
    region = grid()[10:30, 20:50]
    told = [float(texts[0]) for texts in sight.read[RESULT]]
    wanted = [region.size, region.min(), region.max(), region.mean(), region.std()]
    assert told == pytest.approx(wanted, rel=1e-6)


def test_a_line_has_a_profile(places):
    view = {"zoom": 2, "centre": "45,45"}
    first = places.look("files/falling.nc/t2m", view)
    ends = [*first.place(45, 10), *first.place(45, 80)]
    steps = [["click", "[title='Values along a line']"], ["drag", *ends]]
    sight = places.look("files/falling.nc/t2m", view, steps=steps, read=[".profile .u-over"], height=1100)
    assert "70 px" in sight.panel
    assert len(sight.read[".profile .u-over"]) == 1
