"""The explorer shows values as the files mean them: pixels, tooltips and cells are those of the source."""

from typing import Any

import cftime
import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.explored import (
    CALENDARS,
    COUNTS,
    DEPTH,
    ENERGY,
    FIRST_DAY,
    LARGE,
    LAT,
    LON,
    RECORDS,
    WAVE,
    sea,
)
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

WIDE: dict[str, Any] = {"width": 1400, "height": 800}
CELLS = "[role=gridcell]"
TOOLTIP = "#explorer .visx-tooltip"
TICKS = "#explorer svg[data-type={}] text"


def near(sight: Sight, colour: tuple[int, int, int]) -> np.ndarray:
    """The places (row, column) of pixels of nearly a colour, on the page."""
    distance = np.abs(sight.pixels.astype(int) - colour).sum(-1)
    return np.argwhere(distance < 60) + sight.corner[::-1]


def pointed(browser: Browser, path: str, x: float, y: float, **how: Any) -> str:
    """What is said of a place on the page."""
    steps = [*how.pop("steps", []), ["move", x - 1, y], ["move", x, y]]
    sight = browser.look(path, steps=steps, words=TOOLTIP, **{**WIDE, **how})
    assert sight.texts, "nothing is said"
    return " ".join(sight.texts[0].split())


def test_a_spectrum_of_nexus_has_axes_errors_and_other_signals(explored: Browser):
    sight = explored.look(
        "files/scan.nxs", **WIDE, words=f"{TICKS.format('abscissa')}, #explorer figure, button"
    )
    text = "\n".join(sight.texts)
    for told in ("Iron K-alpha", "energy (keV)", "Fluorescence (counts)", "Errors"):
        assert told in text
    red, _, blue = np.moveaxis(sight.pixels.astype(int), -1, 0)
    places = np.argwhere(blue - red > 60) + sight.corner[::-1]
    places = places[(places[:, 0] > 165) & (places[:, 1] > 450)]  # within the axes
    row = int(places[:, 0].min())  # the end of the error bar of the greatest count
    column = float(np.median(places[places[:, 0] == row, 1]))
    told = pointed(explored, "files/scan.nxs", column, row + 30)
    peak = COUNTS.argmax()
    assert told.startswith(
        f"energy (keV) = {ENERGY[peak]:.9g} {COUNTS[peak]:g} ± {np.sqrt(COUNTS[peak]):.3g}"
    )
    assert "background = 2" in told


def test_a_variable_lies_where_its_coordinates_are(explored: Browser):
    """Latitudes fall, numbers are packed; what is missing is a hole, and the slice says when it is."""
    sight = explored.look("files/ocean.nc", **WIDE, words="#explorer")
    for told in ("Sea surface temperature (degC)", "lat (degrees_north)", "lon (degrees_east)"):
        assert told in sight.texts[0]
    assert "time = 2000-01-01 00:00:00" in sight.texts[0]
    words = pointed(explored, "files/ocean.nc", 700, 300).replace(",", "").split()
    lon, lat, value = float(words[3]), float(words[7]), float(words[8])
    row, column = int(np.argmin(abs(LAT[::-1] - lat))), int(np.argmin(abs(LON - lon)))
    assert (LAT[::-1][row], LON[column]) == pytest.approx((lat, lon))
    assert value == pytest.approx(sea()[0, row, column], abs=0.005)


def test_what_is_missing_is_missing(explored: Browser):
    values = explored.look("files/ocean.nc/sst", form="values", **WIDE, words=CELLS)
    np.testing.assert_allclose([float(text) for text in values.texts[:10]], sea()[0, 0, :10], atol=0.005)
    notes = explored.look("files/table.parquet/note", form="explore", words=CELLS)
    assert notes.texts == ["ok", "⟨missing⟩"]
    dates = explored.look("files/dates.npy", words=CELLS)
    assert dates.texts == ["2020-02-29", "⟨missing⟩"]
    places = near(explored.look("files/ocean.nc", **WIDE), (250, 250, 250))
    assert len(places) > 2000  # the hole


def test_integers_have_the_sign_that_is_meant(explored: Browser):
    values = explored.look("files/unsigned.nc/counts", form="values", **WIDE, words=CELLS)
    assert values.texts[:4] == ["0", "63.5", "64", "127"]
    view = {"zoom": 2, "centre": "20,20", "c0": "0,254,grey,1,linear"}
    image = explored.look("files/unsigned.nc/counts", view, form="image")
    assert [image.at(20, x)[0] for x in range(20, 24)] == pytest.approx([0, 127, 128, 255], abs=1)


