"""zarr-python 2.18, in an environment of its own, reads the demo in version 2."""

import json
import pickle
import subprocess
from pathlib import Path

import numpy as np
import pytest

from jupyter_zarr_serve.core.nodes import Array
from tests.clients.environments import environment
from tests.nodes import read_all
from tests.server import Server
from tests.test_demo import ARRAYS, SMALL, TREE

PATHS = [path for path in SMALL if path != "dynamic"]


@pytest.fixture(scope="module")
def read(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict:
    python = environment(
        "zarr2", "zarr==2.18.7", "numcodecs<0.16", "numpy<2.3", "fsspec", "aiohttp", "requests"
    )
    target = tmp_path_factory.mktemp("zarr2") / "read.pickle"
    script = Path(__file__).with_name("zarr2_reads.py")
    url = server.store_url(2, "demo")
    subprocess.run([python, script, url, server.token, json.dumps(PATHS), target], check=True)
    with target.open("rb") as file:
        result: dict = pickle.load(file)
    assert result["version"] == "2.18.7"
    return result


def test_it_lists_the_members(read):
    assert read["keys"] == sorted(TREE.children)


@pytest.mark.parametrize("path", PATHS)
def test_it_reads_every_value(read, path):
    node = ARRAYS[path]
    assert isinstance(node, Array)
    expected, got = read_all(node), read["arrays"][path]
    if expected.dtype.kind == "T":
        expected = expected.astype(object)
    np.testing.assert_array_equal(got, expected)
