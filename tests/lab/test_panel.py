"""The panel of data in a running JupyterLab: each thing in it is pressed."""

import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, run
from tests.lab.conftest import Lab

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

NOTE = ".jp-ZarrServe-share > label:nth-of-type(1) input"
ORIGINS = ".jp-ZarrServe-share > label:nth-of-type(2) input"
# What dragging the handle beside the panel does.
RESIZED = """(width) => {
  const split = window.jupyterapp.shell.node.querySelector("#jp-main-split-panel");
  window.jupyterapp.shell._hsplitPanel.setRelativeSizes([width, split.clientWidth - width, 0]);
}"""


def row(name: str) -> str:
    return f'.jp-ZarrServe-row:has(.jp-ZarrServe-name:text-is("{name}"))'


def fact(name: str, value: str) -> str:
    """What is said beneath the tree."""
    return f'.jp-ZarrServe-details div:has(dt:text-is("{name}")):has(dd:text-is("{value}"))'


TREE = "document.querySelector('.jp-ZarrServe-tree')"
KINDS = f"""{IMPORTS}import pandas as pd, scipy.sparse as sp, xarray as xr
jz.publish(
    bold=pd.DataFrame({{"a": [1]}}), few=sp.eye_array(4, format="csr"), group={{"a": np.zeros(2)}},
    cube=xr.Dataset({{"t": ("x", np.zeros(2))}}),
    sst=xr.DataArray(np.zeros((2, 3)), dims=("y", "x"), attrs={{"units": "degC"}}),
)"""


@pytest.fixture
def panel(running: Lab) -> Lab:
    """JupyterLab with the panel in front, in which only the variables of the notebook are shown."""
    running.do("jupyter-zarr-serve:panel")
    for section in ("Running", "Files", "Mounts and Demo", "Share Links"):
        if running.page("countNow", row(section) + '[aria-expanded="true"]'):
            running.page("click", row(section))
    running.page("see", row("waves"))
    return running


def test_a_row_says_what_its_array_is(panel: Lab):
    panel.page("says", row("waves"), "3 × 4 float32")
    panel.page("click", row("waves"))
    panel.page("see", ".jp-ZarrServe-details img")
    panel.page("see", fact("Size", "48 B"))
    panel.page("see", fact("Values", "0 to 0"))


def test_each_kind_has_an_icon_and_says_what_it_is(panel: Lab):
    run(panel, KINDS)
    for name, icon, told in [
        ("bold", "table", fact("Kind", "table")),
        ("cube", "dataset", fact("Kind", "dataset")),
        ("few", "sparse", fact("Kind", "stored sparsely")),
        ("group", "group", fact("Members", "1: a")),
        ("sst", "array", fact("Units", "degC")),
        ("waves", "array", fact("Shape", "3 × 4")),
    ]:
        panel.page("see", f'{row(name)} [data-icon="jupyter-zarr-serve:{icon}"]')
        panel.page("click", row(name))
        panel.page("see", told)
    run(panel, "for name in ('bold', 'cube', 'few', 'group', 'sst'): jz.unpublish(name)")
    panel.page("missSoon", row("sst"))


def test_the_last_of_ten_thousand_members_is_seen_at_once_without_those_before_it(panel: Lab):
    run(panel, f"{IMPORTS}v = np.zeros(2)\njz.publish(many={{f'm{{n:05}}': v for n in range(10_000)}})")
    panel.page("see", row("many"))
    panel.page("requests")
    panel.page("click", f"{row('many')} .jp-ZarrServe-caret")
    panel.page("see", row("m00000"))
    panel.page("evaluate", f"() => {{ {TREE}.scrollTop = 24 * 9990; }}")
    panel.page("see", row("m09990"))
    panel.page("counts", f"{row('…')} >> visible=true", 0)
    asked = [told for told in panel.page("requests") if "/api/node/" in told and "many" in told]
    assert len(asked) <= 4
    assert panel.page("countNow", ".jp-ZarrServe-row") < 100
    panel.page("evaluate", f"() => {{ {TREE}.scrollTop = 0; }}")
    run(panel, "jz.unpublish('many')")
    panel.page("missSoon", row("many"))


