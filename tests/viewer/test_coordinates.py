"""The viewer shows where a value lies as the file says: never an index as if it were a coordinate."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import running_kernel
from tests.viewer.coordinates import LAT, LON, UNEVEN
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

NEAR = {"zoom": 2, "centre": "40,40", "turn": ""}
ROW, COLUMN = 35, 41


def pointed(browser: Browser, path: str, view: dict[str, object] | None = None) -> Sight:
    """What the page shows when the pointer is at the row and column."""
    view = {**NEAR, **(view or {})}
    there = browser.look(path, view).place(ROW, COLUMN)
    return browser.look(path, view, steps=[["move", *there]])


def test_rising_coordinates_begin_where_the_file_says(places):
    text = pointed(places, "files/ocean.nc/sst", {"at.t": 1}).text
    assert LAT[ROW] == -19
    assert f"y {ROW} (lat -19 degrees_north)" in text
    assert f"x {COLUMN} (lon {LON[COLUMN]:g} degrees_east)" in text
    assert "= 135041" in text


UNTURNED = {"zoom": 2, "centre": "40,40", "c0": "0,90000,grey,1,linear", "smooth": 0}


def assert_north_is_up(places, path, latitudes) -> tuple[float, float]:
    """Rising latitudes go up; the point at which that was looked at."""
    there: tuple[float, float] = places.look(path, UNTURNED).place(ROW, COLUMN)
    text = places.look(path, UNTURNED, steps=[["move", *there]]).text
    assert f"y {89 - ROW} (lat {latitudes[89 - ROW]:g} degrees_north)" in text
    assert f"= {1000 * (89 - ROW) + COLUMN}" in text
    return there


def test_north_is_up(places):
    """Rows go down in images, and latitudes that rise go up, as on maps; whoever turns them can say so."""
    there = assert_north_is_up(places, "files/ocean.nc/sst", LAT)
    fallen = places.look("files/falling.nc/t2m", UNTURNED, steps=[["move", *there]]).text
    assert f"y {ROW} (lat {LAT[::-1][ROW]:g} degrees_north)" in fallen


def test_north_is_up_on_uneven_latitudes(places):
    assert_north_is_up(places, "files/gaussian.nc/u", UNEVEN)


def test_coordinates_of_other_names_are_told_and_their_units_compared(places):
    """Rows a thousandth of a millimetre apart are half as high as columns that are two microns apart."""
    row = 40 + 2 * (ROW - 40) + 1  # so far above the middle, whose row is 40
    text = pointed(places, "files/apart.nc/u").text
    assert f"y {row} (down {LAT[row] / 2000:g} mm)   x {COLUMN} (across {LON[COLUMN]:g} microns)" in text


def test_a_map_that_was_turned_back_stays_so(places):
    turned = places.look("files/ocean.nc/sst", steps=[["click", "text=↕"]])
    assert "turn=" in turned.url.partition("#")[2].split("&")
    again = places.look("files/ocean.nc/sst", steps=[["click", "text=↕"], ["click", "text=↕"]])
    assert "turn" not in again.url


def test_falling_coordinates_fall(places):
    text = pointed(places, "files/falling.nc/t2m").text
    assert f"(lat {LAT[::-1][ROW]:g} degrees_north)" in text
    assert "= 35041" in text


def test_uneven_coordinates_are_those_of_the_file(places):
    sight = pointed(places, "files/uneven.nc/u")
    assert f"y {ROW} (depth {UNEVEN[ROW]:g} m)" in sight.text
    assert f"x {COLUMN} " in sight.text  # it has no coordinate
    assert "x 41 (" not in sight.text


def test_packed_coordinates_and_values_are_unpacked(places):
    text = pointed(places, "files/packed.nc/sst").text
    assert f"(lat {LAT[ROW]:g}" in text
    assert "= 350.41 degC (stored: 34541)" in text


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("ordered", (ROW * 2 + 10) * 3 - 1, (COLUMN * 2 + 100) * 3 + 1000),
        ("turned", (ROW + 10) * 2, (COLUMN + 100) * 2),
        ("backwards", 50 - 2 * ROW, 2 * COLUMN),
    ],
)
def test_transformations_are_applied_in_their_order(places, name, row, column):
    text = pointed(places, f"files/{name}.zarr").text
    assert f"y {ROW} ({row} m)" in text
    place = f"{column / 1000:g} km" if column >= 1000 else f"{column} m"
    assert f"x {COLUMN} ({place})" in text


def test_a_transformation_that_is_not_known_tells_no_place(places):
    text = pointed(places, "files/unknown.zarr").text
    assert f"y {ROW}   x {COLUMN}   = 35041" in text


def test_a_coarse_level_shows_the_same_plane(places):
    """It has fewer planes; levels that lie elsewhere, or have other pixels, are not drawn."""
    view = {"c0": "0,255,grey,1,linear", "at.z": 9, "zoom": -2, "centre": "512,512", "smooth": 0}
    sight = places.look("files/stack.zarr", view, steps=[["move", 300, 300]])
    assert set(sight.pixels[200:300, 250:350, 0].flat) == {9}
    assert "= 9 (level 1)" in sight.text
    fine = places.look("files/stack.zarr", {**view, "zoom": 0}, steps=[["move", 300, 300]])
    assert fine.text.endswith("= 9")


def test_sliders_tell_places(places):
    sight = places.look("files/ocean.nc/sst", {"at.t": 1}, steps=[["press", "]"]])
    assert "2 / 2 · time 2000-03-01" in sight.panel  # no leap day is counted


def test_lines_lie_along_their_coordinate(places):
    """Each is told with its date, also where the dates fall; long lines tell the least of each part."""
    told = tooltip(places, "files/series.nc/level")
    index = int(told[-1])
    assert told[:3] == ["time", "=", str(np.datetime64("2000-01-01") + np.timedelta64(39_999 - index, "D"))]
    view = {"start": 100, "stop": 108}
    long = places.look("files/long.nc/level", view, steps=[["move", 80, 300]])
    index = int(long.text.partition("(")[2].partition(")")[0])
    assert f"level = {index} m" in long.text
    date = np.datetime64("2000-01-01") + np.timedelta64(1_999_999 - index, "m")
    assert long.text.startswith(f"time {date} ({index})".replace("T", " ").replace(" (", ":00 ("))
    whole = places.look("files/long.nc/level", steps=[["move", 300, 300]])
    first = int(whole.text.partition("(")[2].partition("–")[0])
    date = np.datetime64("2000-01-01") + np.timedelta64(1_999_999 - first, "m")
    assert whole.text.startswith(
        f"time {date}:00 ({first}–".replace("T", " ")
    )  # not the last of these, the least


def tooltip(places, path) -> list[str]:
    """The words beside the pointer in the explorer."""
    steps = [["move", 500, 300], ["move", 501, 300]]
    return places.look(path, steps=steps, words="#explorer .visx-tooltip").texts[0].split()


def test_lines_of_another_calendar_have_its_dates(places):
    """All of its months have 30 days."""
    told = tooltip(places, "files/series.nc/model")
    index = int(told[-1])
    year, month = divmod(index, 12)
    assert told[:3] == ["month", "=", f"{2000 + year}-{month + 1:02}-01"]


def test_a_dataset_is_shown_by_its_data(places):
    """Neither by its time nor by the edges of its cells; the other members are offered."""
    steps = [["click", "#tree [role=treeitem]:has(span:text-is('mask'))"]]
    sight = places.look("files/ocean.nc", words="#explorer figure")
    assert "sst" in sight.texts[0]
    assert "lat" in sight.texts[0]
    again = places.look("files/ocean.nc", steps=steps, words="#explorer figure")
    assert "path=files%2Focean.nc%2Fmask" in again.url
    assert "mask" in again.texts[0]


def test_a_folder_offers_what_is_in_it(places):
    sight = places.look("files")
    assert "ocean.nc" in sight.notices


def test_times_and_bands_of_a_live_variable(places):
    with running_kernel(places.server) as kernel:
        kernel.run(
            "import numpy as np, pandas as pd, xarray as xr, jupyter_zarr_serve as jz\n"
            "times = pd.date_range('2001-02-03', periods=5, freq='6h')\n"
            "wave = ('band', [450., 550.], {'units': 'nm'})\n"
            "values = np.arange(5*2*90*90.).reshape(5, 2, 90, 90)\n"
            "array = xr.DataArray(values, dims=('time', 'band', 'y', 'x'))\n"
            "jz.publish(ds=array.to_dataset(name='v').assign_coords(time=times, band=wave))\n"
        )
        moves = [["move", 300, 300], ["move", 301, 301]]  # the second when the tile is there
        sight = places.look(f"{kernel.path}/ds/v", steps=[["press", "]"], *moves])
    assert "1 / 4 · time 2001-02-03 06:00:00" in sight.panel
    assert "450.0 nm = " in sight.text
    assert "550.0 nm = " in sight.text
