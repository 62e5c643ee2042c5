"""A kernel in an environment of its own that has this package and ipykernel, and nothing else we use."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.clients.environments import only
from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server

PUBLISH = """
import numpy as np, pandas as pd
import jupyter_zarr_serve as jz
grid = np.arange(12.0).reshape(3, 4)
frame = pd.DataFrame({"n": [1, 2], "text": ["a", "ü"]}, index=pd.Index([5, 7], name="row"))
jz.publish(grid=grid, frame=frame, mapping={"grid": grid, "n": 3})
"""
WHERE = "import sys; print(sys.prefix)"
HAS = """
from importlib.util import find_spec
print([name for name in ("zarr", "xarray", "dask", "h5py", "pyarrow", "polars") if find_spec(name)])
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return only(tmp_path_factory.mktemp("environment"), "jupyter-zarr-serve", "ipykernel")


@pytest.fixture(scope="module")
def kernel(busy_server: Server, python: Path) -> Iterator[Kernel]:
    spec = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Another environment",
        "language": "python",
    }
    folder = busy_server.log.parent / "DATA" / "kernels" / "another"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    with running_kernel(busy_server, "another") as kernel:
        kernel.run(PUBLISH)
        yield kernel


def test_the_environment_is_another(kernel, python):
    assert Path(kernel.run(WHERE).strip()) == python.parent.parent != Path(sys.prefix)
    assert kernel.run(HAS) == "[]\n"


def test_what_it_publishes_is_read(busy_server, kernel, zarr_format):
    grid = np.arange(12.0).reshape(3, 4)
    group = busy_server.open(zarr_format, kernel.path)
    assert set(group) == {"grid", "frame", "mapping"}
    np.testing.assert_array_equal(group["grid"][:], grid)
    np.testing.assert_array_equal(group["mapping/grid"][:], grid)
    assert group["mapping/n"][()] == 3
    assert group["frame/row"][:].tolist() == [5, 7]
    assert group["frame/n"][:].tolist() == [1, 2]
    assert group["frame/text"][:].tolist() == ["a", "ü"]


def test_what_needs_more_is_refused_with_the_reason(kernel):
    printed = kernel.run(
        "class Far: __module__ = 'polars.frame'\n"
        "try: jz.publish(far=Far())\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    assert printed.startswith("Unreadable far: needs a library that is not installed"), printed
    assert "polars" in printed
