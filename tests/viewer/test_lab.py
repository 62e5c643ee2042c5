"""`.view()` in a running JupyterLab: pixels in the cell, and in a tab beside the notebook."""

import base64
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.clients.browser import needs_browser
from tests.viewer.lab import run_notebook, running_lab
from tests.viewer.look import camera_in

pytestmark = needs_browser

CELLS = [
    "import numpy as np, jupyter_zarr_serve as jz\n"
    "ramp = np.tile(np.arange(256, dtype='u1'), (256, 1))\n"
    "published = jz.publish(ramp=ramp)\n"
    "published.view()",
    "published.view(beside=True)",
]


@pytest.fixture
def server(tmp_path):
    folder, private = tmp_path / "data", tmp_path / "jupyter"
    folder.mkdir()
    private.mkdir()
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "look.ipynb"
    )
    with running_lab(folder, private) as server:
        yield server


def test_a_view_in_a_cell_and_one_beside_the_notebook(server):
    told = run_notebook(server, "look.ipynb", frames=len(CELLS))
    assert told["dialogs"] == []
    assert [frame["isInCell"] for frame in told["frames"]] == [True, False]
    for frame, place in zip(told["frames"], ["kernels/", "notebooks/look.ipynb/ramp"], strict=True):
        assert frame["notices"] == ""
        assert frame["url"].startswith(f"{server.url}zarr/view?path={place}")
        pixels = np.array(Image.open(io.BytesIO(base64.b64decode(frame["picture"]))).convert("RGB"))
        height, width, _ = pixels.shape
        zoom, x, y = camera_in(frame["url"])
        columns = [round(width / 2 + (place + 0.5 - x) * 2**zoom - 0.5) for place in range(4, 256, 4)]
        row = round(height / 2 + (64.5 - y) * 2**zoom)
        np.testing.assert_allclose(pixels[row, columns, 0], range(4, 256, 4), atol=2)
