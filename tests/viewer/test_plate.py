"""Plates and wells of OME-Zarr as a grid of pictures."""

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.viewer.look import Browser, Sight
from tests.viewer.volumes import well

pytestmark = needs_browser

EDGE, GAP, SIDE = 16, 4, 96
HEAD = (32, 24)  # of rows, across, and of columns, down


def picture(sight: Sight, row: int, column: int, head: tuple[int, int] = HEAD) -> np.ndarray:
    """The pixels of a cell, but for its rounded corners."""
    across, down = head
    left = EDGE + (across + 2 * GAP if across else GAP) + column * (SIDE + GAP)
    top = EDGE + (down + 2 * GAP if down else GAP) + row * (SIDE + GAP)
    return sight.pixels[top : top + SIDE, left : left + SIDE, 0][6:-6, 6:-6]


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 2), (1, 0)])
def test_each_well_is_in_its_row_and_column(volumes: Browser, row: int, column: int):
    sight = volumes.look("files/plate.zarr", read=["#plate th"], expect_errors=True)
    shown = picture(sight, row, column).astype(int)
    off = np.abs(shown - well(row, column)[6:-6, 6:-6])
    assert np.median(off) == 0
    assert (off > 8).mean() < 0.03  # but for the edges
    assert [texts[0] for texts in sight.read["#plate th"]] == ["1", "2", "3", "A", "B"]


def test_a_well_that_is_not_there_has_no_picture_and_a_damaged_one_says_so(volumes: Browser):
    sight = volumes.look("files/plate.zarr", words="#plate td", expect_errors=True)
    assert np.ptp(picture(sight, 1, 1)) == 0
    assert [text for text in sight.texts if text.strip()] == ["B3: no picture"]


def test_a_picture_leads_to_its_image(volumes: Browser):
    steps = [["anew", "click", "#plate a[title=A3]"]]
    sight = volumes.look("files/plate.zarr", steps=steps, expect_errors=True)
    assert "path=files%2Fplate.zarr%2FA%2F3%2F0" in sight.url
    assert sight.at(10, 90)[0] == 255
    assert sight.at(30, 90)[0] == 0


def test_a_well_shows_its_images(volumes: Browser):
    sight = volumes.look("files/plate.zarr/A/3")
    off = np.abs(picture(sight, 0, 1, (0, 0)).astype(int) - well(0, 0)[6:-6, 6:-6])
    assert np.median(off) == 0
    assert (off > 8).mean() < 0.03
