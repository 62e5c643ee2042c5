"""A process of the same user reads from a kernel's own socket, and by the server where it cannot."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve import wire
from jupyter_zarr_serve.client.over_http import OverHttp
from tests.kernels.jupyter import Kernel, running_notebook
from tests.server import Server

AS_NOBODY = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    print("refused")
"""
VALUES = np.arange(60_000.0).reshape(300, 200)


@pytest.fixture(scope="module")
def publishing(server: Server) -> Iterator[Kernel]:
    with running_notebook(server, "past.ipynb") as (kernel, _):
        kernel.run("import numpy as np, jupyter_zarr_serve as jz")
        yield kernel


@pytest.fixture
def array(mine, publishing):
    publishing.run("jz.publish('t', np.arange(60_000.0).reshape(300, 200), chunks=(50, 50))")
    return jz.open("past.ipynb/t")


@pytest.fixture
def nobody_asks_the_server(environment):
    """Once it is called, each request to a server is an error."""

    def begin() -> None:
        environment.setattr(OverHttp, "get", None)

    return begin


@pytest.mark.parametrize("through", [lambda array: array, lambda array: pickle.loads(pickle.dumps(array))])
def test_chunks_pass_no_server(array, nobody_asks_the_server, through):
    array = through(array)
    assert "the kernel's socket" in repr(array.store)
    nobody_asks_the_server()
    np.testing.assert_array_equal(array[...], VALUES)


def test_so_do_frames(mine, publishing, nobody_asks_the_server):
    publishing.run("import pandas as pd; jz.publish(f=pd.DataFrame({'a': pd.Categorical(['x', None])}))")
    group = jz.open("past.ipynb/f")
    nobody_asks_the_server()
    assert list(group.keys()) == ["index", "a"]
    assert group["a"][:].tolist() == ["x", ""]


def test_a_kernel_is_known_by_its_id_too(array, publishing):
    assert "the kernel's socket" in repr(jz.open(f"kernels/{publishing.id}/t").store)
    assert "the kernel's socket" not in repr(jz.open("demo").store)


def test_where_the_socket_is_out_of_reach_the_server_is_asked(array, publishing):
    content = publishing.endpoint_file.read_bytes()
    idle = array.store.reader.way._idle
    while connection := idle.take():
        connection.close()
    publishing.endpoint_file.unlink()
    try:
        np.testing.assert_array_equal(array[...], VALUES)
        assert "the kernel's socket" not in repr(jz.open("past.ipynb/t").store)
    finally:
        publishing.endpoint_file.write_bytes(content)


def test_it_is_found_again_after_the_kernel_began_anew(array, publishing, nobody_asks_the_server):
    publishing.run("from jupyter_zarr_serve.publisher import service; service.stop()")
    publishing.run("jz.publish('t', np.arange(60_000.0).reshape(300, 200) + 1, chunks=(50, 50))")
    nobody_asks_the_server()
    np.testing.assert_array_equal(array[...], VALUES + 1)


def test_what_was_replaced_is_read_by_no_old_metadata(array, publishing):
    assert array[0, 0] == 0
    publishing.run("jz.publish(t=np.zeros(7, 'i2'))")
    assert jz.open("past.ipynb/t")[:].tolist() == [0] * 7
    with pytest.raises(ValueError, match="open it anew"):
        array[...]


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can act as another user")
def test_another_user_of_the_machine_gets_no_connection(array, publishing):
    endpoint = wire.decode_endpoint(publishing.endpoint_file.read_bytes())
    command = [sys.executable, "-c", AS_NOBODY, str(endpoint.unix)]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "refused\n"
    assert publishing.endpoint_file.stat().st_mode & 0o077 == 0
    assert publishing.connection_file.stat().st_mode & 0o077 == 0
