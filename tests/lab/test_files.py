"""The file browser of a running JupyterLab: a double click shows data as data, with nothing fetched."""

from tests.clients.browser import needs_browser
from tests.lab.conftest import Lab

pytestmark = needs_browser


def item(name: str) -> str:
    return f'.jp-DirListing-item:has(:text-is("{name}"))'


def test_nothing_is_asked_for_before_something_is_opened(lab: Lab):
    lab.start()
    asked = [request for request in lab.page("requests") if "/zarr" in request]
    assert [request for request in asked if "/lab/" not in request] == []


def test_a_double_click_opens_data_without_fetching_the_file(lab: Lab):
    for name, kind in [
        ("grid.npy", "Array"),
        ("run.h5", "File of 1 member"),
        ("table.parquet", "Table"),
    ]:
        lab.page("doubleClick", item(name))
        assert kind in lab.page("frame", f"zarr/v3/files/{name}", "main")
    lab.page("doubleClick", item("dark.tif"))
    lab.page("seeFrame", "zarr/view?path=files/dark.tif", "html[data-drawn]")
    names = ("grid.npy?", "run.h5?", "table.parquet?", "dark.tif?")
    asked = [
        told for told in lab.page("requests") if any(f"/api/contents/{name}" in told for name in names)
    ]
    assert asked
    assert all("content=0" in told for told in asked)
    assert lab.page("errors") == []


def test_saving_leaves_the_file_and_its_folder_alone(lab: Lab):
    folder = lab.folder
    before = {path: path.read_bytes() for path in folder.glob("*.*") if path.is_file()}
    lab.page("doubleClick", item("grid.npy"))
    lab.page("frame", "zarr/v3/files/grid.npy", "main")
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
    assert lab.page("count", ".jp-ZarrServe-tab") == 2


def test_labs_own_viewers_stay_and_ours_is_beside_them(lab: Lab):
    lab.page("doubleClick", item("few.csv"))
    lab.page("see", ".jp-CSVViewer")
    lab.page("doubleClick", item("dark.png"))
    lab.page("see", ".jp-ImageViewer")
    lab.choose(item("few.csv"), "Open as Data")
    assert "Table" in lab.page("frame", "zarr/v3/files/few.csv", "main")


def test_a_setting_says_what_a_double_click_opens(lab: Lab):
    save = "(raw) => window.jupyterapp.serviceManager.settings.save('jupyter-zarr-serve:files', raw)"
    try:
        lab.page("evaluate", f"""() => ({save})('{{"openAsData": ["csv"]}}')""")
        lab.start()
        lab.page("doubleClick", item("few.csv"))
        assert "Table" in lab.page("frame", "zarr/v3/files/few.csv", "main")
        lab.page("doubleClick", item("store.zarr"))
        lab.page("see", item("zarr.json"))
        lab.do("filebrowser:go-up")
    finally:
        lab.page("evaluate", f"() => ({save})('{{}}')")
        lab.start()


def test_a_folder_opens_as_data_from_its_menu(lab: Lab):
    lab.choose(item("store.zarr"), "Open as Data")
    assert "Array" in lab.page("frame", "zarr/v3/files/store.zarr", "main")


def test_a_zarr_store_opens_as_data_by_double_click_and_as_a_folder_by_its_menu(lab: Lab):
    lab.page("doubleClick", item("store.zarr"))
    assert "Array" in lab.page("frame", "zarr/v3/files/store.zarr", "main")
    lab.do("application:close-all")
    lab.page("click", item("store.zarr"))
    lab.page("press", "Enter")
    assert "Array" in lab.page("frame", "zarr/v3/files/store.zarr", "main")
    lab.choose(item("store.zarr"), "Open as Folder")
    lab.page("see", item("zarr.json"))
    lab.do("filebrowser:go-up")
    lab.page("doubleClick", item("plain"))
    lab.page("missSoon", item("store.zarr"))
    lab.do("filebrowser:go-up")
    lab.page("see", item("store.zarr"))


def test_what_the_menu_copies(lab: Lab):
    lab.choose(item("run.h5"), "Copy Zarr v3 Address")
    assert lab.page("copied") == f"{lab.server.url}zarr/v3/files/run.h5"
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
    lab.page("clickFrame", "zarr/v3/files/run.h5", 'a:text-is("detector")')
    assert "Group" in lab.page("frame", "zarr/v3/files/run.h5/detector", "main")
    lab.page("asked", "PUT", "lab/api/workspaces", "v3/files/run.h5/detector")
    lab.start("lab")
    assert "Group" in lab.page("frame", "zarr/v3/files/run.h5/detector", "main")


def test_pages_follow_the_theme_at_once(lab: Lab):
    lab.page("doubleClick", item("grid.npy"))
    lab.page("frame", "zarr/v3/files/grid.npy", "main")
    for theme, told in [("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")]:
        lab.do("apputils:change-theme", theme=theme)
        lab.page("seeFrame", "files/grid.npy", f"html[data-theme={told}]")
