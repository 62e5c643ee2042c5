"""What is no light is drawn as it looks: inks, and numbers whose 0 is white; with graphics and without."""

import numpy as np
import pytest
from PIL import Image

from tests.clients.browser import needs_browser
from tests.viewer.images import inks
from tests.viewer.look import Browser

pytestmark = needs_browser

NEAR = {"zoom": 1, "centre": "128,128"}
SPOTS = [(130, 10), (70, 240), (140, 77), (240, 250), (100, 100), (250, 20)]  # below what is told
WAYS = pytest.mark.parametrize("has_graphics", [True, False])


def look(browser: Browser, name: str, view: dict, has_graphics: bool):
    return browser.look(name, view, hasGraphics=has_graphics, expect_errors=not has_graphics)


@WAYS
def test_inks_take_light_from_white(browser: Browser, has_graphics: bool):
    sight = look(browser, "files/inks.tif", NEAR, has_graphics)
    want = np.asarray(Image.fromarray(inks(), "CMYK").convert("RGB")).astype(int)
    for y, x in SPOTS:
        assert sight.at(y, x) == pytest.approx(tuple(want[y, x]), abs=2), (y, x)


@WAYS
def test_one_ink_alone_is_on_white_paper(browser: Browser, has_graphics: bool):
    off = {f"c{i}": f"off,0,255,ink-{colour},1,linear" for i, colour in ((1, "ff00ff"), (2, "ffff00"))}
    view = NEAR | off | {"c3": "off,0,255,ink-000000,1,linear"}
    sight = look(browser, "files/inks.tif", view, has_graphics)
    for y, x in SPOTS:
        assert sight.at(y, x) == pytest.approx((255 - x, 255, 255), abs=2)


@WAYS
def test_0_is_white_where_the_file_says_so(browser: Browser, has_graphics: bool):
    sight = look(browser, "files/white.tif", NEAR, has_graphics)
    for x in (0, 50, 200, 255):
        assert sight.at(128, x) == pytest.approx((255 - x,) * 3, abs=1)
