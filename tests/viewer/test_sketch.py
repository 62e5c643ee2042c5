"""The first picture, drawn without the graphics, is the one that the graphics draw."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel
from tests.viewer.look import Browser, Sight
from tests.viewer.test_pixels import CHECKERS, NEAR, middles

pytestmark = needs_browser

BELOW = 100  # rows under the notice that there are no graphics


def assert_alike(sketched: Sight, drawn: Sight) -> None:
    """Without graphics the picture is the same, but for the edges of pixels."""
    assert "graphics" in sketched.notices
    assert np.ptp(drawn.pixels[BELOW:]) > 100
    differences = np.abs(drawn.pixels[BELOW:].astype(int) - sketched.pixels[BELOW:]).max(-1)
    assert np.percentile(differences, 99.5) <= 3, np.argwhere(differences > 3)[:5]


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("ramp.zarr", NEAR),
        ("ramp.zarr", {**NEAR, "c0": "50,150,turbo,0.5,linear"}),
        ("ramp.zarr", {**NEAR, "c0": "0,200,00ffff,1,log"}),
        ("channels.zarr", NEAR),
        ("colours.png", NEAR),
        ("int64.npy", NEAR),
        ("blocks.zarr", {"zoom": 2, "centre": "1024,768", "c0": "0,65535,viridis,1,linear"}),
        ("wide.zarr", {"zoom": 1, "centre": "128,256"}),
    ],
)
def test_pictures_without_graphics(browser: Browser, name: str, view: dict[str, str]):
    drawn = browser.look(f"files/{name}", view)
    sketched = browser.look(f"files/{name}", view, hasGraphics=False, expect_errors=True)
    assert_alike(sketched, drawn)


@pytest.mark.parametrize(
    ("view", "step"),
    [
        ({}, ["resize", 640, 400]),
        ({"zoom": 1, "centre": "30,140"}, ["resize", 640, 500]),
        (NEAR, ["press", "1"]),
        (NEAR, ["press", "ArrowRight"]),
    ],
)
def test_the_picture_stays_without_graphics(browser: Browser, view: dict[str, str], step: list[object]):
    """It lies where the graphics would draw it, when the page is resized, zoomed or moved."""
    drawn = browser.look("files/ramp.zarr", view, steps=[step])
    still = browser.look("files/ramp.zarr", view, steps=[step], hasGraphics=False, expect_errors=True)
    assert still.camera == drawn.camera
    assert_alike(still, drawn)


def test_what_is_not_a_number_is_neither_black_nor_white(browser: Browser):
    view = {**NEAR, "c0": "0,1,grey,1,linear"}
    sight = browser.look("files/holed.zarr", view, hasGraphics=False, expect_errors=True)
    assert {sight.at(y, x) for y in range(101, 139, 3) for x in range(61, 119, 3)} == CHECKERS
    np.testing.assert_allclose([sight.at(200, x)[0] for x in range(256)], range(256), atol=1)


def test_all_of_a_deep_pyramid(browser: Browser):
    view = {"c0": "0,65535,grey,1,linear"}
    sight = browser.look("files/blocks.zarr", view, hasGraphics=False, expect_errors=True)
    drawn, wanted = middles(sight)
    np.testing.assert_allclose(drawn[48:240], wanted[48:240], atol=1)


def test_a_variable_without_limits(browser: Browser, kernel: Kernel):
    kernel.run(
        "import numpy as np, jupyter_zarr_serve as jz\n"
        "jz.publish(slope=np.tile(np.linspace(-5, 5, 3000, dtype='f4'), (2000, 1)))"
    )
    sight = browser.look(f"{kernel.path}/slope", hasGraphics=False, expect_errors=True)
    greys = [sight.at(1500, x)[0] for x in range(30, 3000, 90)]
    np.testing.assert_allclose(greys, np.arange(30, 3000, 90) / 3000 * 255, atol=3)
