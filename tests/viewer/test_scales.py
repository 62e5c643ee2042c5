"""Colours stand for values by the scale that is chosen, and the bar beside the picture says how."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

NEAR = {"zoom": 1, "centre": "128,128"}
PLACES = np.arange(0, 256, 5)
BAR = "#colour-bar .values"


def greys(sight: Sight) -> list[int]:
    return [sight.at(90, int(x))[0] for x in PLACES]


def signed(values: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.log2(1 + 1023 * np.abs(values))


def test_inverted_colours_are_the_other_way_round(browser: Browser):
    sight = browser.look("files/ramp.zarr", {**NEAR, "c0": "0,255,grey,1,linear,inverted"})
    np.testing.assert_allclose(greys(sight), 255 - PLACES, atol=1)
    both = browser.look("files/ramp.zarr", {**NEAR, "c0": "0,255,grey,2,log,inverted"})
    bent = np.log2(1 + 1023 * PLACES / 255) / 10
    np.testing.assert_allclose(greys(both), 255 * (1 - bent**2), atol=2)


@pytest.mark.parametrize("zero", [128, 0, 64])
def test_a_scale_of_both_signs_is_steepest_at_zero(browser: Browser, zero: int):
    view = {**NEAR, "c0": f"{-zero},{255 - zero},grey,1,symlog"}
    sight = browser.look(f"files/signed{zero}.npy", view)
    low, high = signed(np.array([-zero, 255 - zero]) / 255)
    wanted = (signed((PLACES - zero) / 255) - low) / (high - low)
    np.testing.assert_allclose(greys(sight), 255 * wanted, atol=3)


@pytest.mark.parametrize("tone", ["1,linear,inverted", "1,symlog"])
def test_the_first_picture_has_the_same_colours(browser: Browser, tone: str):
    view = {**NEAR, "c0": f"-128,127,viridis,{tone}"}
    drawn, sketched = (
        browser.look("files/signed128.npy", view, hasGraphics=has, expect_errors=not has)
        for has in (True, False)
    )
    for x in range(60, 200, 10):
        assert sketched.at(200, x) == pytest.approx(drawn.at(200, x), abs=3)


def test_zero_is_in_the_middle_of_the_colours(browser: Browser):
    steps = [["click", "button[title='Limits with 0 in the middle']"]]
    sight = browser.look("files/signed64.npy", NEAR, steps=steps)
    red, green, blue = sight.at(90, 64)
    assert red == pytest.approx(green, abs=4)
    assert red == pytest.approx(blue, abs=4)
    assert sight.at(90, 250)[0] > sight.at(90, 250)[2] + 100
    assert "c0=-191,191,blue-red,1,linear" in sight.url


@pytest.mark.parametrize(
    ("tone", "wanted"),
    [("1,linear", ["100", "75", "50", "25", "0"]), ("2,linear", ["100", "86.6", "70.71", "50", "0"])],
)
def test_the_bar_of_colours_tells_values(browser: Browser, tone: str, wanted: list[str]):
    view = {**NEAR, "marks": 1, "c0": f"0,100,viridis,{tone}"}
    sight = browser.look("files/ramp.zarr", view, read=[BAR])
    assert sight.read[BAR] == [wanted]


def test_the_bar_of_colours_has_those_of_the_picture(browser: Browser):
    view = {**NEAR, "marks": 1, "c0": "0,255,grey,1,linear"}
    pixels = browser.look("files/ramp.zarr", view, width=1100).pixels
    height, width, _ = pixels.shape
    stripe = pixels[height - 30 - 140 : height - 30, width - 120 :].astype(int)
    column = max(range(120), key=lambda x: len(np.unique(stripe[:, x, 0])))
    shades = stripe[8:-10, column, 0]
    assert np.all(np.diff(shades) <= 0)
    assert shades[0] > 230
    assert shades[-1] < 25


def test_the_number_of_values_stands_beside_the_limits(browser: Browser):
    canvas = "canvas.histogram"
    assert len(browser.look("files/ramp.zarr", NEAR, read=[canvas]).read[canvas]) == 1
    assert len(browser.look("files/channels.zarr", NEAR, read=[canvas]).read[canvas]) == 2  # of told limits


def test_labels_have_a_colour_each(browser: Browser):
    drawn, sketched = (
        browser.look("files/labels.zarr", NEAR, hasGraphics=has, expect_errors=not has)
        for has in (True, False)
    )
    colours = [drawn.at(y, x) for y in (32, 96, 160, 224) for x in (32, 96, 160, 224)]
    assert colours[0] == (0, 0, 0)  # nothing
    assert len(set(colours)) == 16
    again = [sketched.at(y, x) for y in (32, 96, 160, 224) for x in (32, 96, 160, 224)]
    np.testing.assert_allclose(again, colours, atol=2)
    assert drawn.at(63, 63) == colours[0]  # no colour between two labels
    assert drawn.at(64, 64) == colours[5]


@pytest.mark.parametrize("name", ["strip", "pillar"])
def test_a_strip_fills_the_page(browser: Browser, name: str):
    view = {"fill": 1, "c0": "0,255,grey,1,linear"}
    pixels = browser.look(f"files/{name}.npy", view, width=1000).pixels[..., 0]
    height, width = pixels.shape
    for row in range(5):
        for column in range(5):
            y, x = (row, column) if name == "strip" else (column, row)
            place = [int(side * (0.02 + 0.96 * (at + 0.5) / 5)) for side, at in ((height, y), (width, x))]
            assert int(pixels[*place]) == pytest.approx(row * 40 + column * 8, abs=1)


def test_what_is_nearly_0_is_0_beside_the_colours(browser: Browser):
    view = {**NEAR, "marks": 1, "c0": "-1,1.0000014,grey,1,linear"}
    assert browser.look("files/signed64.npy", view, read=[BAR]).read[BAR] == [
        ["1", "0.5", "0", "-0.5", "-1"]
    ]


def test_no_button_is_beyond_the_edge_of_a_narrow_page(browser: Browser):
    rights = "[...document.querySelectorAll('#actions *')].map((one) => one.getBoundingClientRect().right)"
    beyond = f"{rights}.filter((right) => right > innerWidth).length"
    sight = browser.look("files/signed64.npy", NEAR, width=400, steps=[["run", beyond]])
    assert sight.opened == ["0"]


def test_the_title_of_a_bar_of_colours_is_all_there(places: Browser):
    title = "document.querySelector('#colour-bar figcaption')"
    step = ["run", f"[{title}.textContent, {title}.scrollWidth <= {title}.clientWidth]"]
    sight = places.look("files/ocean.nc/named", {"marks": 1}, form="image", steps=[step])
    assert sight.opened == ['["A long name of what was measured here [degC]",true]']
