"""The same bundle in the oldest JupyterLab that it is for, and in the oldest and the newest Notebook."""

from collections.abc import Iterator

import pytest

from tests.clients.browser import needs_browser
from tests.clients.environments import on_top
from tests.lab.cells import run
from tests.lab.conftest import OPENED, Lab, opened_lab
from tests.lab.test_panel import row

pytestmark = needs_browser

# Each Notebook is made for one Lab, whose files must be beside its own.
OLDEST = "oldest", "notebook>=7.2,<7.3", "jupyterlab>=4.2,<4.3"
NEWEST = "newest", "notebook>=7.6,<8", "jupyterlab>=4.6,<5"
# Errors of Notebook's own, also without our extension: 7.2 expects a checkpoint, 7.6 a schema of menus.
OF_NOTEBOOK = ["(reading 'last_modified')", "(reading 'schema')"]
CARD = ".jp-ZarrServe-card"


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab 4.2 at an address such as hubs give."""
    folders = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")
    with opened_lab(*folders, "--ServerApp.base_url=/user/x/", python=str(on_top(*OLDEST))) as lab:
        lab.start()
        yield lab


@pytest.fixture(scope="module", params=[OLDEST, NEWEST], ids=["7.2", "7.6"])
def notebook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Notebook 7."""
    folders = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")
    with opened_lab(*folders, program="notebook", python=str(on_top(*request.param))) as lab:
        yield lab


def test_the_oldest_lab_opens_files_and_shows_panel_and_card_below_user_x(oldest: Lab):
    assert oldest.page("evaluate", "() => window.jupyterapp.version").startswith("4.2.")
    assert [told for told in oldest.page("requests") if "/zarr/" in told] == []
    oldest.page("doubleClick", '.jp-DirListing-item:has(:text-is("grid.npy"))')
    oldest.drawn("files/grid.npy", "int32")
    oldest.page("evaluate", OPENED)
    oldest.page("see", f"{CARD} img")
    oldest.do("jupyter-zarr-serve:panel")
    oldest.page("see", row("waves"))
    oldest.choose(row("waves"), "Copy Zarr v3 Address")
    oldest.page("copiedWith", f"{oldest.server.url}zarr/v3/notebooks/waves.ipynb/waves")
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
    told = notebook.page("popup", f'{CARD} button:text-is("View Beside")', {}, "html[data-drawn]")
    assert told["url"].startswith(f"{server.url}zarr/view?path=notebooks/waves.ipynb/waves")
    assert "float32" in told["text"]
    errors = notebook.page("errors")
    assert [told for told in errors if not any(part in told for part in OF_NOTEBOOK)] == []


def test_in_the_files_of_notebook_a_double_click_opens_data(notebook: Lab):
    server = notebook.server
    notebook.page("go", f"{server.url}tree?token={server.token}")
    item = '.jp-DirListing-item:has(:text-is("grid.npy")) .jp-DirListing-itemText'
    told = notebook.page("popup", item, {"clickCount": 2})
    notebook.page("go", told["url"])  # Notebook opens a document in a tab of the browser
    notebook.drawn("files/grid.npy", "int32")


RUN = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  panel.content.activeCellIndex = 0;
  await window.jupyterapp.commands.execute("notebook:run-cell");
  await panel.context.save();
}"""
