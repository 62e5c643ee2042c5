"""Three cuts of a volume that meet in a cross."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.look import Browser, Sight
from tests.viewer.volumes import volume

pytestmark = needs_browser

GAP, BORDER = 8, 1  # pixels around a cut
SIZES = {
    "y": (240, 48),
    "x": (48, 240),
}  # of the screen, across and down: of 60 by 5, and of 5 by 40 elements
VIEW = {"zoom": 2, "centre": "30,20", "c0": "0,255,grey,1,linear", "at.z": 3, "cross": "5,25"}


def corner(sight: Sight, letter: str) -> tuple[int, int]:
    """The left upper pixel of a cut in the picture, x and y."""
    wide, _ = SIZES[letter]
    left = sight.pixels.shape[1] - GAP - BORDER - wide
    top = GAP + BORDER + (0 if letter == "y" else SIZES["y"][1] + 2 * BORDER + 6)
    return left, top


def at(sight: Sight, letter: str, row: int, column: int) -> int:
    """The grey of an element of a cut."""
    plane = cut(letter)
    (left, top), (wide, high) = corner(sight, letter), SIZES[letter]
    x = left + int((column + 0.25) * wide / plane.shape[1])
    y = top + int((row + 0.25) * high / plane.shape[0])
    return int(sight.pixels[y, x, 0])


def cut(letter: str, x: int = 5, y: int = 25) -> np.ndarray:
    """What a cut shows: the plane through the cross."""
    return volume()[:, y, :] if letter == "y" else volume()[:, :, x].T


@pytest.mark.parametrize("letter", ["y", "x"])
def test_cuts_show_the_planes_in_which_the_cross_lies(volumes: Browser, letter: str):
    sight = volumes.look("files/volume.npy", VIEW)
    plane = cut(letter)
    for row, column in [(0, 0), (plane.shape[0] - 1, plane.shape[1] - 2), (plane.shape[0] // 3, 1)]:
        assert at(sight, letter, row, column) == pytest.approx(plane[row, column], abs=2)


def test_a_place_in_a_cut_moves_the_cross_and_the_slider(volumes: Browser):
    first = volumes.look("files/volume.npy", VIEW)
    left, top = (part + start for part, start in zip(corner(first, "y"), first.corner, strict=True))
    x, y = left + int(41.5 * 240 / 60), top + int(1.5 * 48 / 5)
    sight = volumes.look("files/volume.npy", VIEW, steps=[["drag", x, y, x, y]])
    assert "cross=41,25" in sight.url
    assert "at.z=1" in sight.url
    assert sight.at(12, 20)[0] == pytest.approx(volume()[1, 12, 20], abs=2)


def test_a_click_on_the_picture_moves_the_cuts(volumes: Browser):
    first = volumes.look("files/volume.npy", VIEW)
    x, y = first.place(5, 9)
    sight = volumes.look("files/volume.npy", VIEW, steps=[["drag", x, y, x, y]])
    assert "cross=9,5" in sight.url
    for letter in ("y", "x"):
        plane = cut(letter, 9, 5)
        row, column = plane.shape[0] - 2, plane.shape[1] - 2
        assert at(sight, letter, row, column) == pytest.approx(plane[row, column], abs=2)


def test_cuts_are_switched_on_and_off(volumes: Browser):
    on = volumes.look("files/volume.npy", steps=[["click", "#cuts-shown"]])
    assert "cross=30,20" in on.url
    off = volumes.look("files/volume.npy", VIEW, steps=[["click", "#cuts-shown"]])
    assert "cross" not in off.url