def test_times_are_dates(explored: Browser):
    ticks = explored.look("files/ocean.nc/series", **WIDE, words=TICKS.format("abscissa")).texts
    days = [np.datetime64(text) for text in ticks if text.startswith("2001-")]
    assert len(days) > 3
    assert len(set(np.diff(days))) == 1
    told = pointed(explored, "files/ocean.nc/series", 800, 400)
    day = np.datetime64(told.split()[2], "D")
    assert float(told.split()[4]) == 2 * int((day - FIRST_DAY).astype(int))
    assert explored.look("files/instants.npy", words=CELLS).texts == ["2020-02-29 01:02:03.000000004"]


@pytest.mark.parametrize("calendar", CALENDARS)
def test_dates_are_of_the_calendar_that_counts_them(explored: Browser, calendar: str):
    units, last = CALENDARS[calendar]
    dates = cftime.num2date(np.linspace(0.0, last, 11), units, calendar)
    wanted = [f"{date.year:04}-{date.month:02}-{date.day:02}" for date in dates]
    cells = explored.look(f"files/{calendar}.nc/time", form="values", words=CELLS)
    assert cells.texts == [f"{day} 00:00:00" for day in wanted]
    ticks = explored.look(f"files/{calendar}.nc/tas", **WIDE, words=TICKS.format("abscissa")).texts
    days = [text for text in ticks if "-" in text]
    assert len(days) > 3
    assert set(days) <= set(wanted)


def test_a_dimension_without_coordinates_has_its_name_and_room(explored: Browser):
    """Members and months have no scale in common, so the picture fills the room there is."""
    told = [
        pointed(explored, "files/ensemble.nc/spread", 700, y, form="explore").replace(",", "").split()
        for y in (200, 680)
    ]
    found = [(float(words[words.index("member") + 2]), float(words[-1])) for words in told]
    assert [member for member, _ in found] == [4, 0]
    assert [value // 3 for _, value in found] == [4, 0]


def test_uneven_coordinates_are_as_wide_as_they_are(explored: Browser):
    """Of eight depths down to 500 m, the last four are nearly all of the picture."""
    told = [
        pointed(explored, "files/ocean.nc/profile", 700, y, form="explore").replace(",", "").split()
        for y in (250, 400, 600)
    ]
    depths = [float(words[words.index("depth") + 3]) for words in told]
    values = [float(words[-1]) for words in told]
    assert depths == [DEPTH[int(value)] for value in values]
    assert len({*depths}) >= 2
    assert max(depths) == 500
    assert sorted(depths, reverse=True) == depths


def test_cells_have_all_digits(explored: Browser):
    matrix = [["click", "role=tab[name='Matrix']"]]
    large = explored.look("files/large.npy", steps=matrix, words=CELLS)
    assert large.texts == [str(value) for value in LARGE]
    half = explored.look("files/half.npy", steps=matrix, words=CELLS)
    assert half.texts == ["0.5", "-2", "65504"]
    flags = explored.look("files/flags.npy", steps=matrix, words=CELLS)
    assert flags.texts == ["true", "false"]
    text = explored.look("files/text.npy", words=CELLS)
    assert text.texts == ["a", "<img src=x>", "ü", "d"]
    records = explored.look("files/records.npy", form="explore", **WIDE, words=CELLS)
    first, second = RECORDS.tolist()
    assert records.texts == ["1", "2.5", repr(first[2]), str(first[3]), "2", "-1.5", repr(second[2]), "7"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("name", "sample <b>7</b>"), ("temperature", "4.25"), ("large", str(2**62 + 1))],
)
def test_single_values(explored: Browser, name: str, text: str):
    assert text in explored.look(f"files/scan.nxs/entry/{name}", words="#explorer").texts[0]


def test_complex_numbers_have_a_phase(explored: Browser):
    cells = explored.look(
        "files/wave.npy", steps=[["click", "role=tab[name='Matrix']"]], words=CELLS, **WIDE
    )
    first = cells.texts[0].replace("−", "-").split()
    assert float(first[0]) == pytest.approx(WAVE[0, 0].real)
    assert float(first[2]) == pytest.approx(WAVE[0, 0].imag)
    steps = [
        ["click", "role=tab[name='Heatmap']"],
        ["click", "role=combobox[name=/Amplitude/]"],
        ["click", "role=option[name='φ Phase']"],
    ]
    told = pointed(explored, "files/wave.npy", 700, 300, steps=steps).replace(",", "").split()
    column, row = int(float(told[2])), int(float(told[5]))
    assert float(told[6]) == pytest.approx(np.angle(WAVE[row, column]))
