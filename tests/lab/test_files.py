"""The file browser of a running JupyterLab: a double click shows data as data, with nothing fetched."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.browser import needs_browser
from tests.lab.conftest import Lab
from tests.lab.samples import write_samples

pytestmark = needs_browser

SAVE = "(raw) => window.jupyterapp.serviceManager.settings.save('jupyter-zarr-serve:files', raw)"
SCHEMA = json.loads(Path("jupyter_zarr_serve/lab/schema/files.json").read_text())
ALL_TYPES = SCHEMA["properties"]["openAsData"]["items"]["enum"]


def item(name: str) -> str:
    return f'.jp-DirListing-item:has(:text-is("{name}"))'


def test_the_log_names_the_address_once_and_no_token_with_it(lab: Lab):
    (line,) = [one for one in lab.server.log.read_text().splitlines() if "Zarr is served at" in one]
    assert line.endswith(f":{lab.server.url.rsplit(':', 1)[1]}zarr/")


def test_nothing_is_asked_for_before_something_is_opened(lab: Lab):
    lab.start()
    asked = [request for request in lab.page("requests") if "/zarr" in request]
    assert [request for request in asked if "/lab/" not in request] == []


@pytest.fixture(scope="module")
def samples(running: Lab) -> Iterator[list[str]]:
    """The names of the files in the folder `every`, one of each suffix."""
    folder = running.folder / "every"
    yield write_samples(folder)
    shutil.rmtree(folder)


def test_a_double_click_opens_each_type_of_file_without_fetching_it(lab: Lab, samples: list[str]):
    """Also of those that Lab shows itself, once the settings say so."""
    lab.page("evaluate", f"""() => ({SAVE})('{{"openAsData": {json.dumps(ALL_TYPES)}}}')""")
    try:
        lab.start()
        lab.page("requests")
        lab.do("filebrowser:go-to-path", path="every")
        for name in samples:
            lab.page("doubleClick", item(name))
            lab.page("see", f'.lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel:text-is("{name}")')
            lab.page("seeFrame", f"{lab.server.url}zarr/view?path=files/every/{name}", "html[data-drawn]")
            lab.do("application:close-all")
        told = lab.page("requests")
    finally:
        lab.page("evaluate", f"() => ({SAVE})('{{}}')")
        lab.start()
    asked = [one for one in told if "/api/contents/every/a." in one and "/checkpoints" not in one]
    assert len(asked) >= len(samples) - 1  # Lab knows no document that is a folder
    assert [one for one in asked if "content=0" not in one] == []
    assert [
        one for one in told if one.startswith("GET") and "/files/every/" in one and "/zarr/" not in one
    ] == []
    assert lab.page("errors") == []


def test_saving_leaves_the_file_and_its_folder_alone(lab: Lab):
    folder = lab.folder
    before = {path: path.read_bytes() for path in folder.glob("*.*") if path.is_file()}
    lab.page("doubleClick", item("grid.npy"))
    lab.drawn("files/grid.npy")
    lab.page(
        "evaluate", "() => window.jupyterapp.commands.execute('docmanager:save-all').then(() => undefined)"
    )
    assert {path: path.read_bytes() for path in folder.glob("*.*") if path.is_file()} == before
    assert not (folder / ".ipynb_checkpoints" / "grid-checkpoint.npy").exists()
    assert not [r for r in lab.page("requests") if "/api/contents" in r and not r.startswith("GET")]


def test_a_second_double_click_shows_the_same_tab(lab: Lab):
    for name in ("grid.npy", "run.h5", "grid.npy"):
        lab.page("doubleClick", item(name))
        lab.page("see", f'.lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel:text-is("{name}")')
    lab.page("counts", ".jp-ZarrServe-tab", 2)


def test_labs_own_viewers_stay_and_ours_is_beside_them(lab: Lab):
    lab.page("doubleClick", item("few.csv"))
    lab.page("see", ".jp-CSVViewer")
    lab.page("doubleClick", item("dark.png"))
    lab.page("see", ".jp-ImageViewer")
    lab.choose(item("few.csv"), "Open as Data")
    lab.drawn("files/few.csv", "rows")


def test_a_setting_says_what_a_double_click_opens(lab: Lab):
    try:
        lab.page("evaluate", f"""() => ({SAVE})('{{"openAsData": ["csv"]}}')""")
        lab.start()
        lab.page("doubleClick", item("few.csv"))
        lab.drawn("files/few.csv", "rows")
        lab.page("doubleClick", item("store.zarr"))
        lab.page("see", item("zarr.json"))
        lab.do("filebrowser:go-up")
    finally:
        lab.page("evaluate", f"() => ({SAVE})('{{}}')")
        lab.start()


def test_a_folder_opens_as_data_from_its_menu(lab: Lab):
    lab.choose(item("store.zarr"), "Open as Data")
    lab.drawn("files/store.zarr")


def test_a_zarr_store_opens_as_data_by_double_click_and_as_a_folder_by_its_menu(lab: Lab):
    lab.page("doubleClick", item("store.zarr"))
    lab.drawn("files/store.zarr")
    lab.do("application:close-all")
    lab.page("click", item("store.zarr"))
    lab.page("press", "Enter")
    lab.drawn("files/store.zarr")
    lab.choose(item("store.zarr"), "Open as Folder")
    lab.page("see", item("zarr.json"))
    lab.do("filebrowser:go-up")
    lab.page("doubleClick", item("plain"))
    lab.page("see", '.jp-BreadCrumbs-item:text-is("plain") >> visible=true')
    lab.page("missSoon", item("store.zarr"))
    lab.do("filebrowser:go-up")
    lab.page("see", item("store.zarr"))


def test_what_the_menu_copies(lab: Lab):
    lab.choose(item("run.h5"), "Copy Zarr v3 Address")
    lab.page("copiedWith", f"{lab.server.url}zarr/v3/files/run.h5")
    lab.choose(item("run.h5"), "Copy Code That Opens It")
    lab.page("copiedWith", "jz.open('run.h5')")
    lab.choose(item("run.h5"), "Copy Code for", "zarr-python")
    code = lab.page("copiedWith", "zarr.open_group")
    assert f"url = '{lab.server.url}zarr/v3/files/run.h5'" in code
    assert lab.server.token not in code
    lab.choose(item("run.h5"), "Copy Code for", "tensorstore")
    lab.page("see", ".jp-Dialog >> text=tensorstore cannot read “run.h5”")
    lab.page("click", ".jp-Dialog-footer button")


def test_tabs_come_back_where_they_were(lab: Lab):
    lab.page("doubleClick", item("run.h5"))
    lab.drawn("files/run.h5")
    lab.page("clickFrame", "zarr/view?path=files/run.h5", '[role=treeitem]:has(span:text-is("detector"))')
    lab.drawn("files%2Frun.h5%2Fdetector")
    lab.page("clickFrame", "files%2Frun.h5%2Fdetector", 'button:text-is("Copy code")')
    lab.page("copiedWith", "jz.open('run.h5/detector'")
    lab.page("asked", "PUT", "lab/api/workspaces", "files%2Frun.h5%2Fdetector")
    lab.start("lab")
    lab.drawn("files%2Frun.h5%2Fdetector")


def test_pages_follow_the_theme_at_once(lab: Lab):
    lab.page("doubleClick", item("grid.npy"))
    lab.drawn("files/grid.npy")
    for theme, told in [("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")]:
        lab.do("apputils:change-theme", theme=theme)
        lab.page("seeFrame", "files/grid.npy", f"html[data-theme={told}]")
