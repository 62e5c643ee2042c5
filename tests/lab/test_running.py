"""Lab's Running panel: what is published and shared is listed there, and its stop buttons end it."""

import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import run
from tests.lab.conftest import Lab

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]


def item(label: str) -> str:
    return f'.jp-RunningSessions-item:has(.jp-RunningSessions-itemLabel:text-is("{label}"))'


def test_nothing_is_asked_for_before_the_panel_is_seen(running: Lab):
    asked = [told for told in running.page("requests") if "/zarr/api/shares" in told]
    assert asked == []


def test_published_data_open_and_are_unpublished(running: Lab):
    running.do("running:show-panel")
    running.page("see", item("waves"))
    running.page("says", item("waves"), "waves.ipynb")
    running.page("click", f"{item('waves')} .jp-RunningSessions-itemLabel")
    running.drawn("notebooks/waves.ipynb/waves", "float32")
    running.page("hover", item("waves"))
    running.page("click", f"{item('waves')} .jp-RunningSessions-itemShutdown")
    running.page("missSoon", item("waves"))
    run(running, "jz.publish(waves=np.zeros((3, 4), 'f4'))")


def test_links_are_revoked(running: Lab):
    wish = {"path": ["files", "grid.npy"], "expires": "1h"}
    made = running.server.get("zarr/api/shares", "POST", json=wish)
    link = made.json()["link"].removeprefix("/")
    running.page("see", item("files/grid.npy"))  # which was made elsewhere
    running.page("hover", item("files/grid.npy"))
    assert running.server.nobody(f"{link}v3/zarr.json").status_code == 200
    running.page("click", f"{item('files/grid.npy')} .jp-RunningSessions-itemShutdown")
    running.page("missSoon", item("files/grid.npy"))
    assert running.server.nobody(f"{link}v3/zarr.json").status_code == 403