def test_files_are_a_tree_that_the_keyboard_walks(panel: Lab):
    panel.page("click", row("Files"))
    panel.page("see", row("run.h5"))
    panel.page("click", row("run.h5"))
    panel.page("see", row("run.h5") + '[aria-selected="true"]')
    for key, name in [("ArrowRight", "detector"), ("ArrowDown", "detector"), ("ArrowRight", "image")]:
        panel.page("press", key)
        panel.page("see", row(name))
    panel.page("press", "ArrowDown")
    panel.page("see", row("image") + '[aria-selected="true"]')
    panel.page("press", "Enter")
    panel.drawn("files/run.h5/detector/image", "4 × 5 uint16")
    assert panel.page("barriers", ".jp-ZarrServe-panel") == []
    tab = '.lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel:text-is("image – run.h5")'
    panel.page("see", tab)


def test_a_second_opening_shows_the_same_tab_and_another_one_stands_beside(panel: Lab):
    panel.page("doubleClick", row("waves"))
    panel.drawn("notebooks/waves.ipynb/waves")
    panel.page("doubleClick", row("waves"))
    panel.choose(row("waves"), "Open as Data Beside")
    panel.page("counts", '[id="jupyter-zarr-serve:notebooks/waves.ipynb/waves"]', 1)


def test_a_narrow_panel_shows_names_whole_and_shapes_briefly(panel: Lab):
    for width, shown in [(250, ".jp-ZarrServe-brief"), (600, ".jp-ZarrServe-long")]:
        panel.page("evaluate", f"() => ({RESIZED})({width})")
        panel.page("see", f"{row('waves')} {shown} >> visible=true")
        cut = """() => [...document.querySelectorAll('.jp-ZarrServe-name')]
          .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"""
        assert panel.page("evaluate", cut) == []


def test_the_notebook_in_front_is_not_among_the_others(panel: Lab):
    panel.page("click", row("Running"))
    panel.page("see", row("Nothing else is running."))


def test_a_filter_leaves_what_it_finds(panel: Lab):
    panel.page("click", row("Files"))
    panel.page("see", row("grid.npy"))
    panel.page("fill", ".jp-ZarrServe-bar input", "GRID")
    panel.page("missSoon", row("table.parquet"))
    panel.page("see", row("grid.npy"))
    panel.page("fill", ".jp-ZarrServe-bar input", "")


def test_a_filter_finds_what_is_not_loaded(panel: Lab):
    many = panel.folder / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{number:03}.csv").write_text("a\n1\n")
    panel.page("click", row("Files"))
    panel.page("see", row("many"))
    panel.page("click", f"{row('many')} .jp-ZarrServe-caret")
    panel.page("see", row("000.csv"))
    try:
        panel.page("fill", ".jp-ZarrServe-bar input", "299.")
        panel.page("see", row("299.csv"))
    finally:
        panel.page("fill", ".jp-ZarrServe-bar input", "")
    panel.page("missSoon", row("299.csv"))
    panel.page("click", f"{row('many')} .jp-ZarrServe-caret")


def test_what_the_menu_of_a_row_copies(panel: Lab):
    panel.choose(row("waves"), "Copy Zarr v2 Address")
    panel.page("copiedWith", f"{panel.server.url}zarr/v2/notebooks/waves.ipynb/waves")
    panel.choose(row("waves"), "Copy Code That Opens It")
    panel.page("copiedWith", "jz.open('waves.ipynb/waves')")
    panel.choose(row("waves"), "Copy Code for", "dask")
    panel.page("copiedWith", "da.from_zarr(")


def test_a_link_is_made_shown_copied_and_revoked(panel: Lab):
    panel.choose(row("waves"), "Share Data…")
    panel.page("see", ".jp-Dialog input[type=date]")
    panel.page("click", '.jp-Dialog label:has-text("1 hour")')
    panel.page("fill", NOTE, "for Ann")
    panel.page("fill", ORIGINS, "https://example.org")
    panel.page("click", ".jp-Dialog .jp-mod-accept")
    panel.page("see", ".jp-Dialog input[readonly]")
    panel.page("says", ".jp-Dialog", "only web pages of https://example.org")
    link = panel.page("copiedWith", "/zarr/s/")
    panel.page("click", ".jp-Dialog .jp-mod-accept")
    path = link.removeprefix(panel.server.url)
    read = panel.server.nobody(f"{path}/zarr.json", Origin="https://example.org")
    assert read.headers["Access-Control-Allow-Origin"] == "https://example.org"
    shared = row("notebooks/waves.ipynb/waves")
    panel.page("click", row("Share Links"))
    panel.page("click", shared)
    panel.page("see", fact("Note", "for Ann"))
    panel.page("see", fact("Web pages", "https://example.org"))
    panel.choose(shared, "Copy Link")
    assert panel.page("copiedWith", "/zarr/s/") == link
    panel.page("doubleClick", shared)
    panel.drawn("notebooks/waves.ipynb/waves", "float32")
    panel.choose(shared, "Revoke Link")
    panel.page("missSoon", shared)
    assert panel.server.nobody(f"{path}/zarr.json").status_code == 403


