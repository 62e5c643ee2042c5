"""Every type that can be published, read by zarr-python, from an idle kernel and from one in a loop."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from xarray.backends.zarr import FillValueCoder

from jupyter_zarr_serve.core.known_names import MADE_OF
from tests.kernels.jupyter import Kernel, running_kernel
from tests.kernels.publishable import CASES, GROUPS, Leaf
from tests.server import Server

PROJECT = Path(__file__).parent.parent.parent
PUBLISH = f"""
import pathlib, sys
sys.path.insert(0, {str(PROJECT)!r})
import jupyter_zarr_serve as jz
from tests.kernels.publishable import everything
jz.publish(**everything(pathlib.Path({{folder!r}})))
"""

pytestmark = pytest.mark.filterwarnings("ignore:The data type:zarr.errors.UnstableSpecificationWarning")


@pytest.fixture(scope="module")
def everything(busy_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(busy_server) as kernel:
        kernel.run(PUBLISH.format(folder=str(tmp_path_factory.mktemp("files"))))
        yield kernel


@pytest.fixture(scope="module", params=["idle", "busy"])
def kernel(everything: Kernel, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """The same kernel, first idle, then in a loop."""
    if request.param == "idle":
        yield everything
        return
    everything.run("while True: pass", wait=False)
    deadline = time.monotonic() + 10
    while everything.api("GET").json()["execution_state"] != "busy":
        assert time.monotonic() < deadline
    yield everything
    assert everything.api("GET").json()["execution_state"] == "busy"
    everything.api("POST", "/interrupt")
    assert everything.run("print('back')") == "back\n"


def arrays_of(node: Any) -> dict[str, Any]:
    """Every array below a node by its path; an array's own path is empty."""
    if isinstance(node, zarr.Array):
        return {"": node}
    found = dict(node.members(max_depth=None))
    return {path: member for path, member in found.items() if isinstance(member, zarr.Array)}


def said_of(node: Any) -> dict[str, Any]:
    """The attributes but the one by which `jz.open` makes the object anew (tests/client/test_kinds.py)."""
    return {name: value for name, value in node.attrs.asdict().items() if name != MADE_OF}


def spelled(attributes: Mapping[str, Any], zarr_format: int) -> dict[str, Any]:
    """Attributes as zarr-python tells them: a mark of NaN is the fill value in v2, encoded in v3."""
    told = dict(attributes)
    if told.get("_FillValue") != told.get("_FillValue"):
        encoded = FillValueCoder.encode(np.nan, np.dtype("f8"))
        told = told | {"_FillValue": encoded} if zarr_format == 3 else {}
    return told


def assert_same(values: Any, expected: Any) -> None:
    """The same dtype and bits; text and bytes of variable length have any dtype that holds them."""
    assert values.shape == expected.shape
    if expected.dtype.kind == "O":
        assert values.dtype.kind in "OT"
        assert values.tolist() == expected.tolist()
        return
    assert values.dtype == expected.dtype
    assert values.tobytes() == expected.tobytes(), (values, expected)


@pytest.mark.parametrize("name", CASES)
def test_every_value_and_attribute_arrives(busy_server, kernel, zarr_format, name, tmp_path):
    _, expected = CASES[name](tmp_path)
    arrays = arrays_of(busy_server.open(zarr_format, f"{kernel.path}/{name}"))
    assert set(arrays) == set(expected)
    for path, leaf in expected.items():
        wanted = leaf if isinstance(leaf, Leaf) else Leaf(leaf)
        told = said_of(arrays[path])
        told.pop("_ARRAY_DIMENSIONS", None)
        assert told == spelled(wanted.attributes, zarr_format), path
        assert_same(np.asarray(arrays[path][...]), wanted.values)


@pytest.mark.parametrize("path", GROUPS)
def test_attributes_of_groups_arrive(busy_server, kernel, zarr_format, path):
    assert said_of(busy_server.open(zarr_format, f"{kernel.path}/{path}")) == GROUPS[path]
