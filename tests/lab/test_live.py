"""The panel while kernels work: what appears and ends is seen by itself, also while a cell runs."""

import time
from collections import Counter

import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, KERNEL, restart, run
from tests.lab.conftest import Lab
from tests.lab.test_panel import row
from tests.shares.test_making import command

pytestmark = needs_browser

CELLS = 20
QUIET_BETWEEN = 0.15  # seconds without a change before a look, as in soon.ts
SWITCH = ".jp-ZarrServe-switch input"
STATUS = ".jp-ZarrServe-switch [role=status]"
QUIET = "() => new Promise((resolve) => setTimeout(resolve, 2000))"
NO_PACKAGE = """import sys
for name in [name for name in sys.modules if name.startswith("jupyter_zarr_serve")]:
    del sys.modules[name]
class Missing:
    def find_spec(self, name, *_):
        if name == "jupyter_zarr_serve":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Missing())
"""


@pytest.fixture(scope="module", autouse=True)
def requests(notebook: None, running: Lab) -> list[str]:
    """The panel is seen beside the notebook and its card; what was asked for until then."""
    running.page("see", ".jp-ZarrServe-card img")
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("waves"))
    return list(running.page("requests"))


def test_one_connection_tells_all(requests: list[str]):
    live = [told for told in requests if "/zarr/api/live" in told]
    assert len(live) == 1
    assert live[0].startswith("WS ")


def test_what_a_running_cell_publishes_and_withdraws_is_seen_while_it_runs(running: Lab):
    flag = running.folder / "go"
    until = "while not os.path.exists('go'): pass\nos.remove('go')\n"
    run(
        running,
        f"{IMPORTS}jz.publish(early=np.zeros(5))\n{until}jz.unpublish('early')\n{until}",
        wait=False,
    )
    running.page("see", row("early"))
    flag.touch()  # until then, the first loop runs
    running.page("missSoon", row("early"))
    flag.touch()


def test_the_switch_serves_all_variables_and_is_remembered(running: Lab):
    run(running, f"{IMPORTS}plain = np.zeros(7)")
    running.page("counts", row("plain"), 0)
    running.page("click", SWITCH)
    running.page("see", f"{STATUS}:has-text('Ran %load_ext jupyter_zarr_serve')")
    running.page("see", row("plain"))
    run(running, "later = np.zeros(8)")
    running.page("see", row("later"))
    assert running.page("barriers", ".jp-ZarrServe-panel") == []
    restart(running)
    running.page("missSoon", row("later"))
    running.page("see", f"{STATUS}:has-text('Ran %load_ext jupyter_zarr_serve')")
    run(running, f"{IMPORTS}again = np.zeros(9)")
    running.page("see", row("again"))
    running.page("click", SWITCH)
    running.page("see", f"{STATUS}:has-text('Ran %unload_ext')")
    running.page("missSoon", row("again"))


def test_a_kernel_without_the_package_is_told_what_to_run(running: Lab):
    running.do("filebrowser:activate")  # a kernel is asked once, when the panel is seen
    restart(running)
    run(running, NO_PACKAGE)
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("%pip install jupyter-zarr-serve"))  # nothing has to be pressed
    running.page("click", SWITCH)
    running.page("see", f"{STATUS}:has-text('%pip install jupyter-zarr-serve')")
    assert running.page("evaluate", f"() => document.querySelector('{SWITCH}').checked") is False
    run(running, "sys.meta_path.pop(0)")  # as if it had been installed by a cell
    running.page("missSoon", row("%pip install jupyter-zarr-serve"))
    restart(running)  # what failed is not remembered, and not run again
    run(running, f"{IMPORTS}plain = np.zeros(7)\njz.publish(known=plain)")
    running.page("see", row("known"))
    running.page("counts", row("plain"), 0)


def test_nothing_is_asked_for_while_nobody_sees_the_panel(running: Lab):
    running.do("filebrowser:activate")
    running.do("notebook:clear-all-cell-outputs")  # a card that is seen asks, too
    running.page("missSoon", ".jp-ZarrServe-card")
    run(running, "pass")
    running.page("requests")
    run(running, f"{IMPORTS}jz.publish(unseen=np.zeros(3))")
    assert [told for told in running.page("requests") if "/zarr/" in told] == []
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("unseen"))


