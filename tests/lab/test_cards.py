"""The card of `publish()` in a running JupyterLab: each button is pressed, each state is seen."""

import nbformat
import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, restart, run
from tests.lab.conftest import Lab

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

CARD = ".jp-ZarrServe-card"
STATE = ".jp-ZarrServe-state"


def button(label: str) -> str:
    return f'{CARD} button:text-is("{label}")'


def test_a_card_has_a_picture_facts_and_a_state(running: Lab):
    running.page("see", f"{CARD} img")
    running.page("see", f"{STATE}:text-is('live')")
    running.page("says", CARD, "3 × 4 · float32 · 48 B")
    assert running.page("barriers", CARD) == []


def test_view_opens_a_tab_beside(running: Lab):
    running.page("click", button("View Beside"))
    running.drawn("notebooks/waves.ipynb/waves", "float32")
    tab = '.lm-DockPanel-tabBar .lm-TabBar-tabLabel:text-is("waves – waves.ipynb")'
    running.page("counts", tab, 1)
    running.page("see", f"{CARD} >> visible=true")  # the notebook is still seen


def test_copy_and_share(running: Lab):
    running.page("click", button("Copy Code"))
    running.page("copiedWith", "jz.open('waves.ipynb/waves')")
    running.page("click", button("Copy Address"))
    running.page("copiedWith", f"{running.server.url}zarr/v3/notebooks/waves.ipynb/waves")
    running.page("click", button("Share…"))
    running.page("see", ".jp-Dialog input[type=date]")
    running.page("click", ".jp-Dialog .jp-mod-reject")


def test_what_is_no_longer_there_says_so(running: Lab):
    running.page("click", button("Unpublish"))
    running.page("see", f"{STATE}:text-is('no longer published')")
    running.page("see", f"{button('Share…')}[disabled]")
    run(running, f"{IMPORTS}jz.publish(waves=np.zeros((3, 4), 'f4'))")
    running.page("see", f"{STATE}:text-is('live')")
    restart(running)
    running.page("see", f"{STATE}:text-is('gone with its kernel')")
    running.page("see", f"{button('Copy Code')}:not([disabled])")
    running.page("counts", f"{CARD} img", 0)


def test_a_saved_notebook_has_the_html_as_well(running: Lab):
    cell = nbformat.read(running.folder / "waves.ipynb", 4).cells[0]
    data = cell.outputs[0]["data"]
    assert {"text/plain", "text/html", "application/vnd.jupyter-zarr-serve.card.v1+json"} == set(data)
    assert "published, live" in data["text/html"]