def test_a_server_that_refuses_a_link_says_why_in_the_dialog(panel: Lab):
    panel.choose(row("waves"), "Share Data…")
    panel.page("fill", NOTE, "for Ann")
    for field, wrong, reason in [
        (".jp-Dialog input[type=date]", "2001-01-01", "Choose a day that is not over."),
        (".jp-Dialog input[type=date]", "2999-01-01", "at most on this server"),
        (ORIGINS, "example", "is no origin"),
    ]:
        panel.page("fill", field, wrong)
        panel.page("click", ".jp-Dialog .jp-mod-accept")
        panel.page("says", ".jp-Dialog .jp-ZarrServe-failure", reason)
        if field != ORIGINS:
            panel.page("click", '.jp-Dialog label:has-text("1 day")')
    panel.page("until", f"() => document.querySelector('{NOTE}').value === 'for Ann'")
    panel.page("click", ".jp-Dialog .jp-mod-reject")


def test_what_is_unpublished_leaves_the_panel_and_what_is_published_comes(panel: Lab):
    panel.choose(row("waves"), "Unpublish")
    panel.page("see", ".jp-ZarrServe-row.jp-mod-note")
    panel.page("missSoon", row("waves"))
    panel.do("notebook:run-cell")
    panel.page("see", row("waves"))


def test_palette_launcher_and_menu_lead_to_all_data(panel: Lab):
    panel.do("launcher:create")
    panel.page("click", '.jp-LauncherCard:visible:has-text("Data")')
    panel.page("frameSays", "/zarr/$", "files", "main")
    panel.page("click", '.lm-MenuBar-itemLabel:text-is("File")')
    panel.page("click", '.lm-Menu-itemLabel:text-is("Browse All Data")')
    panel.page("counts", '[id="jupyter-zarr-serve:"]', 1)


def test_the_palette_and_the_keyboard_lead_to_the_panel(panel: Lab):
    panel.do("filebrowser:activate")
    panel.do("apputils:activate-command-palette")
    panel.page("fill", "#command-palette input", "Show Data Panel")
    panel.page("press", "Enter")
    panel.page("see", f"{row('waves')} >> visible=true")
    panel.do("filebrowser:activate")
    panel.page("click", ".jp-DirListing-item >> nth=0")
    panel.page("press", "Alt+Shift+Z")
    panel.page("see", f"{row('waves')} >> visible=true")
    shared = """() => window.jupyterapp.commands.keyBindings
      .filter(({ keys, command }) => keys.join() === "Alt Shift Z" && !command.includes("zarr"))
      .map(({ command }) => command)"""
    assert panel.page("evaluate", shared) == []


def test_the_menu_of_a_row_opens_by_the_keyboard(panel: Lab):
    panel.page("click", row("waves"))
    panel.page("press", "Shift+F10")
    panel.page("see", '.lm-Menu-itemLabel:text-is("Unpublish")')
    panel.page("press", "Escape")


def test_the_file_browser_shows_the_file_of_a_row(panel: Lab):
    panel.page("click", row("Files"))
    panel.choose(row("plain"), "Show in File Browser")
    panel.page("see", '.jp-BreadCrumbs-item:text-is("plain") >> visible=true')
    panel.do("filebrowser:go-up")


@pytest.mark.parametrize(
    ("name", "line"), [("waves", "jz.open('waves.ipynb/waves')"), ("frame", "as_='pandas')")]
)
def test_a_row_that_is_dragged_to_a_cell_is_the_line_that_opens_it(panel: Lab, name, line):
    run(panel, "import pandas as pd, jupyter_zarr_serve as jz; jz.publish(frame=pd.DataFrame({'a': [1]}))")
    panel.do("docmanager:open", path="waves.ipynb")
    panel.page("see", row(name))
    panel.page("drag", row(name), ".jp-Notebook .jp-Cell .cm-content")
    panel.page("see", f""".jp-Notebook .cm-content:has-text("{line}")""")
    panel.page("counts", '.jp-Notebook .cm-content:has-text("jz.open(\\"")', 0)
    panel.do("notebook:undo-cell-action")
    run(panel, "jz.unpublish('frame')")
