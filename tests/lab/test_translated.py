"""Every word of ours goes through the translator: with Lab's mark before each translated text."""

import re
from collections.abc import Iterator

import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, run
from tests.lab.conftest import OPENED, Lab

pytestmark = needs_browser

MARK = "⟦"
LANGUAGE = "@jupyterlab/translation-extension:plugin"
SAVE = f"(raw) => window.jupyterapp.serviceManager.settings.save({LANGUAGE!r}, raw)"
# All that people see or hear of an element: its texts, one of each element that has one, and its labels.
TOLD = """() => [...document.querySelectorAll(SELECTOR)].flatMap((top) => {
  const parts = [top, ...top.querySelectorAll("*")];
  const shown = parts.filter((one) => one.checkVisibility() && one.tagName !== "STYLE");
  const own = (one) => [...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data);
  const labels = ["aria-label", "title", "placeholder", "alt"];
  const of = (one) => [own(one).join(""), ...labels.map((name) => one.getAttribute(name) ?? "")];
  return shown.flatMap(of).map((text) => text.trim()).filter(Boolean);
})"""
# What is no word of ours: names and values of data, addresses, code, and names of programs.
DATA = re.compile(
    r"waves(\.ipynb)?|files|plain|notebooks/\S+|[\w-]+\.(npy|h5|parquet|csv|tif|png|zarr)|https?://\S+"
    r"|\d+|×|y|x|K?i?B|u?int\d+|float\d+|%pip|install|jupyter-zarr-serve"
    r"|zarr-python|xarray|dask|pandas|tensorstore|zarrita|napari"
)


@pytest.fixture(scope="module")
def marked(running: Lab) -> Iterator[Lab]:
    """JupyterLab with a mark before each text that was translated, the panel, a notebook and its card."""
    if running.page("evaluate", "() => window.jupyterapp === undefined"):
        running.start()
    told = f'{{"displayStringsPrefix": true, "stringsPrefix": "{MARK}"}}'
    running.page("evaluate", f"() => ({SAVE})({told!r})")
    try:
        running.start()
        running.page("evaluate", OPENED)
        running.do("jupyter-zarr-serve:panel")
        running.page("see", NAME.format("waves"))
        yield running
    finally:
        running.page("evaluate", f"() => ({SAVE})('{{}}')")
        running.start()


NAME = '.jp-ZarrServe-row:has(.jp-ZarrServe-name:text-is("{}"))'


def unmarked(lab: Lab, selector: str) -> list[str]:
    """What is shown within elements and was not translated; they must show something that was."""
    texts = lab.page("evaluate", TOLD.replace("SELECTOR", repr(selector)))
    assert [text for text in texts if MARK in text], (
        f"{selector} shows nothing that was translated: {texts}"
    )
    rest = [text for text in texts if MARK not in text]
    return [text for text in rest if not all(map(DATA.fullmatch, re.split(r"[\s,·]+", text)))]


def test_panel_and_card(marked: Lab):
    for section in ("Running", "Files", "Mounts and Demo", "Share Links"):
        marked.page("click", NAME.format(MARK + section))
    marked.page("see", NAME.format("plain"))
    marked.page("see", f'.jp-ZarrServe-row.jp-mod-note:has-text("{MARK}")')
    marked.page("click", NAME.format("waves"))
    marked.page("see", ".jp-ZarrServe-details img")
    marked.page("see", ".jp-ZarrServe-card img")
    assert unmarked(marked, ".jp-ZarrServe-panel") == []
    assert unmarked(marked, ".jp-ZarrServe-card") == []
    run(marked, f"{IMPORTS}display(jz.published()['waves'].view(beside=True))")
    marked.page("see", '[id="jupyter-zarr-serve:notebooks/waves.ipynb/waves"] iframe')
    marked.page("click", f'.jp-ZarrServe-switch label:has-text("{MARK}")')
    marked.page("see", ".jp-ZarrServe-switch [role=status]:has-text('%load_ext')")
    assert unmarked(marked, ".jp-ZarrServe-switch") == []


def test_menus(marked: Lab):
    for selector in (NAME.format("waves"), NAME.format("plain")):
        marked.page("click", selector, {"button": "right"})
        marked.page("see", ".lm-Menu")
        assert unmarked(marked, ".lm-Menu .lm-Menu-itemLabel") == []
        marked.page("press", "Escape")


def test_dialog(marked: Lab):
    marked.page("click", NAME.format("waves"), {"button": "right"})
    marked.page("click", f'.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("{MARK}Share Data…"))')
    marked.page("see", ".jp-Dialog input[type=date]")
    assert unmarked(marked, ".jp-Dialog") == []
    marked.page("click", ".jp-Dialog .jp-mod-accept")
    marked.page("see", ".jp-Dialog input[readonly]")
    assert unmarked(marked, ".jp-Dialog") == []
    marked.page("click", ".jp-Dialog .jp-mod-accept")
    shared = NAME.format("notebooks/waves.ipynb/waves")
    marked.page("click", shared)
    assert unmarked(marked, ".jp-ZarrServe-panel") == []
    marked.page("click", shared, {"button": "right"})
    assert unmarked(marked, ".lm-Menu .lm-Menu-itemLabel") == []
    marked.page("click", f'.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("{MARK}Revoke Link"))')
    marked.page("missSoon", shared)
