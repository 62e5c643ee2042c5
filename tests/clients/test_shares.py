"""Share links as clients read them: of a file and of a variable, and in a page of another origin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorstore
import xarray
import zarr

from tests.clients.browser import browse, needs_browser, page_server
from tests.clients.verdicts import Question
from tests.kernels.jupyter import running_notebook
from tests.server import Server

VALUES = np.arange(12.0).reshape(3, 4)
PUBLISH = """
import numpy as np, xarray, jupyter_zarr_serve as jz
h = jz.publish(d=xarray.Dataset({"t": (("y", "x"), np.arange(12.0).reshape(3, 4))}))
"""


def link(server: Server, path: str, **wish: Any) -> str:
    """The URL of a new link, with a slash at the end."""
    told = server.get("zarr/api/shares", "POST", json={"path": path, **wish}).json()
    return f"{server.url}{told['link'].removeprefix('/')}"


@pytest.fixture(scope="module")
def paths(server: Server, served_dir: Path) -> Iterator[dict[str, str]]:
    """A file, and a variable of a notebook, that hold the same dataset."""
    dataset = xarray.Dataset({"t": (("y", "x"), VALUES)})
    dataset.to_netcdf(served_dir / "d.nc", engine="h5netcdf")
    with running_notebook(server, "shared.ipynb") as (kernel, _):
        kernel.run(PUBLISH)
        yield {"file": "files/d.nc", "variable": "notebooks/shared.ipynb/d"}


@pytest.fixture(params=["file", "variable"])
def path(request: pytest.FixtureRequest, paths: dict[str, str]) -> str:
    return paths[request.param]


def test_zarr_python(server: Server, path, zarr_format):
    group = zarr.open_group(f"{link(server, path)}v{zarr_format}", mode="r")
    np.testing.assert_array_equal(group["t"][...], VALUES)
    assert list(group.keys()) == ["t"]


def test_xarray(server: Server, path, zarr_format):
    opened = xarray.open_zarr(f"{link(server, path)}v{zarr_format}", zarr_format=zarr_format)
    np.testing.assert_array_equal(opened["t"].values, VALUES)


def test_tensorstore(server: Server, path, zarr_format):
    driver = {2: "zarr", 3: "zarr3"}[zarr_format]
    url = f"{link(server, f'{path}/t')}v{zarr_format}/"
    array = tensorstore.open({"driver": driver, "kvstore": {"driver": "http", "base_url": url}}, read=True)
    np.testing.assert_array_equal(array.result().read().result(), VALUES)


@needs_browser
def test_a_page_of_another_origin(server: Server, path):
    with page_server() as origin:
        named = link(server, path, origins=[origin])
        others = link(server, path)
        questions = [Question(f"{url}v{v}", v, ["t"], {}) for url in (named, others) for v in (2, 3)]
        questions += [Question(server.store_url(v, path), v, ["t"], {}) for v in (2, 3)]
        answers, errors = browse(origin, questions)
    assert [answer.get("shape") for (answer,) in answers] == [[3, 4], [3, 4], None, None, None, None]
    assert all("Failed to fetch" in answer["error"] for (answer,) in answers[2:])
    assert any("has been blocked by CORS policy" in error for error in errors)
