"""Long arrays of one dimension and columns of tables are drawn as lines, by their least and greatest."""

import numpy as np

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

BLUE, ORANGE = (31, 119, 180), (232, 113, 10)


def drawn(sight: Sight, colour: tuple[int, int, int]) -> np.ndarray:
    """The places (row, column) of pixels that are nearly of a colour."""
    distance = np.abs(sight.pixels.astype(int) - colour).sum(-1)
    return np.argwhere(distance < 30)


def widest(sight: Sight) -> int:
    """Columns of the widest text below a chart; texts are eight columns apart."""
    below = sight.pixels[-34:].astype(int)
    paper = below[-1, -1]
    (columns,) = np.nonzero((np.abs(below - paper).sum(-1) > 90).any(0))
    return max(np.ptp(text) + 1 for text in np.split(columns, np.nonzero(np.diff(columns) > 8)[0] + 1))


def test_a_sine_is_drawn(browser: Browser):
    sight = browser.look("files/signal.npy", steps=[["move", 300, 300]])
    places = drawn(sight, BLUE)
    rows, columns = places.T
    assert np.ptp(rows) > 300
    assert np.ptp(columns) > 380
    crests = np.unique(columns[rows < rows.min() + 2] // 12)  # 2000000 / 20000 / 2 pi is 15.9
    assert 14 <= len(crests) <= 24
    assert "signal.npy = " in sight.text
    assert widest(sight) < 70  # 1000000, and not its neighbour with it


def test_a_part_is_asked_for_anew(browser: Browser):
    sight = browser.look("files/signal.npy", steps=[["drag", 200, 200, 210, 200], ["move", 300, 300]])
    start, stop = (int(sight.url.partition(f"{end}=")[2].partition("&")[0]) for end in ("start", "stop"))
    assert 20_000 < stop - start < 100_000
    again = browser.open(sight.url)
    assert len(drawn(again, BLUE)) > 300


def test_columns_are_chosen(browser: Browser):
    sight = browser.look("files/table.csv", {"form": "lines"}, steps=[["click", "#column-1"]])
    assert len(drawn(sight, ORANGE)) > 200
    assert "column=a&column=b" in sight.url
    steps = [["click", "#column-1"], ["click", "#column-0"]]
    without = browser.look("files/table.csv", {"form": "lines"}, steps=steps)
    assert len(drawn(without, BLUE)) == 0


def test_a_variable_of_a_kernel(browser: Browser, kernel: Kernel):
    kernel.run(
        "import numpy as np, jupyter_zarr_serve as jz; jz.publish(saw=np.arange(2_000_000) % 40_000)"
    )
    assert len(drawn(browser.look(f"{kernel.path}/saw"), BLUE)) > 300
