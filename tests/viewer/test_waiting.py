"""The viewer says what it waits for, goes on when it comes, and shows what was replaced."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel, running_kernel
from tests.viewer.conftest import browsing
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

PRELUDE = "import time, numpy as np, jupyter_zarr_serve as jz\n"
WAITING = ".notice.waiting"
SHOWN = "document.querySelector('#facts').textContent.startsWith('200 ')"
SLOW = """
class Slow:
    shape, dtype, chunks = (64, 64), np.dtype("u1"), (64, 64)
    def __array__(self, dtype=None, copy=None): return self[:]
    def __getitem__(self, region):
        time.sleep(4)
        return np.tile(np.arange(64, dtype="u1"), (64, 1))[region]
jz.publish(slow=Slow())
"""

BLOCKS = """
import dask, dask.array as da
made = []
def slow(block):
    time.sleep(pause)
    made.append(1)
    return block + np.arange(64, dtype="u1")
dask.config.set(scheduler="threads", num_workers=2)
pause = 2
x = da.zeros((64, 64), chunks=(1, 64), dtype="u1").map_blocks(slow, dtype="u1", meta=np.zeros((0, 0), "u1"))
jz.publish(blocks=x)
"""


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory, lambda _: None) as browser:
        yield browser


@pytest.fixture
def live(waiting: Browser) -> Iterator[Kernel]:
    with running_kernel(waiting.server) as kernel:
        yield kernel


def ramp(size: int) -> str:
    return PRELUDE + f"jz.publish(ramp=np.tile(np.arange({size}, dtype='u1'), ({size}, 1)))\n"


def assert_ramp(sight: Sight, size: int) -> None:
    """The picture is all of the ramp, and nothing is left to be said."""
    assert sight.notices == ""
    columns = range(4, size, 7)
    np.testing.assert_allclose([sight.at(size // 2, x)[0] for x in columns], columns, atol=2)


def test_what_is_computed_is_said_and_then_drawn(waiting: Browser, live: Kernel):
    live.run(PRELUDE + SLOW)
    seen: list[str] = []
    view = {"c0": "0,255,grey,1,linear", "zoom": 2, "centre": "32,32"}
    sight = waiting.look(
        f"{live.path}/slow", view, until=WAITING, meanwhile=seen.append, expect_errors=True
    )
    assert "computing" in seen[0]
    assert "waiting for" in seen[0]
    assert_ramp(sight, 64)


def test_a_restarted_kernel_is_said_and_waited_for(waiting: Browser, live: Kernel):
    live.run(ramp(100))
    assert waiting.server.get(f"zarr/v3/{live.path}/ramp/zarr.json").ok
    live.api("POST", "/restart")
    seen: list[str] = []

    def publish(text: str) -> None:
        seen.append(text)
        live.run(ramp(200))

    view = {"c0": "0,255,grey,1,linear", "zoom": 1, "centre": "100,100"}
    sight = waiting.look(f"{live.path}/ramp", view, until=WAITING, meanwhile=publish, expect_errors=True)
    assert "run the cell that publishes again" in seen[0]
    assert_ramp(sight, 200)


def test_what_was_replaced_is_shown_at_once(waiting: Browser, live: Kernel):
    live.run(PRELUDE + "jz.publish(ramp=np.zeros((5000, 5000), 'u1'))")
    sight = waiting.look(
        f"{live.path}/ramp",
        {"c0": "0,255,grey,1,linear", "zoom": 0, "centre": "300,300"},
        steps=[["tell", ""], ["until", SHOWN], ["press", "0"], ["move", 300, 300]],
        meanwhile=lambda _: live.run(ramp(200)),
        expect_errors=True,
    )
    assert_ramp(sight, 200)


def test_blocks_are_told_while_they_are_computed(waiting: Browser, live: Kernel):
    live.run(PRELUDE + BLOCKS)
    seen: list[str] = []

    def hurry(text: str) -> None:
        seen.append(text)
        live.run("pause = 0")

    view = {"c0": "0,255,grey,1,linear", "zoom": 2, "centre": "32,32"}
    told = ".notice.waiting:has-text('of 64 blocks')"
    sight = waiting.look(f"{live.path}/blocks", view, until=told, meanwhile=hurry)
    assert re.match(r"\d+ of 64 blocks", seen[0])
    assert seen[0].endswith("Cancel")
    assert_ramp(sight, 64)
    assert int(live.run("print(len(made))")) <= 64 + 1  # dask makes one to look at it
