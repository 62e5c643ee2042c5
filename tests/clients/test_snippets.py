"""The snippets of ``docs/clients.md`` give the right values, each in its own client."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr

from tests.clients import gdal
from tests.clients.browser import browse, needs_browser, page_server
from tests.clients.environments import zarr2
from tests.clients.node import NODE, programs
from tests.clients.verdicts import PROGRAM_SECONDS, REPOSITORY, Question
from tests.server import Server, running_server

PAGE = (REPOSITORY / "docs" / "clients.md").read_text()
IMAGE = np.arange(6, dtype="<u2").reshape(2, 3)
SPEEDS = [0.5, 1.5, 2.5]
RESULT = "{ shape, data: Array.from(data) }"
SHOWN = {"shape": [2, 3], "data": list(range(6))}


def snippets(language: str) -> dict[str, str]:
    """The snippets in a language by the comments in their first lines; "" has none."""
    blocks = re.findall(rf"```{language}\n(?:(?:#|//) ([^\n]*)\n)?(.*?)```", PAGE, re.DOTALL)
    return dict(blocks)


PYTHON = snippets("python")
BEGIN = PYTHON.pop("")
ELSEWHERE = {"zarr-python 3, by zarrs", "zarr-python 2.18: version 2 alone"}
HERE = sorted(PYTHON.keys() - ELSEWHERE)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with page_server() as address:
        yield address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, origin: str) -> Iterator[Server]:
    """A server of the files that the snippets name, with leave for the page."""
    folder = tmp_path_factory.mktemp("served")
    np.save(folder / "image.npy", IMAGE)
    with netCDF4.Dataset(folder / "run.nc", "w") as file:
        write_speeds(file)
    with netCDF4.Dataset(folder / "tree.nc", "w") as file:
        write_speeds(file.createGroup("fine"))
    leave = f"--ServerApp.allow_origin={origin}"
    with running_server(folder, tmp_path_factory.mktemp("jupyter"), leave) as running:
        yield running


def write_speeds(group: Any) -> None:
    group.createDimension("x", len(SPEEDS))
    group.createVariable("speed", "f4", ("x",))[:] = SPEEDS


def aimed(code: str, server: Server) -> str:
    """A snippet with a server's own address and token, as a reader would change it."""
    told = code.replace('token = "..."', f'token = "{server.token}"')
    told = told.replace('os.environ["JUPYTER_TOKEN"]', f'"{server.token}"')
    return told.replace("http://localhost:8888/", server.url)


def test_there_is_one_for_every_client():
    assert set(PYTHON) == {
        *ELSEWHERE,
        *(f"zarr-python 3, by {way}" for way in ("a mapper", "URL", "obstore")),
        *("xarray", "xarray, lazily by dask", "xarray, a tree of groups", "dask"),
        'tensorstore; the driver of version 2 is "zarr"',
    }
    assert set(snippets("bash")) == {"GDAL"}
    assert set(snippets("js")) == {"zarrita, in Node or in a page", "zarr.js: version 2 alone"}


def is_speeds(dataset: xr.Dataset) -> bool:
    return dataset.load().identical(xr.Dataset({"speed": ("x", np.array(SPEEDS, "f4"))}))


CHECKS: dict[str, Callable[[Any], bool]] = {
    "image": lambda image: np.array_equal(image, IMAGE) and image.dtype == IMAGE.dtype,
    "dataset": is_speeds,
    "tree": lambda tree: is_speeds(tree["fine"].to_dataset()),
}


@pytest.mark.parametrize("title", HERE)
def test_in_python(server: Server, title):
    found: dict[str, Any] = {}
    exec(compile(aimed(BEGIN + PYTHON[title], server), title, "exec"), found)
    given = [check(found[name]) for name, check in CHECKS.items() if name in found]
    assert given == [True]


@pytest.mark.parametrize("title", sorted(ELSEWHERE))
def test_in_a_python_of_its_own(server: Server, title):
    python = zarr2() if "2.18" in title else sys.executable
    code = aimed(BEGIN + PYTHON[title], server) + "\nprint(image.tolist(), zarr.__version__)"
    told = run([str(python), "-c", code])
    version = told.rpartition(" ")[2]
    assert version.startswith("2.18" if "2.18" in title else "3.")
    assert json.loads(told.rpartition(" ")[0]) == IMAGE.tolist()


@gdal.needs_gdal
def test_in_bash(server: Server):
    told = json.loads(run(["bash", "-euc", aimed(snippets("bash")["GDAL"], server)], TOKEN=server.token))
    assert told["arrays"]["speed"]["values"] == SPEEDS


@pytest.mark.parametrize("title", snippets("js"))
def test_in_node(server: Server, title):
    script = f"{aimed(snippets('js')[title], server)}\nconsole.log(JSON.stringify({RESULT}));"
    told = run([NODE, "--input-type=module", "--eval", script], cwd=programs())
    assert json.loads(told) == SHOWN


@needs_browser
def test_in_a_page_of_another_origin(server: Server, origin: str):
    code = aimed(snippets("js")["zarrita, in Node or in a page"], server)
    script = f'<script type="module">\n{code}\nwindow.ask = () => ({RESULT});\n</script>'
    page = programs() / "snippet.html"
    before = (programs() / "page.html").read_text().partition('<script type="module">')[0]
    page.write_text(before + script)
    told, errors = browse(origin, [Question(server.url, 3, [], {})], page.name)
    assert told == [SHOWN]
    assert errors == []


def run(command: list[str], cwd: Path = REPOSITORY, **variables: str) -> str:
    """What a program prints."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables},
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
