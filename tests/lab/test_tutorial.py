"""The tutorial that begins in JupyterLab, followed by the mouse and the keyboard, in an empty folder."""

import re
from pathlib import Path

import pytest

from tests.clients.browser import needs_browser
from tests.lab.pressing import Page, page
from tests.lab.test_panel import fact, row
from tests.server import Server
from tests.viewer.lab import running_lab

pytestmark = needs_browser

TUTORIAL = Path("docs/tutorial-jupyterlab.md")
CELL = ".jp-Notebook:visible .jp-Cell.jp-mod-active .cm-content"
LAUNCHER = '.jp-LauncherCard[data-category="Notebook"]:visible'
IS_READY = "() => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'"
HAS_RUN = """() => {
  const { widgets } = window.jupyterapp.shell.currentWidget.content;
  return widgets.at(-2).model.executionCount !== null && widgets.at(-2).model.executionState === "idle";
}"""
FRAME = "zarr/view?path=notebooks/Untitled.ipynb/rings"


def test_it_is_as_it_says(tmp_path_factory: pytest.TempPathFactory):
    folder, private = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("jupyter")
    with running_lab(folder, private) as server:
        follow(server, folder)


def follow(server: Server, folder: Path) -> None:
    """Do all that it says from its second step on."""
    save, publish, change = re.findall(r"```py\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    with page() as opened:
        opened("go", f"{server.url}lab?token={server.token}")
        opened("click", f"{LAUNCHER} >> nth=0")
        run(opened, save)
        opened("doubleClick", '.jp-DirListing-item:has(:text-is("rings.npy"))')
        opened("seeFrame", "zarr/view?path=files/rings.npy", "html[data-drawn]")
        opened("clickFrame", "zarr/view?path=files/rings.npy", ':text-is("Explore")')
        opened("click", '.lm-DockPanel-tabBar .lm-TabBar-tabLabel:text-is("Untitled.ipynb")')
        run(opened, publish)
        opened("click", '.jp-ZarrServe-card button:text-is("View Beside")')
        opened("seeFrame", FRAME, "html[data-drawn]")
        opened("click", '.lm-DockPanel-tabBar .lm-TabBar-tabLabel:text-is("Untitled.ipynb")')
        run(opened, change)
        see_the_panel(opened)
        open_elsewhere(opened)
        give_away(opened, server)
        assert [told for told in opened("errors") if "zarr" in told.lower()] == []


def run(opened: Page, code: str) -> None:
    """Put code in the cell in front, and run it."""
    opened("until", IS_READY)
    opened("click", CELL)
    opened("fill", CELL, code.rstrip())
    opened("press", "Shift+Enter")
    opened("until", HAS_RUN)


def see_the_panel(opened: Page) -> None:
    opened("press", "Alt+Shift+Z")
    opened("click", row("rings"))
    opened("see", ".jp-ZarrServe-details img")
    opened("see", fact("Shape", "600 × 800"))
    opened("says", ".jp-ZarrServe-details", "Values -")
    opened("click", ".jp-ZarrServe-switch label")
    opened("see", row("x"))
    opened("see", row("y"))
    opened("click", row("Files"))
    opened("see", row("rings.npy"))


def open_elsewhere(opened: Page) -> None:
    opened("click", ".jp-Notebook:visible")
    opened("click", ".lm-DockPanel-tabBar .lm-TabBar-addButton >> nth=0")
    opened("click", f"{LAUNCHER} >> nth=0")
    opened("says", row("This Notebook"), "Untitled1.ipynb")
    opened("click", row("Running"))
    opened("click", f"{row('Untitled.ipynb')} .jp-ZarrServe-caret")
    opened("drag", row("rings"), CELL)
    opened("see", f"""{CELL}:has-text("jz.open('Untitled.ipynb/rings')")""")
    opened("press", "Shift+Enter")
    opened("see", '.jp-OutputArea-output:has-text("<Array") >> visible=true')


def give_away(opened: Page, server: Server) -> None:
    opened("click", row("rings"), {"button": "right"})
    opened("click", '.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("Share Data…"))')
    opened("click", '.jp-Dialog label:has-text("1 day")')
    opened("click", '.jp-Dialog button:has-text("Make and Copy Link")')
    opened("see", ".jp-Dialog input[readonly]")
    link = str(opened("copiedWith", "/zarr/s/")).removeprefix(server.url)
    opened("click", ".jp-Dialog .jp-mod-accept")
    assert "rings" in server.nobody(f"{link}/", Accept="text/html").text
    opened("click", row("Share Links"))
    opened("click", row("notebooks/Untitled.ipynb/rings"), {"button": "right"})
    opened("click", '.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("Revoke Link"))')
    opened("see", row("Nothing is shared."))
    assert server.nobody(f"{link}/zarr.json").status_code == 403
