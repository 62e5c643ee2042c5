"""A table in a tab of JupyterLab, which is a frame, is sorted, searched and copied."""

from tests.clients.browser import needs_browser
from tests.lab.conftest import Lab
from tests.viewer.pressed import Pressed, assert_pressed, write

pytestmark = needs_browser


def test_a_table_in_a_tab_is_pressed(lab: Lab):
    write(lab.folder)
    lab.do("filebrowser:refresh")
    lab.page("doubleClick", '.jp-DirListing-item:has(:text-is("known.parquet"))')
    lab.drawn("files/known.parquet")
    lab.do("application:toggle-left-area")  # all columns are in sight then
    assert_pressed(Pressed(lab.page, "zarr/view?path=files/known.parquet"))
    lab.do("application:toggle-left-area")
    assert lab.page("errors") == []
