"""The panel while kernels work: what appears and ends is seen by itself, also while a cell runs."""

from collections import Counter

import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, KERNEL, restart, run
from tests.lab.conftest import Lab
from tests.lab.test_panel import row

pytestmark = needs_browser

CELLS = 20
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
def panel(notebook: None, running: Lab) -> None:
    """The panel is seen beside the notebook."""
    running.do("jupyter-zarr-serve:panel")
    running.page("see", row("waves"))


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
    assert running.page("count", row("plain")) == 0
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
    restart(running)
    run(running, NO_PACKAGE)
    running.page("click", SWITCH)
    running.page("see", f"{STATUS}:has-text('%pip install jupyter-zarr-serve')")
    assert running.page("evaluate", f"() => document.querySelector('{SWITCH}').checked") is False
    running.page("click", SWITCH)  # it is remembered: once more, and it is not
    restart(running)


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


def test_cells_make_nobody_ask_twice(running: Lab):
    """The card and what lies beneath the panel's tree ask for what may have changed once in a while."""
    run(running, f"{IMPORTS}jz.publish(waves=np.zeros((3, 4), 'f4'))")
    running.do("notebook:run-cell")
    running.page("see", ".jp-ZarrServe-card img")
    running.page("click", row("waves"))
    running.page("see", ".jp-ZarrServe-details img")
    running.page("evaluate", QUIET)
    running.page("requests")
    sent = f"Array.from({{ length: {CELLS} }}, () => ({KERNEL}).requestExecute({{ code: 'pass' }}).done)"
    running.page("evaluate", f"async () => {{ await Promise.all({sent}); }}")
    running.page("asked", "preview/notebooks/waves.ipynb/waves")
    running.page("evaluate", QUIET)
    asked = Counter(
        told.split("/zarr/api/")[1].split("?")[0]
        for told in running.page("requests")
        if "/zarr/api/" in told and "wait=25" not in told
    )
    kernel = running.page("evaluate", f"() => ({KERNEL}).id")
    waves = "notebooks/waves.ipynb/waves"
    # Once for all cells on a machine that does nothing else; both ask for the node and for its picture.
    times = asked.pop(f"changes/kernels/{kernel}")
    assert 1 <= times <= CELLS // 5
    assert set(asked) == {f"node/{waves}", f"preview/{waves}"}
    assert all(2 <= count <= 2 * CELLS // 5 for count in asked.values())


def test_what_publishes_nothing_is_no_error_in_the_console(running: Lab):
    running.page("errors")
    restart(running)
    running.page("see", ".jp-ZarrServe-row.jp-mod-note")
    running.page("missSoon", row("unseen"))
    assert running.page("errors") == []
