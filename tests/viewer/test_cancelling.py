"""What takes long can be cancelled in the page, and ends in the kernel; a file is saved by a click."""

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel, running_kernel
from tests.lab.pressing import Page
from tests.lab.pressing import page as opened
from tests.server import Server, running_server
from tests.waiting import until

pytestmark = needs_browser

BLOCKS, FREE = 64, 6  # of the array; those that wait for nothing
# Once `FREE` blocks are made, others wait for a file; then all take 8 s, if nobody cancels them. Nothing is
# asked of the kernel meanwhile, as a page follows what its cells do.
PUBLISH = f"""
import os, time, dask, numpy as np, dask.array as da, jupyter_zarr_serve as jz
made, pause = os.open(folder + "/made", os.O_CREAT | os.O_APPEND | os.O_RDWR), 0.25
def wait():
    while os.fstat(made).st_size >= {FREE} and not os.path.exists(folder + "/gate"):
        time.sleep(0.05)
    time.sleep(pause)
    os.write(made, b".")
def slow(block):
    wait()
    return block + np.arange(64, dtype="u1")
def records(block):
    wait()
    return block.astype([("n", "i8")])
dask.config.set(scheduler="threads", num_workers=2)
x = da.zeros(({BLOCKS}, 64), chunks=(1, 64), dtype="u1")
x = x.map_blocks(slow, dtype="u1", meta=np.zeros((0, 0), "u1"))
numbers = da.arange({BLOCKS} * 1000, chunks=1000)
n = [("n", "i8")]
jz.publish(blocks=x, records=numbers.map_blocks(records, dtype=n, meta=np.zeros(0, n)))
"""
CANCEL = ".notice.waiting button"
SORTING = ".table-doing button"
# What takes two seconds is asked for by a job, no more by the live connection.
BY_JOB = ", ".join(f".notice.waiting:has-text('{said}')" for said in ("of 64 blocks", "for 3 s", "for 4 s"))
SAVE = "#export-menu a[aria-label='Save all as NumPy (.npy)']"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with opened() as page:
        yield page


@dataclass(frozen=True)
class Slow:
    """A kernel with a slow array; the folder by which it is told to go on, and tells what it has made."""

    kernel: Kernel
    folder: Path

    @property
    def made(self) -> int:
        return (self.folder / "made").stat().st_size

    def go_on(self) -> None:
        (self.folder / "gate").touch()


@pytest.fixture
def slow(served: Server, tmp_path: Path) -> Iterator[Slow]:
    with running_kernel(served) as kernel:
        kernel.run(f"folder = {str(tmp_path)!r}\n{PUBLISH}")
        yield Slow(kernel, tmp_path)


def view(page: Page, server: Server, path: str) -> None:
    page("go", f"{server.url}zarr/view?path={path}&token={server.token}")


def assert_ended(page: Page, slow: Slow, waiting: str = ".notice.waiting") -> None:
    """Nothing is waited for in the page, and a second later nothing more is made in the kernel."""
    page("counts", waiting, 0)
    time.sleep(1)
    slow.go_on()
    last = -1
    while last != (last := slow.made):
        time.sleep(2)
    assert last <= FREE + 2 + 2  # by two threads, each of which may begin one more before it hears of it
    assert page("countNow", waiting) == 0


@pytest.mark.parametrize("form", ["image", "explore"])
@pytest.mark.parametrize("when", [CANCEL, BY_JOB], ids=["at once", "later"])
def test_cancel_ends_it_in_the_kernel(slow: Slow, page: Page, form: str, when: str):
    view(page, slow.kernel.server, f"{slow.kernel.path}/blocks&form={form}")
    page("see", when)
    page("click", CANCEL)
    assert_ended(page, slow)
    page("says", ".notice.failure", "It was cancelled")
    page("counts", "html[data-drawn=fine]", 0)
    page("click", ".notice.failure >> text=Try again")
    assert page("countNow", "html[data-drawn=fine]") == 0
    until(lambda: slow.made >= BLOCKS)
    page("see", "html[data-drawn=fine]")


def sort(page: Page) -> None:
    page("click", ".lm-DataGrid-viewport")
    page("press", "Control+Home")
    page("press", "Alt+ArrowDown")
    page("click", "text=▼ Sort")


def first_cell(page: Page) -> str:
    """What is in the first cell of the first row."""
    cell = "document.querySelector('.table-mirror [role=row]:nth-child(2)')?.children[1]?.textContent"
    return str(page("evaluate", f"() => {cell}"))


def test_a_sort_that_is_cancelled_ends_in_the_kernel(slow: Slow, page: Page):
    view(page, slow.kernel.server, f"{slow.kernel.path}/records")
    until(lambda: first_cell(page) == "0")
    sort(page)
    page("see", ".table-doing progress[title*=' blocks']")
    page("click", SORTING)
    assert_ended(page, slow, SORTING)
    until(lambda: first_cell(page) == "0")
    sort(page)
    until(lambda: first_cell(page) == str(BLOCKS * 1000 - 1))


def test_a_file_is_saved_or_cancelled(slow: Slow, page: Page):
    view(page, slow.kernel.server, f"{slow.kernel.path}/blocks&form=image")
    page("see", BY_JOB)
    page("click", "#export")
    page("click", SAVE)
    page("see", ".notice.waiting:has-text('2 requests')")
    page("click", CANCEL)
    assert_ended(page, slow)
    page("click", "#export")  # a click elsewhere has closed it
    name, content = page("saved", SAVE)
    assert name == "blocks.npy"
    expected = np.tile(np.arange(64, dtype="u1"), (BLOCKS, 1))
    np.testing.assert_array_equal(np.load(io.BytesIO(base64.b64decode(content))), expected)
