"""A picture is saved as it is on the screen: as pixels, or with its rulers and texts as shapes."""

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.clients.browser import needs_browser
from tests.viewer.coordinates import grid
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

MAP = "files/falling.nc/t2m"
VIEW = {"marks": 1, "zoom": 2, "centre": "45,45", "c0": "0,90000,viridis,1,linear", "smooth": 0}
SVG = "{http://www.w3.org/2000/svg}"
BAR = 96  # pixels at the right, for the colours


def saved(
    browser: Browser, kind: str, view: dict[str, object] = VIEW, path: str = MAP
) -> tuple[Sight, str, bytes]:
    """The page, and the name and the bytes of the file."""
    sight = browser.look(path, view, steps=[["saved", f"#panel button:text-is('{kind}')"]], width=1000)
    name, text = sight.opened
    return sight, name, base64.b64decode(text)


def pixels_of(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def test_pixels_are_those_of_the_screen(places):
    sight, name, png = saved(places, "PNG")
    assert name == "t2m.png"
    picture = pixels_of(png)
    height, width = sight.pixels.shape[:2]
    assert picture.shape == (height, width + BAR, 3)
    for y, x in ((20, 30), (45, 45), (60, 70)):
        column, row = (
            round(part - corner) for part, corner in zip(sight.place(y, x), sight.corner, strict=True)
        )
        assert np.abs(picture[row, column].astype(int) - sight.pixels[row, column]).max() <= 1
    assert len(np.unique(picture[50:-50, width + 18], axis=0)) > 50  # the bar of colours


def test_a_drawing_has_its_rulers_and_colours_as_shapes(places):
    _, name, text = saved(places, "SVG")
    assert name == "t2m.svg"
    root = ElementTree.fromstring(text)
    words = [found.text for found in root.iter(f"{SVG}text")]
    assert "lat [degrees_north]" in words
    assert "lon" in words
    assert {"50", "100", "150"} <= set(words)  # degrees east
    assert "9e+4" in words or "90000" in words  # the upper limit
    stops = [stop.attrib["stop-color"] for stop in root.iter(f"{SVG}stop")]
    assert (stops[0], stops[-1]) == ("#440154", "#fde725")
    (image,) = root.iter(f"{SVG}image")
    picture = pixels_of(base64.b64decode(image.attrib["href"].partition(",")[2]))
    middle = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    assert grid()[45, 45] == 45045
    assert np.abs(middle.astype(int) - [0x21, 0x91, 0x8C]).max() <= 6  # half way from 0 to 90000


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_without_rulers_there_is_the_picture_alone(places, kind):
    sight, _, body = saved(places, kind, {**VIEW, "marks": 0})
    height, width = sight.pixels.shape[:2]
    if kind == "PNG":
        assert pixels_of(body).shape == (height, width, 3)
    else:
        root = ElementTree.fromstring(body)
        assert (root.attrib["width"], root.attrib["height"]) == (str(width), str(height))
        assert list(root.iter(f"{SVG}text")) == []
