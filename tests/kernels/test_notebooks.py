"""The notebooks of the project run, cell by cell, in a kernel of a real server."""

import json
from pathlib import Path

import pytest

from tests.kernels.jupyter import Kernel

NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(kernel: Kernel, path: Path):
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    for cell in cells:
        assert not cell["outputs"], "notebooks are kept without outputs, which may hold what is private"
        kernel.run("".join(cell["source"]))
