"""`.view(beside=True)` in a running JupyterLab: one tab for each thing, when a cell runs."""

import nbformat
import pytest

from tests.clients.browser import needs_browser
from tests.lab.cells import IMPORTS, KERNEL, run, shut_down
from tests.lab.conftest import Lab

pytestmark = [needs_browser, pytest.mark.usefixtures("notebook")]

TAB = '[id="jupyter-zarr-serve:notebooks/waves.ipynb/{}"]'
FRAME = f"document.querySelector('{TAB.format('waves')} iframe').contentWindow"
VIEW = "display(jz.published()[{!r}].view(beside=True))"


def in_front(lab: Lab) -> str:
    return str(lab.page("evaluate", "() => window.jupyterapp.shell.currentWidget.title.label"))


def test_it_comes_beside_the_notebook_which_stays_in_front(running: Lab):
    run(running, IMPORTS + VIEW.format("waves"))
    running.page("seeFrame", "zarr/view?path=notebooks/waves.ipynb/waves", "html[data-drawn]")
    assert in_front(running) == "waves.ipynb"
    running.page("see", ".jp-Notebook >> visible=true")


def test_run_again_it_is_drawn_anew_in_the_same_tab(running: Lab):
    running.page("evaluate", f"() => {{ {FRAME}.mark = 1; }}")
    run(running, VIEW.format("waves"))
    running.page("until", f"() => {FRAME}.mark === undefined")
    running.page("seeFrame", "zarr/view?path=notebooks/waves.ipynb/waves", "html[data-drawn]")
    running.page("counts", TAB.format("waves"), 1)


def test_another_one_shares_its_place(running: Lab):
    run(running, f"{IMPORTS}jz.publish(other=np.ones((3, 4)))\n{VIEW.format('other')}")
    running.page("see", f"{TAB.format('other')} >> visible=true")
    running.page("missSoon", f"{TAB.format('waves')}:not(.lm-mod-hidden)")
    assert in_front(running) == "waves.ipynb"
    run(running, f"{VIEW.format('waves')}\njz.unpublish('other')")
    running.page("see", f"{TAB.format('waves')} >> visible=true")


def test_the_title_of_a_tab_tells_when_its_variable_is_gone_and_back(running: Lab):
    label = "[...document.querySelectorAll('.lm-TabBar-tabLabel')].map((it) => it.textContent)"
    gone, there = "brief – waves.ipynb (gone)", "brief – waves.ipynb"
    run(running, f"{IMPORTS}jz.publish(brief=np.ones((3, 4)))\n{VIEW.format('brief')}")
    running.page("until", f"() => {label}.includes({there!r})")
    run(running, "jz.unpublish('brief')")
    running.page("until", f"() => {label}.includes({gone!r})")
    run(running, "jz.publish(brief=np.zeros((3, 4)))")
    running.page("until", f"() => {label}.includes({there!r})")
    run(running, "jz.unpublish('brief')")


def test_a_notebook_that_is_opened_shows_no_tab_before_one_is_wanted(running: Lab):
    kernel = running.page("evaluate", f"() => ({KERNEL}).id")
    data = {"kernel": kernel, "names": ["waves"]}
    bundle = {"application/vnd.jupyter-zarr-serve.view.v1+json": data, "text/html": "<p>elsewhere</p>"}
    wrong = {**bundle, "application/vnd.jupyter-zarr-serve.view.v1+json": {"kernel": "../x", "names": []}}
    outputs = [nbformat.v4.new_output("display_data", data=each) for each in (bundle, wrong)]
    cells = [nbformat.v4.new_code_cell("", outputs=outputs)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, running.folder / "saved.ipynb")
    close = "widget.id.startsWith('jupyter-zarr-serve:') && widget.close()"
    running.page(
        "evaluate",
        f"() => [...window.jupyterapp.shell.widgets('main')].forEach((widget) => {{ {close}; }})",
    )
    running.do("docmanager:open", path="saved.ipynb", factory="Notebook")
    running.page("see", ".jp-ZarrServe-beside button")
    running.page("counts", ".jp-ZarrServe-beside button", 1)
    running.page("counts", TAB.format("waves"), 0)
    assert running.page("barriers", ".jp-ZarrServe-beside") == []
    running.page("click", ".jp-ZarrServe-beside button")
    running.page("seeFrame", "zarr/view?path=notebooks/waves.ipynb/waves", "html[data-drawn]")
    shut_down(running, "saved.ipynb")
