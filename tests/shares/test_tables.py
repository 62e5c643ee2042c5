"""A table behind a share link is sorted, searched and copied as it is on the server."""

from pathlib import Path

from tests.clients.browser import needs_browser
from tests.lab.pressing import page
from tests.server import running_server
from tests.viewer.pressed import Pressed, assert_pressed, write


@needs_browser
def test_a_table_behind_a_link_is_pressed(tmp_path: Path):
    folder, private = tmp_path / "data", tmp_path / "jupyter"
    folder.mkdir()
    private.mkdir()
    write(folder)
    with running_server(folder, private) as server, page() as opened:
        told = server.get("zarr/api/shares", "POST", json={"path": "files/known.parquet"}).json()
        opened("go", f"{told['url']}view?path=")
        assert_pressed(Pressed(opened))
        assert opened("errors") == []
