"""A notebook that gets another name, is closed, or shares the names of its variables with another one."""

from collections.abc import Iterator

import nbformat
import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, run, shut_down
from tests.lab.conftest import OPENED, Lab
from tests.lab.test_panel import row

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

VIEW = "display(jz.published()['waves'].view(beside=True))"
RENAMED = """async () => {{
  const widgets = [...window.jupyterapp.shell.widgets("main")];
  await widgets.find((one) => one.context?.path === {!r}).context.rename({!r});
}}"""
TAB = '.lm-DockPanel-tabBar .lm-TabBar-tabLabel:text-is("{}")'


@pytest.fixture(scope="module", autouse=True)
def panel(notebook: None, running: Lab) -> None:
    """The panel is seen beside the notebook and the tab of its variable."""
    running.do("jupyter-zarr-serve:panel")
    run(running, IMPORTS + VIEW)
    running.drawn("notebooks/waves.ipynb/waves", "float32")


@pytest.fixture(scope="module")
def twin(running: Lab) -> Iterator[Lab]:
    """Another notebook, with a variable of the same name and another shape, is in front."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = nbformat.v4.new_code_cell(f"{IMPORTS}jz.publish(waves=np.ones((5, 6), 'i2'))")
    told = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec})
    nbformat.write(told, running.folder / "twin.ipynb")
    running.page("evaluate", OPENED.replace("waves.ipynb", "twin.ipynb"))
    yield running
    shut_down(running, "twin.ipynb")


def test_tab_panel_and_card_go_on_with_a_renamed_notebook(running: Lab):
    for before, after in [("waves.ipynb", "other.ipynb"), ("other.ipynb", "waves.ipynb")]:
        running.page("evaluate", RENAMED.format(before, after))
        running.page("see", TAB.format(f"waves – {after}"))
        running.drawn(f"notebooks/{after}/waves", "float32")
        running.page("says", row("This Notebook"), after)
        running.page("see", row("waves"))
        running.page("see", ".jp-ZarrServe-card .jp-ZarrServe-state:text-is('live')")
        running.page("counts", '[id^="jupyter-zarr-serve:notebooks/"]', 1)


def test_variables_of_the_same_name_are_those_of_the_notebook_in_front(twin: Lab):
    twin.page("says", row("waves"), "5 × 6 int16")
    twin.page("doubleClick", row("waves"))
    twin.drawn("notebooks/twin.ipynb/waves", "int16")
    twin.do("docmanager:open", path="waves.ipynb")
    twin.page("says", row("waves"), "3 × 4 float32")
    twin.page("see", TAB.format("waves – waves.ipynb"))
    twin.page("see", TAB.format("waves – twin.ipynb"))


def test_a_notebook_that_is_closed_is_among_the_others_and_comes_back(twin: Lab):
    twin.do("docmanager:open", path="twin.ipynb")
    twin.page("says", row("This Notebook"), "twin.ipynb")
    twin.do("application:close")
    twin.page("says", row("This Notebook"), "waves.ipynb")
    twin.page("click", row("Running"))
    twin.page("click", f"{row('twin.ipynb')} .jp-ZarrServe-caret")
    twin.page("says", f"{row('twin.ipynb')} + {row('waves')}", "5 × 6 int16")
    twin.page("click", row("Running"))
    twin.do("docmanager:open", path="twin.ipynb")
    twin.page("says", row("waves"), "5 × 6 int16")
    twin.page("see", ".jp-ZarrServe-card:visible .jp-ZarrServe-state:text-is('live')")


def test_a_console_is_among_the_others(running: Lab):
    made = """async () => {
      const made = { path: "", kernelPreference: { name: "python3" } };
      const panel = await window.jupyterapp.commands.execute("console:create", made);
      await panel.sessionContext.ready;
      const { kernel } = panel.sessionContext.session;
      await kernel.requestExecute({ code: CODE }).done;
    }""".replace("CODE", repr(f"{IMPORTS}jz.publish(theirs=np.zeros(7))"))
    running.page("evaluate", made)
    running.page("click", row("Running"))
    running.page(
        "click", '.jp-ZarrServe-row:has(.jp-ZarrServe-name:has-text("Console")) .jp-ZarrServe-caret'
    )
    running.page("says", row("theirs"), "7 float64")
    running.page("doubleClick", row("theirs"))
    running.page("seeFrame", "zarr/view?path=kernels/", "html[data-drawn]")
    running.page("click", row("Running"))
    running.do("console:shutdown")
