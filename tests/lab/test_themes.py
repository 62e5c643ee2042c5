"""The panel, the card and the dialog in each theme of JupyterLab: everybody can perceive and use them."""

from collections.abc import Iterator

import pytest

from tests.clients.browser import needs_browser
from tests.lab.conftest import Lab
from tests.lab.test_panel import row

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
SHEET = "() => document.querySelector('link[href*=\"{}\"]') && document.body.dataset.jpThemeName === {!r}"


@pytest.fixture(params=THEMES)
def themed(request: pytest.FixtureRequest, running: Lab) -> Iterator[Lab]:
    """JupyterLab in a theme, with the panel beside the notebook with its card."""
    running.do("apputils:change-theme", theme=request.param)
    running.page("until", f"() => document.body.dataset.jpThemeName === {request.param!r}")
    running.do("docmanager:open", path="waves.ipynb")
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("waves"))
    yield running
    running.do("apputils:change-theme", theme=THEMES[0])
    running.page("until", f"() => document.body.dataset.jpThemeName === {THEMES[0]!r}")


def test_nothing_of_ours_bars_anybody(themed: Lab):
    themed.page("see", ".jp-ZarrServe-card img")
    themed.page("click", row("waves"))
    themed.page("see", ".jp-ZarrServe-details img")
    assert themed.page("barriers", ".jp-ZarrServe-panel") == []
    assert themed.page("barriers", ".jp-ZarrServe-card") == []
    themed.choose(row("waves"), "Share Data…")
    themed.page("see", ".jp-Dialog input[type=date]")
    assert themed.page("barriers", ".jp-Dialog") == []
    themed.page("fill", ".jp-Dialog input[type=date]", "2001-01-01")
    themed.page("click", ".jp-Dialog .jp-mod-accept")
    themed.page("see", ".jp-Dialog .jp-ZarrServe-failure")
    assert themed.page("barriers", ".jp-Dialog") == []
    themed.page("click", ".jp-Dialog .jp-mod-reject")
    themed.page("missSoon", ".jp-Dialog")
