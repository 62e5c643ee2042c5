"""JupyterLab as a JupyterHub spawns it: alice works in hers, bob opens the link that she makes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.browser import needs_browser
from tests.hub.hub import PASSWORD, Hub, running_hub
from tests.lab.cells import IMPORTS, run
from tests.lab.conftest import OPENED, Lab, write_files
from tests.lab.pressing import Page, page
from tests.lab.test_panel import row
from tests.server import Server
from tests.viewer.lab import SILENT, install_extension, lab_python

pytestmark = needs_browser

CARD = ".jp-ZarrServe-card"
OPTIONS = ["--LabApp.expose_app_in_browser=True", *SILENT]
# The statuses that a script of a page gets by the cookie alone, and by the XSRF token of the page besides.
FETCHED = """async () => {{
  const token = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
  const status = (headers) => fetch("{url}", {{ method: "{method}", headers }}).then((told) => told.status);
  return [await status({{}}), await status({{ "X-XSRFToken": token }})];
}}"""


def log_in(opened: Page, url: str, user: str) -> None:
    """Go to a page of a server, by way of the Hub's form."""
    opened("go", url)
    opened("fill", "#username_input", user)
    opened("fill", "#password_input", PASSWORD)
    opened("click", "#login_submit")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub; the server of alice is a JupyterLab with our extension."""
    folder = tmp_path_factory.mktemp("hub")
    home = folder / "home" / "alice"
    home.mkdir(parents=True)
    write_files(home)
    install_extension(folder)
    pythons = Path(sys.executable), Path(lab_python())
    with running_hub(
        pythons[0], folder, "http://localhost:1", *OPTIONS, is_public=False, server_python=pythons[1]
    ) as running:
        yield running


@pytest.fixture(scope="module")
def lab(hub: Hub) -> Iterator[Lab]:
    """alice's JupyterLab, in which a notebook published `waves` and the panel of data is in front."""
    server = Server(hub.user_url, hub.token("alice"), hub.process, hub.log)
    with page() as opened:
        lab = Lab(server, opened, hub.log.parent / "home" / "alice")
        log_in(opened, f"{hub.user_url}lab?reset", "alice")
        lab.arrive()
        opened("evaluate", OPENED)
        lab.do("jupyter-zarr-serve:panel")
        opened("see", row("waves"))
        yield lab


def test_the_panel_lists_variables_and_files(lab: Lab):
    lab.page("says", row("waves"), "3 × 4 float32")
    lab.page("click", row("waves"))
    lab.page("see", ".jp-ZarrServe-details img")
    lab.page("click", row("Files"))
    lab.page("see", row("run.h5"))


def test_a_card_is_live(lab: Lab):
    lab.page("see", f"{CARD} img")
    lab.page("see", f"{CARD} .jp-ZarrServe-state:text-is('live')")


def test_a_running_cell_is_followed(lab: Lab):
    until = "while not os.path.exists('go'): pass\nos.remove('go')\n"
    run(lab, f"{IMPORTS}jz.publish(early=np.zeros(5))\n{until}jz.unpublish('early')", wait=False)
    lab.page("see", row("early"))
    (lab.folder / "go").touch()  # until then, the loop runs
    lab.page("missSoon", row("early"))


def test_a_file_and_a_variable_open_in_tabs(lab: Lab):
    lab.do("filebrowser:activate")
    lab.page("doubleClick", '.jp-DirListing-item:has(:text-is("grid.npy"))')
    lab.drawn("files/grid.npy", "int32")
    lab.page("clickFrame", "/zarr/view?path=files/grid.npy", 'a:text-is("files")')
    lab.page("frameSays", "/user/alice/zarr/v3/files/", "run.h5", "main")
    assert "frame_ticket" not in lab.page("frameAddress", "/user/alice/zarr/v3/files/")
    run(lab, "display(jz.published()['waves'].view(beside=True))")
    lab.page("seeFrame", "/user/alice/zarr/view?path=notebooks/waves.ipynb/waves", "html[data-drawn]")


def test_a_script_needs_the_token_of_the_page_that_it_is_in(lab: Lab, hub: Hub):
    for path, method, refused, allowed in (
        ("zarr/v3/files/grid.npy/zarr.json", "GET", 401, 200),
        ("zarr/api/shares", "GET", 401, 200),
        ("zarr/api/shares", "POST", 403, 400),  # there is no wish in it
    ):
        fetched = FETCHED.format(url=f"{hub.user_url}{path}", method=method)
        assert lab.page("evaluate", fetched) == [refused, allowed], (path, method)
    lab.page("errors")


def test_another_user_opens_the_link_that_the_dialog_makes_and_nothing_else(lab: Lab, hub: Hub):
    lab.page("errors")
    lab.do("jupyter-zarr-serve:panel")
    lab.choose(row("waves"), "Share Data…")
    lab.page("click", '.jp-Dialog button:has-text("Make and Copy Link")')
    lab.page("see", ".jp-ZarrServe-share input[readonly]")
    link = str(lab.page("copiedWith", "/zarr/s/"))
    assert link.startswith(f"{hub.user_url}zarr/s/")
    assert [told for told in lab.page("errors") if "zarr" in told.lower()] == []
    with page() as bobs:
        log_in(bobs, f"{hub.url}hub/home", "bob")
        bobs("see", "a#start, a#stop, a#home")
        bobs("go", link)
        bobs("says", "main", "float32")
        bobs("click", 'a:text-is("View")')
        bobs("see", "html[data-drawn]")
        bobs("go", f"{hub.user_url}zarr/v3/files/grid.npy")
        assert "int32" not in bobs("says", "body", "")
