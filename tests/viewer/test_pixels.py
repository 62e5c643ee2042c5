"""Known images are drawn, read back from the screen and compared."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel
from tests.viewer.images import SIDE, blocks, unusual
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

NEAR = {"zoom": 1, "centre": "128,128"}
PUBLISHED = """
import numpy as np, jupyter_zarr_serve as jz
jz.publish(picture=np.tile(np.arange(3000, dtype="u2") // 10, (2000, 1)), signal=np.arange(50_000) % 1000)
"""
REFRESHED_WHEN_ROUGH = """
new MutationObserver(() => {
  if (window.refreshed || document.documentElement.dataset.drawn !== "rough") return;
  window.refreshed = true;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
}).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });
"""
CHECKERS = {(102, 102, 102), (140, 140, 140)}


def greys(sight: Sight, y: int, columns: range) -> list[int]:
    colours = [sight.at(y, x) for x in columns]
    assert all(red == green == blue for red, green, blue in colours)
    return [red for red, _, _ in colours]


def test_a_ramp_of_greys(browser: Browser):
    sight = browser.look("files/ramp.zarr", NEAR)
    np.testing.assert_allclose(greys(sight, 128, range(256)), range(256), atol=1)


def test_limits_gamma_and_logarithm(browser: Browser):
    places = np.arange(0, 256, 5)
    sight = browser.look("files/ramp.zarr", {**NEAR, "c0": "50,150,grey,2,linear"})
    share = np.clip((places - 50) / 100, 0, 1)
    np.testing.assert_allclose(greys(sight, 90, range(0, 256, 5)), 255 * share**2, atol=2)
    sight = browser.look("files/ramp.zarr", {**NEAR, "c0": "50,150,grey,1,log"})
    np.testing.assert_allclose(greys(sight, 90, range(0, 256, 5)), 25.5 * np.log2(1 + 1023 * share), atol=2)


@pytest.mark.parametrize("name", ["viridis", "magma", "turbo"])
def test_palettes_are_those_of_matplotlib(browser: Browser, name: str):
    from matplotlib import colormaps

    sight = browser.look("files/ramp.zarr", {**NEAR, "c0": f"0,255,{name},1,linear"})
    drawn = [sight.at(128, x) for x in range(0, 256, 3)]
    wanted = colormaps[name](np.arange(0, 256, 3))[:, :3] * 255
    np.testing.assert_allclose(drawn, wanted, atol=6)


def test_what_is_not_a_number_is_neither_black_nor_white(browser: Browser):
    sight = browser.look("files/holed.zarr", {**NEAR, "c0": "0,1,grey,1,linear"})
    hole = {sight.at(y, x) for y in range(101, 139, 3) for x in range(61, 119, 3)}
    assert hole == CHECKERS
    np.testing.assert_allclose(greys(sight, 50, range(256)), range(256), atol=1)
    np.testing.assert_allclose(greys(sight, 120, range(58)), range(58), atol=1)


@pytest.mark.parametrize("name", sorted(unusual()))
def test_numbers_of_any_type(browser: Browser, name: str):
    sight = browser.look(f"files/{name}.npy", NEAR, form="image")
    assert sight.at(100, 10) == (255, 255, 255)
    assert sight.at(100, 127) == (255, 255, 255)
    assert sight.at(100, 128) == (0, 0, 0)
    assert sight.at(100, 250) == (0, 0, 0)


def test_a_colour_image(browser: Browser):
    sight = browser.look("files/colours.png", NEAR)
    for y, x in [(10, 10), (10, 240), (128, 77), (200, 250)]:
        assert sight.at(y, x) == pytest.approx((x, y, 77), abs=1)


def test_a_variable_of_a_kernel(browser: Browser, kernel: Kernel):
    kernel.run(PUBLISHED)
    name = f"{kernel.path}/picture"
    whole = browser.look(name, {"c0": "0,300,grey,1,linear"})
    assert whole.at(1000, 2990)[0] == pytest.approx(299 / 300 * 255, abs=2)
    near = browser.look(name, {"zoom": 3, "centre": "100,50", "c0": "0,300,grey,1,linear"})
    assert [near.at(50, x)[0] for x in (99, 100, 110)] == pytest.approx(
        [9 * 0.85, 10 * 0.85, 11 * 0.85], abs=1
    )


def test_what_is_read_anew_before_it_is_fine_becomes_fine(browser: Browser, kernel: Kernel):
    kernel.run(PUBLISHED)
    view = {"c0": "0,300,grey,1,linear"}
    steps = [["run", "window.refreshed"]]
    for _ in range(5):  # a slow browser may hear that it is rough when it is fine already
        sight = browser.look(f"{kernel.path}/picture", view, before=REFRESHED_WHEN_ROUGH, steps=steps)
        if sight.opened[-1] == "true":
            break
    assert sight.opened[-1] == "true"
    assert sight.at(1000, 2990)[0] == pytest.approx(299 / 300 * 255, abs=2)


def test_two_channels_are_added(browser: Browser):
    sight = browser.look("files/channels.zarr", NEAR)
    assert sight.at(64, 64) == pytest.approx((255, 128, 0), abs=1)
    assert sight.at(64, 192) == pytest.approx((0, 128, 0), abs=1)
    assert sight.at(192, 64) == (255, 0, 0)
    assert sight.at(192, 192) == (0, 0, 0)


def test_keys_step_along_an_axis_and_the_link_knows(browser: Browser):
    sight = browser.look("files/channels.zarr", NEAR, steps=[["press", "]"]])
    assert sight.at(64, 64) == (0, 0, 0)
    assert sight.at(192, 192) == (255, 0, 0)
    assert "at.t=1" in sight.url
    again = browser.open(sight.url)
    np.testing.assert_array_equal(again.pixels[60:], sight.pixels[60:])  # below the message of the step


def test_a_channel_can_be_hidden_and_coloured(browser: Browser):
    steps = [["click", "#shown-1"], ["choose", "[aria-label='Colours of channel 0']", "0000ff"]]
    sight = browser.look("files/channels.zarr", NEAR, steps=steps)
    assert sight.at(64, 64) == (0, 0, 255)
    assert sight.at(64, 192) == (0, 0, 0)
    assert browser.open(sight.url).at(64, 64) == (0, 0, 255)


def test_channels_have_names_where_their_limits_are_measured(browser: Browser, kernel: Kernel):
    kernel.run(
        "import dask.array as da, numpy as np, jupyter_zarr_serve as jz\n"
        "planes = np.stack([np.eye(300), np.ones((300, 300))]).astype('f4')\n"
        "image = da.from_array(planes, chunks=(1, 150, 300))\n"
        "jz.publish(two=image, axes='cyx', attributes={'channel_names': ['diagonal', 'flat']})"
    )
    sight = browser.look(f"{kernel.path}/two", steps=[["move", 300, 300]])
    assert "diagonal = 0" in sight.text
    assert "flat = 1" in sight.text
    red, green, blue = sight.at(100, 200)
    assert green == 0  # the first channel, which is dark there
    assert red == blue  # the second is magenta


def middles(sight: Sight, step: int = 1) -> tuple[list[int], list[int]]:
    """The greys in the middle of each block of the deep image, and what they should be."""
    image = blocks()
    places = [(y, x) for y in range(128, SIDE, 256 * step) for x in range(128, SIDE, 256 * step)]
    return [sight.at(y, x)[0] for y, x in places], [int(image[y, x]) // 257 for y, x in places]


def test_all_of_a_deep_pyramid(browser: Browser):
    sight = browser.look("files/blocks.zarr", {"c0": "0,65535,grey,1,linear"})
    drawn, wanted = middles(sight)
    np.testing.assert_allclose(drawn[:240], wanted[:240], atol=1)  # the last row is below the scale bar


def test_a_deep_pyramid_at_full_zoom(browser: Browser):
    view = {"zoom": 2, "centre": "1024,768", "c0": "0,65535,grey,1,linear"}
    sight = browser.look("files/blocks.zarr", view, steps=[["move", 200, 200]])
    image = blocks()
    for y, x in [(767, 1023), (768, 1023), (767, 1024), (768, 1024)]:
        assert sight.at(y, x)[0] == int(image[y, x]) // 257
    assert "level" not in sight.text
    assert "µm" in sight.text


def edges(greys: np.ndarray) -> list[int]:
    """Where greys change, from the middle."""
    (places,) = np.nonzero(np.abs(np.diff(greys.astype(int))) > 2)
    return [int(place) + 1 - len(greys) // 2 for place in places]


@pytest.mark.parametrize(
    ("name", "view", "rows", "columns"),
    [
        ("wide", {"zoom": 1, "centre": "128,256"}, [-256, 0, 256], [-256, 256]),
        ("high", {"zoom": -2, "centre": "512,256"}, [-192, 0, 192], [-128, -64, 0, 64, 128]),
    ],
)
def test_pixels_that_are_not_square(
    browser: Browser, name: str, view: dict[str, object], rows: list[int], columns: list[int]
):
    """Blocks of 256 by 256 pixels are half as high as wide, or thrice."""
    view = {**view, "c0": "0,6000,grey,1,linear", "smooth": 0}
    pixels = browser.look(f"files/{name}.zarr", view).pixels[..., 0]
    height, width = pixels.shape
    np.testing.assert_allclose(edges(pixels[:, width // 2 + 10]), rows, atol=1)
    np.testing.assert_allclose(edges(pixels[height // 2 + 10]), columns, atol=1)


def test_a_picture_of_high_pixels_is_dragged(browser: Browser):
    view = {"zoom": 0, "centre": "512,256", "c0": "0,6000,grey,1,linear"}
    sight = browser.look("files/high.zarr", view, steps=[["drag", 200, 200, 230, 290]])
    assert sight.camera is not None
    _, x, y = sight.camera
    assert 10 < 512 - x <= 30  # gestures begin after some pixels
    assert 256 - y == pytest.approx(512 - x, abs=1)


def test_the_value_under_the_pointer_is_exact(browser: Browser):
    sight = browser.look("files/large.zarr", NEAR)
    y, x = 77, 33
    sight = browser.look("files/large.zarr", NEAR, steps=[["move", *sight.place(y, x)]])
    assert f"y {y}" in sight.text
    assert f"x {x}" in sight.text
    assert sight.text.endswith(f"= {2**60 + y * 256 + x}")


def test_dark_and_narrow(browser: Browser):
    sight = browser.look("files/ramp.zarr", width=400, height=700, scheme="dark")
    assert sight.pixels[2, 2].max() < 40
    assert sight.pixels.shape[1] == 400
    assert sight.camera is not None
    assert sight.at(128, 250)[0] == pytest.approx(250, abs=1)


def test_a_whole_picture_stays_whole_when_the_page_shrinks(browser: Browser):
    shrink = ["resize", 640, 400]
    sight = browser.look("files/ramp.zarr", steps=[shrink], height=700)
    left, right = sight.place(128, 0)[0], sight.place(128, 255)[0]
    assert 0 < left < right < sight.pixels.shape[1]
    assert right - left > sight.pixels.shape[0] * 0.8
    np.testing.assert_allclose(greys(sight, 64, range(2, 254)), range(2, 254), atol=2)
    moved = browser.look("files/ramp.zarr", {"zoom": 2, "centre": "30,40"}, steps=[shrink])
    assert moved.camera == (2, 30, 40)


def test_what_cannot_be_drawn_is_said(browser: Browser):
    sight = browser.look("files/nothing.zarr", expect_errors=True)
    assert "nothing" in sight.notices
    assert all("404" in error for error in sight.errors)
