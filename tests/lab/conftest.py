"""One JupyterLab with files of all kinds, and one page of a browser, for all tests of the extension."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import nbformat
import numpy as np
import pandas as pd
import pytest
import zarr
from PIL import Image

from tests.lab.pressing import Page, page
from tests.server import Server
from tests.viewer.lab import running_lab

CELL = "import numpy as np, jupyter_zarr_serve as jz\njz.publish(waves=np.zeros((3, 4), 'f4'))"


OPENED = """async () => {
  const { commands } = window.jupyterapp;
  const how = { path: "waves.ipynb", factory: "Notebook", kernel: { name: "python3" } };
  const panel = await commands.execute("docmanager:open", how);
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  panel.content.activeCellIndex = 0;
  await commands.execute("notebook:run-cell");
  await panel.context.save();
}"""


@dataclass(frozen=True)
class Lab:
    """JupyterLab in a page."""

    server: Server
    page: Page
    folder: Path

    def start(self, path: str = "lab?reset") -> None:
        """Load it, with an empty layout, and wait until it is there."""
        mark = "&" if "?" in path else "?"
        self.page("go", f"{self.server.url}{path}{mark}token={self.server.token}")
        self.arrive()

    def arrive(self) -> None:
        """Wait until it is there, once its page was asked for."""
        self.page("until", "() => window.jupyterapp")
        self.page("evaluate", "() => window.jupyterapp.restored.then(() => undefined)")
        self.page("see", ".jp-DirListing-item")

    def run(self, command: str, **arguments: object) -> None:
        """Run a command as menus do."""
        told = f"() => void window.jupyterapp.commands.execute({command!r}, {json.dumps(arguments)})"
        self.page("evaluate", told)

    def do(self, command: str, **arguments: object) -> None:
        """The same, until it is done."""
        told = f"window.jupyterapp.commands.execute({command!r}, {json.dumps(arguments)})"
        self.page("evaluate", f"async () => {{ await {told}; }}")

    def drawn(self, path: str, part: str = "") -> None:
        """Wait until the tab that draws a path has, and says something."""
        at = f"zarr/view?path={path}"
        self.page("seeFrame", at, "html[data-drawn]")
        self.page("frameSays", at, part)

    def choose(self, selector: str, *labels: str) -> None:
        """Choose an entry of the context menu of something, by way of the menus above it."""
        self.page("click", selector, {"button": "right"})
        for label in labels:
            self.page("click", f'.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("{label}"))')


def write_files(folder: Path) -> None:
    """Files of several kinds, of few elements."""
    np.save(folder / "grid.npy", np.arange(12, dtype="i4").reshape(3, 4))
    with h5py.File(folder / "run.h5", "w") as file:
        file["detector/image"] = np.zeros((4, 5), "u2")
    pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]}).to_parquet(folder / "table.parquet")
    (folder / "few.csv").write_text("a,b\n1,2\n")
    Image.fromarray(np.ones((8, 8), "u1")).save(folder / "dark.tif")
    Image.fromarray(np.zeros((8, 8), "u1")).save(folder / "dark.png")
    zarr.save_array(folder / "store.zarr", np.ones((2, 2)))
    (folder / "plain").mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELL)], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, folder / "waves.ipynb")


@contextmanager
def opened_lab(folder: Path, private: Path, *more: str, **how: str) -> Iterator[Lab]:
    """A JupyterLab with files, and a page for it; see `running_lab`."""
    write_files(folder)
    with running_lab(folder, private, *more, **how) as server, page() as opened:
        yield Lab(server, opened, folder)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The server and the page."""
    with opened_lab(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")) as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Lab:
    """JupyterLab with no tab open and the file browser in front."""
    if running.page("evaluate", "() => window.jupyterapp === undefined"):
        running.start()
    running.do("application:close-all")
    running.do("filebrowser:activate")
    running.page("errors")
    running.page("requests")
    return running


@pytest.fixture(scope="module")
def notebook(running: Lab) -> Iterator[None]:
    """A notebook that published `waves` is open, and what other tests asked for is forgotten."""
    running.page("requests")
    running.start()
    running.page("evaluate", OPENED)
    yield
    running.do("application:close-all")
