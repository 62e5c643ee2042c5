"""A table on a JupyterHub, of a file and of a kernel, is sorted, searched and copied."""

import pytest

from tests.clients.browser import needs_browser
from tests.hub.hub import PASSWORD, Hub
from tests.lab.pressing import page
from tests.viewer.pressed import Pressed, assert_pressed, write

pytestmark = pytest.mark.timeout(600)

PUBLISH = "import pandas as pd, jupyter_zarr_serve as jz; jz.publish(known=pd.read_parquet({file!r}))"


@needs_browser
def test_tables_of_a_hub_are_pressed(hub: Hub, kernel: tuple[str, str]):
    folder = hub.log.parent / "home" / "alice" / "public"
    write(folder)
    kernel_id, _ = kernel
    hub.run(kernel_id, PUBLISH.format(file=str(folder / "known.parquet")))
    with page() as opened:
        opened("go", f"{hub.user_url}zarr/view?path=files/public/known.parquet")
        opened("fill", "#username_input", "alice")
        opened("fill", "#password_input", PASSWORD)
        opened("click", "#login_submit")
        opened("see", ".table-mirror")
        opened("errors")  # of the Hub's own pages
        assert_pressed(Pressed(opened))
        opened("go", f"{hub.user_url}zarr/view?path=kernels/{kernel_id}/known")
        assert_pressed(Pressed(opened))
        assert opened("errors") == []
