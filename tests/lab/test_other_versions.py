"""The same bundle in the oldest JupyterLab that it is for, as of a user of a hub, and in Notebook."""

from collections.abc import Iterator

import pytest

from tests.clients.browser import needs_browser
from tests.clients.environments import on_top
from tests.lab.cells import run
from tests.lab.conftest import OPENED, Lab, opened_lab
from tests.lab.test_panel import row

pytestmark = needs_browser

OLDEST = ["jupyterlab>=4.2,<4.3"]
# With a Lab of its own, whose files must be beside its own.
NOTEBOOK = ["notebook>=7.5,<7.6", "jupyterlab>=4.5,<4.6"]
CARD = ".jp-ZarrServe-card"


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab 4.2 at an address such as hubs give."""
    folders = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")
    python = str(on_top("lab-4.2", *OLDEST))
    with opened_lab(*folders, "--ServerApp.base_url=/user/x/", python=python) as lab:
        lab.start()
        yield lab


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Notebook 7."""
    folders = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")
    with opened_lab(*folders, program="notebook", python=str(on_top("notebook", *NOTEBOOK))) as lab:
        yield lab


def test_the_oldest_lab_opens_files_and_shows_panel_and_card_below_user_x(oldest: Lab):
    assert oldest.page("evaluate", "() => window.jupyterapp.version").startswith("4.2.")
    assert [told for told in oldest.page("requests") if "/zarr/" in told] == []
    oldest.page("doubleClick", '.jp-DirListing-item:has(:text-is("grid.npy"))')
    assert "Array of int32" in oldest.page("frame", "/user/x/zarr/v3/files/grid.npy", "main")
    oldest.page("evaluate", OPENED)
    oldest.page("see", f"{CARD} img")
    oldest.do("jupyter-zarr-serve:panel")
    oldest.page("see", row("waves"))
    oldest.choose(row("waves"), "Copy Zarr v3 Address")
    assert oldest.page("copied") == f"{oldest.server.url}zarr/v3/notebooks/waves.ipynb/waves"
    run(oldest, "display(jz.published()['waves'].view(beside=True))")
    oldest.page("seeFrame", "/user/x/zarr/view?path=notebooks/waves.ipynb/waves", "html[data-drawn]")
    assert [told for told in oldest.page("errors") if "zarr" in told.lower()] == []


def test_notebook_shows_the_card_and_opens_pages_in_tabs_of_the_browser(notebook: Lab):
    server = notebook.server
    notebook.page("go", f"{server.url}notebooks/waves.ipynb?token={server.token}")
    notebook.page("until", "() => window.jupyterapp?.shell.currentWidget?.context?.isReady")
    notebook.page("evaluate", RUN)
    notebook.page("see", f"{CARD} img")
    notebook.page("click", f'{CARD} button:text-is("Copy Code")')
    notebook.page("copiedWith", "jz.open('waves.ipynb/waves')")
    told = notebook.page("popup", f'{CARD} button:text-is("View Beside")')
    assert told["url"] == f"{server.url}zarr/v3/notebooks/waves.ipynb/waves"
    assert "float32" in told["text"]
    assert notebook.page("errors") == []


def test_in_the_files_of_notebook_a_double_click_opens_data(notebook: Lab):
    server = notebook.server
    notebook.page("go", f"{server.url}tree?token={server.token}")
    item = '.jp-DirListing-item:has(:text-is("grid.npy")) .jp-DirListing-itemText'
    told = notebook.page("popup", item, {"clickCount": 2})
    notebook.page("go", told["url"])  # Notebook opens a document in a tab of the browser
    assert "Array of int32" in notebook.page("frame", "zarr/v3/files/grid.npy", "main")


RUN = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  panel.content.activeCellIndex = 0;
  await window.jupyterapp.commands.execute("notebook:run-cell");
  await panel.context.save();
}"""