def asked(running: Lab) -> Counter[str]:
    """How often what was asked for, below `zarr/api/`."""
    told = [told for told in running.page("requests") if "/zarr/api/" in told]
    return Counter(one.split("/zarr/api/")[1].split("?")[0] for one in told)


def calm(running: Lab) -> None:
    """Wait until nothing is asked for, also not once more after a failure."""
    silent = 0
    for _ in range(30):
        running.page("evaluate", QUIET)
        silent = 0 if asked(running) else silent + 1
        if silent == 3:
            return
    pytest.fail("something is asked for again and again")


def sent(running: Lab, code: str) -> None:
    """Run a cell many times, without a pause."""
    ran = f"({KERNEL}).requestExecute({{ code: {code!r} }}).done"
    running.page(
        "evaluate", f"async () => {{ await Promise.all(Array.from({{ length: {CELLS} }}, () => {ran})); }}"
    )


def test_cells_make_nobody_ask_but_for_what_changes(running: Lab):
    """The card and what lies beneath the tree ask once in a while for what changes, for nothing else."""
    run(
        running, f"%unload_ext jupyter_zarr_serve\n{IMPORTS}w = np.zeros((3, 4), 'f4')\njz.publish(waves=w)"
    )
    running.do("notebook:run-cell")
    running.page("see", ".jp-ZarrServe-card img")
    running.page("click", row("waves"))
    running.page("see", ".jp-ZarrServe-details img")
    run(running, "jz.publish(waves=w)")  # the cell that was run published another one
    calm(running)
    sent(running, "other = 1")
    running.page("evaluate", QUIET)
    assert asked(running) == {}
    began = time.monotonic()
    sent(running, "w += 1")
    looks = 2 + (time.monotonic() - began) / QUIET_BETWEEN
    running.page("asked", "preview/notebooks/waves.ipynb/waves")
    running.page("evaluate", QUIET)
    waves = "notebooks/waves.ipynb/waves"
    counts = asked(running)
    # Once for all cells where they take no time; both ask for node and picture, one for statistics.
    assert set(counts) == {f"node/{waves}", f"preview/{waves}"}
    assert 2 <= counts[f"node/{waves}"] <= 2 * looks
    assert 2 <= counts[f"preview/{waves}"] <= 3 * looks


def test_a_file_that_is_written_is_seen_in_an_open_folder(running: Lab):
    running.page("click", row("Files"))
    running.page("see", row("grid.npy"))
    (running.folder / "later.npy").write_bytes((running.folder / "grid.npy").read_bytes())
    running.page("see", row("later.npy"))
    (running.folder / "later.npy").unlink()
    running.page("missSoon", row("later.npy"))
    running.page("click", row("Files"))


def test_what_publishes_nothing_is_no_error_in_the_console(running: Lab):
    running.page("errors")
    restart(running)
    running.page("see", ".jp-ZarrServe-row.jp-mod-note")
    running.page("missSoon", row("unseen"))
    assert running.page("errors") == []


def test_links_that_are_made_and_revoked_elsewhere_come_and_go(running: Lab):
    """By another tab, a kernel and the command line; between changes, nobody asks."""
    running.page("click", row("Share Links"))
    running.page("see", row("Nothing is shared."))
    wish = {"path": "files/grid.npy", "expires": "1h"}
    told = running.server.get("zarr/api/shares", "POST", json=wish).json()
    running.page("see", row("files/grid.npy"))
    run(running, f"{IMPORTS}link = jz.publish(waves=np.zeros((3, 4), 'f4')).share()")
    running.page("see", row("notebooks/waves.ipynb/waves"))
    command(running.server, "share", "run.h5", cwd=running.folder)
    running.page("see", row("files/run.h5"))
    calm(running)
    shares = [one["id"] for one in running.server.get("zarr/api/shares").json()["shares"]]
    assert running.server.get(f"zarr/api/shares/{told['id']}", "DELETE").status_code == 200
    running.page("missSoon", row("files/grid.npy"))
    for share in shares:
        command(running.server, "revoke", share)
    running.page("see", row("Nothing is shared."))
    running.page("click", row("Share Links"))
    asked(running)
    last = running.server.get("zarr/api/shares", "POST", json=wish).json()["id"]
    running.page("evaluate", QUIET)
    assert "shares" not in asked(running)
    running.server.get(f"zarr/api/shares/{last}", "DELETE")
