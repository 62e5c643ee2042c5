"""Two notebooks in one JupyterLab: the panel is about the one in front, a drag opens what the other has."""

from collections.abc import Iterator

import nbformat
import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import shut_down
from tests.lab.conftest import OPENED, Lab
from tests.lab.test_panel import row

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

CELL = "import numpy as np, jupyter_zarr_serve as jz\njz.publish(theirs=np.arange(6))"


@pytest.fixture(scope="module", autouse=True)
def second(notebook: None, running: Lab) -> Iterator[None]:
    """A second notebook publishes `theirs` and is in front."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(CELL), nbformat.v4.new_code_cell("")]
    told = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(told, running.folder / "second.ipynb")
    running.page("evaluate", OPENED.replace("waves.ipynb", "second.ipynb"))
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("theirs"))
    yield
    shut_down(running, "second.ipynb")
    running.do("application:close-all")


def test_the_panel_is_about_the_notebook_in_front(running: Lab):
    running.page("counts", row("waves"), 0)
    running.do("docmanager:open", path="waves.ipynb")
    running.page("see", row("waves"))
    running.page("missSoon", row("theirs"))


def test_what_the_other_one_has_is_a_row_to_drag_into_a_cell_that_opens_it(running: Lab):
    running.do("docmanager:open", path="waves.ipynb")
    running.do("notebook:insert-cell-below")
    running.page("see", row("waves"))
    running.page("click", row("Running"))
    running.page("see", row("second.ipynb"))
    running.page("click", f"{row('second.ipynb')} .jp-ZarrServe-caret")
    running.page("see", row("theirs"))
    cell = ".jp-Notebook:visible .jp-Cell.jp-mod-active .cm-content"
    running.page("drag", row("theirs"), cell)
    running.page("see", f"""{cell}:has-text("jz.open('second.ipynb/theirs')")""")
    running.do("notebook:run-cell")
    running.page("see", '.jp-OutputArea-output:has-text("<Array") >> visible=true')
    running.page("click", row("Running"))
