"""Tables in the viewer, in headless Chromium: from a key or a click to the rows that are wanted.

``python -m benchmarks.tables``
"""

import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.table import Row, keep, most, show
from tests.kernels.jupyter import running_kernel
from tests.server import running_server
from tests.viewer.look import Browser, browser_of
from tests.viewer.tables import LONG, VAST

TURNS = 5  # each by a column that nobody has sorted by
ROWS = ".table-mirror [role=row]"
FOCUS = ["click", ".lm-DataGrid-viewport"]
WIDTH = 2400  # all columns are in sight
PUBLISH = """
import numpy as np, pandas as pd, jupyter_zarr_serve as jz
jz.publish(
    frame=pd.read_parquet({file!r}),
    vast=np.load({vast!r}, mmap_mode="r"),
)
"""
# From a click to the word that rows are sorted, and to the first row that is there by then.
SORTED = """(async () => {{
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.includes("▼ Sort"));
  const began = performance.now();
  button.click();
  let said;
  const rows = () => [...document.querySelectorAll({rows!r})];
  const isThere = () => rows().some((row) => row.textContent.includes({text!r}));
  while (!isThere()) {{
    if (document.querySelector(".table-doing")?.textContent) said ??= performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }}
  return [said, performance.now() - began];
}})()"""


def frame() -> pd.DataFrame:
    """A million rows: their numbers, columns of noise to sort by, times, and text."""
    rng = np.random.default_rng(0)
    row = np.arange(LONG)
    columns = {f"x{turn}": rng.standard_normal(LONG) for turn in range(TURNS)}
    notes = {f"note{turn}": rng.permutation(row).astype(str).astype(object) for turn in range(TURNS)}
    when = pd.Timestamp("2020-02-29 06:30:00") + pd.to_timedelta(row, unit="s")
    return pd.DataFrame({**columns, **notes, "when": when, "id": row + 10**9})


def write(folder: Path) -> None:
    """The table of a million rows, and one of a hundred million, which is a file with a hole."""
    frame().to_parquet(folder / "million.parquet")
    kinds = [("x", "f4"), ("id", "i8")]
    vast = np.lib.format.open_memmap(folder / "vast.npy", mode="w+", dtype=kinds, shape=(VAST,))
    vast[-1] = (0.1, 10**9 + VAST - 1)
    vast.flush()


def rows(browser: Browser, folder: Path) -> Iterator[Row]:
    """The figures of files, and of the same in a kernel."""
    data = frame()
    yield from scrolled(browser, "10^6 rows of Parquet", "files/million.parquet", LONG)
    yield from ordered(browser, "10^6 rows of Parquet", "files/million.parquet", data)
    yield from scrolled(browser, "10^8 records of a .npy file", "files/vast.npy", VAST)
    with running_kernel(browser.server) as kernel:
        kernel.run(PUBLISH.format(file=str(folder / "million.parquet"), vast=str(folder / "vast.npy")))
        yield from scrolled(browser, "10^6 rows of a published DataFrame", f"{kernel.path}/frame", LONG)
        yield from ordered(browser, "10^6 rows of a published DataFrame", f"{kernel.path}/frame", data)
        yield from scrolled(browser, "10^8 published records, mapped", f"{kernel.path}/vast", VAST)


def scrolled(browser: Browser, what: str, path: str, count: int) -> Iterator[Row]:
    """From Ctrl+End until the last row is there, in pages that have shown the first rows."""
    last = str(10**9 + count - 1)
    taken = [
        float(browser.look(path, steps=[FOCUS, ["time", "Control+End", ROWS, last]], width=WIDTH).opened[0])
        for _ in range(TURNS)
    ]
    yield most(f"{what}: from Ctrl+End to the last row, median", statistics.median(taken), 300, "ms")
    yield show(Row("the same, the first time; the slowest time", f"{taken[0]:.0f} ms; {max(taken):.0f} ms"))


def ordered(browser: Browser, what: str, path: str, data: pd.DataFrame) -> Iterator[Row]:
    """From the click of a sort until its first row is there, by numbers and by text."""
    for kind, column in (("noise", "x"), ("text", "note")):
        taken = [by_column(browser, path, data, f"{column}{turn}") for turn in range(TURNS)]
        said, done = ([pair[at] / 1000 for pair in taken] for at in (0, 1))
        name = f"{what}: sorted by {kind}"
        yield most(f"{name}, median", statistics.median(done), 2, "s")
        yield show(Row("the same: the slowest time", f"{max(done):.2f} s"))
        yield most("the same: until the page says that it sorts", max(said), 0.3, "s")


def by_column(browser: Browser, path: str, data: pd.DataFrame, name: str) -> tuple[float, float]:
    """Milliseconds until the page says that it sorts, and until it has."""
    greatest = data["id"][data[name].argmax()]
    to_column = [["press", "ArrowRight"]] * (1 + list(data).index(name))  # the index comes first
    script = SORTED.format(rows=ROWS, text=str(greatest))
    steps = [FOCUS, ["press", "Control+Home"], *to_column, ["press", "Alt+ArrowDown"], ["run", script]]
    said, done = json.loads(browser.look(path, steps=steps, width=WIDTH).opened[0])
    return said, done


@contextmanager
def browsing() -> Iterator[tuple[Browser, Path]]:
    """A browser for a server of these tables, and the folder that it serves."""
    with tempfile.TemporaryDirectory() as name:
        private, folder = Path(name), Path(name, "data")
        folder.mkdir()
        write(folder)
        with running_server(folder, private) as server, browser_of(server) as browser:
            yield browser, folder


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    with browsing() as (browser, folder):
        keep("tables", list(rows(browser, folder)))


if __name__ == "__main__":
    main()
