"""A process of the same user reads from a kernel's own socket, and by the server where it cannot."""

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve import wire
from jupyter_zarr_serve.client import over_socket
from jupyter_zarr_serve.client.kinds.whole import whole
from jupyter_zarr_serve.client.over_http import OverHttp
from jupyter_zarr_serve.client.over_socket import OverSocket
from tests.kernels.jupyter import Kernel, running_notebook
from tests.server import Server
from tests.waiting import until

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


PLAIN = {
    "fortran": "np.asfortranarray(np.arange(12.0).reshape(3, 4))",
    "big": "np.arange(12, dtype='>i4').reshape(3, 4)",
    "steps": "np.arange(24)[::2].reshape(4, 3)",
    "times": "np.array(['2020', 'NaT', '1969'], 'M8[ms]')",
    "spans": "np.array([1, 'NaT', -3], 'm8[s]')",
    "flags": "np.array([True, False, True])",
    "complex": "np.arange(3) * 1j",
    "text": "np.array(['a', 'ü', ''])",
    "bytes": "np.array([b'a', b'bc'])",
    "half": "np.arange(3, dtype='f2')",
    "lazy": "da.arange(10, chunks=3)",
    "frozen": "np.arange(10)",
}
OTHERS = {
    "words": "np.array(['a', 'long word'], 'T')",
    "fields": "np.array([(1, 2.5)], 'i4,f8')",
    "one": "np.array(3.5)",
    "none": "np.zeros((0, 3))",
}


@pytest.fixture
def filled(environment):
    """Whether each of the readings that went past chunks got what it asked for."""
    found: list[bool] = []
    fill = OverSocket.fill

    def noted(self, request, room):
        found.append(fill(self, request, room))
        return found[-1]

    environment.setattr(OverSocket, "fill", noted)
    return found


@pytest.mark.parametrize("name", PLAIN)
def test_whole_arrays_pass_no_chunks(mine, publishing, filled, name):
    publishing.run("import dask.array as da")
    publishing.run(f"jz.publish('plain', {PLAIN[name]}, frozen={name == 'frozen'})")
    array = jz.open("past.ipynb/plain")
    values = whole(array)
    assert filled == [True]
    np.testing.assert_array_equal(values, array[...])
    assert values.dtype == array.dtype


@pytest.fixture
def copied(environment):
    """Whether each of the copies from a kernel's memory was made."""
    found: list[bool] = []
    is_copied = over_socket.is_copied

    def noted(*given):
        found.append(is_copied(*given))
        return found[-1]

    environment.setattr(over_socket, "is_copied", noted)
    return found


LARGE = np.arange(400_000.0).reshape(400, 1000)
PUBLISH_LARGE = "large = np.arange(400_000.0).reshape(400, 1000); jz.publish(large=large, frozen={})"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets processes copy so")
@pytest.mark.parametrize("is_frozen", [True, False])
def test_large_arrays_are_copied_from_the_kernels_memory(mine, publishing, filled, copied, is_frozen):
    publishing.run(PUBLISH_LARGE.format(is_frozen))
    first, second = (whole(jz.open("past.ipynb/large")) for _ in range(2))
    assert filled == copied == [True, True]
    np.testing.assert_array_equal(first, LARGE)
    first[:] = -1.0
    np.testing.assert_array_equal(second, LARGE)
    assert publishing.run("print(large[0, 1])").strip() == "1.0"


@pytest.mark.parametrize("is_frozen", [True, False])
def test_large_arrays_are_sent_where_the_system_lets_nobody_copy(
    mine, publishing, filled, environment, is_frozen
):
    publishing.run(PUBLISH_LARGE.format(is_frozen))
    array = jz.open("past.ipynb/large")
    environment.setattr(over_socket, "is_copied", lambda *_: False)
    np.testing.assert_array_equal(whole(array), LARGE)
    publishing.run("large += 1")  # of a frozen array, too, it is the memory that is read
    np.testing.assert_array_equal(whole(array), LARGE + 1)
    assert filled == [True, True]


def test_large_arrays_are_sent_to_who_cannot_copy(mine, publishing, filled, copied):
    publishing.run(PUBLISH_LARGE.format(False))
    publishing.run("from jupyter_zarr_serve.publisher import responder; same = responder.is_same_user")
    publishing.run("responder.is_same_user = lambda _: False")
    try:
        np.testing.assert_array_equal(whole(jz.open("past.ipynb/large")), LARGE)
    finally:
        publishing.run("responder.is_same_user = same")
    assert (filled, copied) == ([True], [])


def test_a_kernel_that_ends_while_its_memory_is_copied_gives_no_data(array, publishing, environment):
    """Another process could have its number by then."""
    publishing.run(PUBLISH_LARGE.format(True))
    array = jz.open("past.ipynb/large")

    def ended(connection, address, room):
        connection.shutdown(socket.SHUT_RDWR)  # as its end is seen
        room[:] = bytes(len(room))
        return True

    environment.setattr(over_socket, "is_copied", ended)
    np.testing.assert_array_equal(whole(array), LARGE)


def test_memory_is_held_no_longer_than_it_is_copied(mine, publishing, copied):
    publishing.run(PUBLISH_LARGE.format(True))
    publishing.run("import weakref; alive = weakref.ref(large); del large")
    whole(jz.open("past.ipynb/large"))
    publishing.run("jz.unpublish('large')")
    until(lambda: publishing.run("print(alive())").strip() == "None")


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_no_plain_bytes_is_read_by_chunks(mine, publishing, filled, name):
    publishing.run(f"jz.publish('other', {OTHERS[name]})")
    array = jz.open("past.ipynb/other")
    np.testing.assert_array_equal(whole(array), array[...])
    assert not any(filled)


def test_what_is_too_long_for_one_answer_is_read_by_chunks(array, publishing, filled):
    publishing.run("from jupyter_zarr_serve.serve import rows; most, rows.MOST = rows.MOST, 1000")
    try:
        np.testing.assert_array_equal(whole(array), VALUES)
    finally:
        publishing.run("rows.MOST = most")
    assert filled == [False]


def test_whole_arrays_of_what_was_replaced_are_not_read(array, publishing, filled):
    publishing.run("jz.publish('t', np.zeros((300, 200), 'i8'))")
    with pytest.raises(ValueError, match="open it anew"):
        whole(array)
    assert filled == [False]


def test_a_kernel_reads_its_own_without_chunks(publishing):
    publishing.run("jz.publish('own', np.arange(5)); from jupyter_zarr_serve.client.own import Own")
    publishing.run("ask, asked = Own.ask, []")
    publishing.run("Own.ask = lambda own, request: asked.append(request.form) or ask(own, request)")
    printed = publishing.run("print(jz.open('own', as_='numpy').tolist(), asked.count('values'))")
    assert printed.strip() == "[0, 1, 2, 3, 4] 1"


def test_no_server_gives_plain_bytes(mine, array):
    answer = mine.get("zarr/api/preview/notebooks/past.ipynb/t?form=values&start=0&stop=1")
    assert answer.status_code == 400


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
