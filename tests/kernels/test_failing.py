"""Kernels that are busy, gone or broken: 503 with the reason, soon; never fill values, never a hang."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Group, Policy
from tests.kernels.conftest import PRELUDE, PUBLISH
from tests.kernels.jupyter import api, running_kernel, running_notebook
from tests.kernels.responder import listen
from tests.waiting import until

KEYS = ["zarr.json", "c/0/0"]
SLOW = """
class Slow:
    shape, dtype, chunks = (4,), np.dtype("f8"), (4,)
    def __array__(self, dtype=None, copy=None): time.sleep(60)
    def __getitem__(self, region): time.sleep(60)
jz.publish(slow=Slow())
"""
# A child that holds all sockets, as a forked one does; but one of several threads may deadlock in Python.
FORK = """
import contextlib, subprocess
for fd in map(int, os.listdir("/proc/self/fd")):
    with contextlib.suppress(OSError):  # what listed them is closed by now
        os.set_inheritable(fd, True)
subprocess.Popen(["sleep", "20"], close_fds=False)
"""


def pid_of(kernel) -> int:
    return int(kernel.run("import os; print(os.getpid())"))


def has_restarted(kernel, pid):
    try:
        return pid_of(kernel) != pid
    except RuntimeError:  # it died before it answered the client, or has not started yet
        return False


def ask(server, path, seconds=2.0):
    """The answer, which must be a refusal with a reason and in time."""
    start = time.monotonic()
    answer = server.get(f"zarr/v3/{path}")
    assert time.monotonic() - start < seconds, answer.text
    assert answer.status_code == 503, (path, answer.text)
    assert answer.headers["Retry-After"] == "1"
    return answer.json()["message"]


def test_a_restarted_kernel_has_to_publish_again(busy_server):
    with running_notebook(busy_server, "restart.ipynb") as (kernel, _):
        places = [kernel.path, "notebooks/restart.ipynb"]
        kernel.run(PUBLISH)
        for place in places:
            assert busy_server.get(f"zarr/v3/{place}/t/c/0/0").status_code == 200
        kernel.api("POST", "/restart")
        for path in [f"{place}/t/{key}" for place in places for key in KEYS]:
            assert "run the cell" in ask(busy_server, path)
        kernel.run(PUBLISH)
        for place in places:
            assert busy_server.open(3, f"{place}/t")[2, 3] == 11


def test_chunks_of_a_restarted_kernel_that_nobody_asked_before_are_no_fill_values(busy_server, kernel):
    kernel.run(PUBLISH)
    kernel.api("POST", "/restart")
    ask(busy_server, f"{kernel.path}/t/c/0/0")
    assert busy_server.get(f"zarr/v2/{kernel.path}/t/0.0").status_code == 503


def test_a_notebook_with_another_kernel_has_to_publish_again(busy_server):
    with (
        running_notebook(busy_server, "changed.ipynb") as (kernel, session),
        running_kernel(busy_server) as other,
    ):
        kernel.run(PUBLISH)
        assert busy_server.get("zarr/v3/notebooks/changed.ipynb/t/c/0/0").status_code == 200
        api(busy_server, "PATCH", f"sessions/{session}", kernel={"id": other.id})
        for key in KEYS:
            ask(busy_server, f"notebooks/changed.ipynb/t/{key}")


def test_a_closed_notebook_is_unavailable(busy_server):
    with running_notebook(busy_server, "closed.ipynb") as (kernel, session):
        kernel.run(PUBLISH)
        assert busy_server.get("zarr/v3/notebooks/closed.ipynb/t/c/0/0").status_code == 200
        api(busy_server, "DELETE", f"sessions/{session}")
        for key in KEYS:
            assert "closed or renamed" in ask(busy_server, f"notebooks/closed.ipynb/t/{key}")
        assert busy_server.get(f"zarr/v3/{kernel.path}/t/zarr.json").status_code == 404
        assert busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 422


@pytest.mark.parametrize("forked", [False, True], ids=["alone", "with a forked child"])
def test_a_killed_kernel(busy_server, kernel, forked):
    kernel.run(PUBLISH)
    assert busy_server.open(3, kernel.path)["t"][0, 1] == 1
    pid = pid_of(kernel)
    if forked:
        kernel.run(FORK)
        assert busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
    os.kill(pid, signal.SIGKILL)
    for key in [*KEYS, *KEYS]:
        ask(busy_server, f"{kernel.path}/t/{key}")
    until(lambda: has_restarted(kernel, pid))
    for key in KEYS:
        ask(busy_server, f"{kernel.path}/t/{key}")
    kernel.run(PUBLISH)
    assert busy_server.open(3, kernel.path)["t"][0, 1] == 1


@pytest.mark.parametrize("forked", [False, True], ids=["alone", "with a forked child"])
def test_a_kernel_killed_while_it_answers(busy_server, kernel, forked):
    kernel.run(PRELUDE + SLOW)
    pid = pid_of(kernel)
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(busy_server.get, f"zarr/v3/{kernel.path}/slow/c/0")
        time.sleep(0.5)
        if forked:
            kernel.run(FORK)
        os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        answer = pending.result(20)
    assert answer.status_code == 503, answer.text
    assert "run the cell" in answer.json()["message"]
    assert time.monotonic() - killed < 2


def test_a_call_that_holds_the_interpreter_lock(busy_server, kernel):
    kernel.run(PUBLISH)
    kernel.run("import ctypes; ctypes.PyDLL(None).sleep(6)", wait=False)
    time.sleep(0.5)
    with ThreadPoolExecutor(12) as pool:
        messages = list(pool.map(lambda _: ask(busy_server, f"{kernel.path}/t/c/0/0", 4), range(12)))
    assert all("busy" in message for message in messages)
    until(lambda: busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200, 15)


def test_a_stopped_process_is_busy_and_comes_back(busy_server, kernel):
    kernel.run(PUBLISH)
    pid = pid_of(kernel)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert "busy" in ask(busy_server, f"{kernel.path}/t/c/0/0", 4)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200


def test_a_loop_in_the_kernel_delays_nothing_for_long(busy_server, kernel):
    kernel.run(PUBLISH)
    kernel.begin("while True: pass")
    for _ in range(20):
        assert busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
    kernel.api("POST", "/interrupt")
    assert busy_server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200


def test_no_socket_is_left_behind(busy_server):
    fds = f"/proc/{busy_server.process.pid}/fd"
    counts = []
    for _ in range(4):
        with running_kernel(busy_server) as kernel:
            kernel.run(PUBLISH)
            with ThreadPoolExecutor(16) as pool:
                paths = [f"zarr/v3/{kernel.path}/t/c/0/0"] * 200
                assert {answer.status_code for answer in pool.map(busy_server.get, paths)} == {200}
            pid_of(kernel)
        until(lambda: not counts or len(os.listdir(fds)) <= counts[0] + 2)  # noqa: PTH208
        counts.append(len(os.listdir(fds)))  # noqa: PTH208


class TestFalseEndpoints:
    """Whoever answers for a kernel must know its key."""

    @pytest.fixture
    def place(self, kernel):
        pid_of(kernel)
        assert not kernel.endpoint_file.exists()
        return kernel

    @staticmethod
    def announce(kernel, **place):
        kernel.endpoint_file.write_bytes(wire.encode_endpoint(wire.Endpoint(os.getpid(), **place)))

    def test_the_right_key_over_tcp(self, busy_server, place, zarr_format):
        key = place.key
        root = Group(children={"t": adapt(np.arange(300_000.0), Policy())})
        with listen(root, place.connection_file, key, tcp=True):
            assert busy_server.open(zarr_format, place.path)["t"][-1] == 299_999

    def test_a_wrong_key(self, busy_server, place):
        with listen(Group(), place.connection_file, b"wrong"):
            for key in KEYS:
                ask(busy_server, f"{place.path}/t/{key}")

    @pytest.mark.parametrize(
        "greeting",
        [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"JZS1" + b"\xff" * 12, wire.encode_hello("0" * 4096),
         wire.encode_frame({"hello": 1, "version": 2, "nonce": "0" * 32}),
         wire.encode_hello("0" * 32) + wire.encode_welcome("0" * 64),
         wire.encode_hello("0" * 32) * 2],
    )  # fmt: skip
    def test_a_stranger(self, busy_server, place, greeting):
        with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

            def greet():
                for _ in range(2):
                    connection, _ = listener.accept()
                    with connection:
                        connection.sendall(greeting)
                        connection.settimeout(5)
                        while connection.recv(1 << 16):
                            pass

            self.announce(place, tcp=listener.getsockname())
            greeted = pool.submit(greet)
            for key in KEYS:
                ask(
                    busy_server, f"{place.path}/t/{key}", 3.5
                )  # a second more, to find out whether the kernel answers at all
            greeted.exception(10)

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version": 9}', b'{"version": 1, "pid": 1}'])
    def test_a_broken_announcement(self, busy_server, place, content):
        place.endpoint_file.write_bytes(content)
        for key in KEYS:
            ask(busy_server, f"{place.path}/t/{key}")

    def test_nobody_listens(self, busy_server, place, tmp_path):
        for where in ({"unix": str(tmp_path / "nothing")}, {"tcp": ("127.0.0.1", 9)}):
            self.announce(place, **where)
            for key in KEYS:
                assert "no longer listens" in ask(busy_server, f"{place.path}/t/{key}")
