"""The pictures of JupyterLab in ``docs/images``, made anew by ``python -m tests.lab.screenshots [FOLDER]``.

They show the panel, tabs, the dialog, the card, and what other programs show of a published array, each in
the light and in the dark theme.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from tests.lab.conftest import OPENED, Lab, opened_lab
from tests.lab.test_panel import row
from tests.pages import screenshots
from tests.viewer.lab import DIST

FOLDER = screenshots.FOLDER
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
CELL = """import numpy as np, xarray as xr, jupyter_zarr_serve as jz
y, x = np.ogrid[-12:12:240j, -20:20:400j]
waves = xr.DataArray(np.sin(np.hypot(y, x)).astype("f4"), dims=("y", "x"), attrs={"units": "mm"})
jz.publish(waves=waves)"""
OTHERS = "publish.ipynb"  # a notebook that other programs show
PLACE = """() => { const { x, y, width, height } = document.querySelector(SELECTOR).getBoundingClientRect();
  return { x, y, width, height }; }"""
NO_NEWS = """() => window.jupyterapp.serviceManager.settings.save(
  "@jupyterlab/apputils-extension:notification", '{"fetchNews": "false"}')"""
TO_TOP = """() => { document.querySelector(".jp-Notebook .jp-WindowedPanel-outer").scrollTop = 0;
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }"""
FEW = 4  # cells


@contextmanager
def opened(*, has_extension: bool) -> Iterator[Lab]:
    """JupyterLab, with a notebook that published an array."""
    with tempfile.TemporaryDirectory() as place:
        folder, private = Path(place, "files"), Path(place, "jupyter")
        folder.mkdir()
        private.mkdir()
        if not has_extension:
            settings = private / "CONFIG" / "labconfig" / "page_config.json"
            settings.parent.mkdir(parents=True)
            name = json.loads((DIST / "package.json").read_text())["name"]
            settings.write_text(json.dumps({"disabledExtensions": {name: True}}))
        with opened_lab(folder, private) as lab:
            screenshots.write(folder)
            other = nbformat.read(NOTEBOOKS / OTHERS, 4)
            other.cells = other.cells[:FEW]
            nbformat.write(other, folder / OTHERS)
            notebook = nbformat.read(folder / "waves.ipynb", 4)
            notebook.cells[0].source = CELL
            nbformat.write(notebook, folder / "waves.ipynb")
            lab.start()
            lab.page("evaluate", NO_NEWS)
            lab.start()
            yield lab


def dress(lab: Lab, theme: str, height: int) -> None:
    """Have a theme and a size."""
    lab.page("size", 1280, height)
    lab.do("apputils:change-theme", theme=theme)
    lab.page("until", f"() => document.body.dataset.jpThemeName === {theme!r}")


def shoot(lab: Lab, file: Path, selector: str = "#main") -> None:
    """Write a picture of an element, of the kind that the name of the file says."""
    lab.page("evaluate", "() => new Promise((resolve) => setTimeout(resolve, 1500))")  # carets, shadows
    taken = file.with_suffix(".taken.png")
    lab.page(
        "picture", str(taken), {"clip": lab.page("evaluate", PLACE.replace("SELECTOR", repr(selector)))}
    )
    screenshots.keep(taken, file)


def shoot_ours(lab: Lab, kind: str, folder: Path) -> None:
    """Panel, card, dialog and tabs."""
    lab.do("docmanager:open", path="waves.ipynb")
    lab.do("jupyter-zarr-serve:panel")
    lab.page("click", row("waves"))
    lab.page("see", ".jp-ZarrServe-details img")
    lab.page("see", ".jp-ZarrServe-card img")
    shoot(lab, folder / f"lab-panel-{kind}.webp")
    shoot(lab, folder / f"lab-card-{kind}.webp", ".jp-Notebook .jp-Cell")
    lab.choose(row("waves"), "Share Data…")
    lab.page("see", ".jp-Dialog input[type=date]")
    shoot(lab, folder / f"lab-dialog-{kind}.webp", ".jp-Dialog-content")
    lab.page("click", ".jp-Dialog .jp-mod-reject")
    lab.page("click", '.jp-ZarrServe-card button:text-is("View Beside")')
    lab.drawn("notebooks/waves.ipynb/waves")
    lab.do("filebrowser:activate")
    lab.page("doubleClick", '.jp-DirListing-item:has(:text-is("scan.h5"))')
    lab.drawn("files/scan.h5")
    lab.page("click", '.lm-DockPanel-tabBar .lm-TabBar-tabLabel:text-is("waves – waves.ipynb")')
    shoot(lab, folder / f"lab-tabs-{kind}.webp")
    lab.do("application:close-all")


def main(folder: Path) -> None:
    """Make all pictures."""
    with opened(has_extension=True) as lab:
        lab.page("evaluate", OPENED)
        for kind, theme in THEMES.items():
            dress(lab, theme, 640)
            shoot_ours(lab, kind, folder)
    with opened(has_extension=False) as lab:
        lab.page("evaluate", OPENED.replace("waves.ipynb", OTHERS))
        lab.do("notebook:run-all-cells")
        lab.do("application:toggle-left-area")
        for kind, theme in THEMES.items():
            dress(lab, theme, 1000)
            lab.page("evaluate", TO_TOP)
            shoot(lab, folder / f"publish-{kind}.webp")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER)
