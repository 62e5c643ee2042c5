"""A real JupyterLab, in an environment of its own on top of the tests': servers start faster without."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.browser import CHROMIUM
from tests.clients.environments import on_top
from tests.clients.node import NODE, programs
from tests.server import Server, running_server

WANTED = ["jupyterlab>=4.4"]
DIST = Path("jupyter_zarr_serve/lab/dist")
SECONDS = 250
# JupyterLab asks nobody for news.
SILENT = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
]


def lab_python() -> str:
    """An interpreter that has JupyterLab besides all that this one has."""
    return str(on_top("lab", *WANTED))


def install_extension(private: Path) -> None:
    """Copy our extension to where a Jupyter with its data folder below `private` finds it."""
    assert (DIST / "package.json").exists(), "pip install -e . builds the extension"
    shutil.copytree(DIST, private / "DATA" / "labextensions" / "jupyter-zarr-serve")


@contextmanager
def running_lab(
    folder: Path, private: Path, *more: str, program: str = "jupyterlab", python: str = ""
) -> Iterator[Server]:
    """JupyterLab for a folder, with our extension; it asks nobody for news and knows no home folder.

    Parameters
    ----------
    more
        Further options of the server.
    program
        "jupyterlab", or "notebook".
    python
        An interpreter that has it; "" for that of the newest JupyterLab.
    """
    install_extension(private)
    paths = pytest.MonkeyPatch()
    paths.setenv("JUPYTER_CONFIG_PATH", str(Path(sys.prefix, "etc", "jupyter")))
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        paths.setenv(name, str(private / name.lower()))
    app = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[program]
    options = [f"--{app}.expose_app_in_browser=True", *SILENT]
    try:
        with running_server(
            folder, private, *more, *options, program=[program], python=python or lab_python()
        ) as server:
            yield server
    finally:
        paths.undo()


def run_notebook(server: Server, name: str, frames: int) -> dict[str, Any]:
    """What a notebook shows when its cells are run one after the other, each of which opens a frame."""
    url = f"{server.url}lab?reset&token={server.token}"
    asked = json.dumps({"url": url, "executable": CHROMIUM, "notebook": name, "frames": frames})
    done = subprocess.run(
        [NODE, "lab.js"], cwd=programs(), input=asked, capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told
