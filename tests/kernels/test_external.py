"""Kernels that no server started: found by servers that are told where connection files are put."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels.conftest import PRELUDE
from tests.kernels.jupyter import api, run
from tests.server import Server, running_server
from tests.waiting import until

T = np.arange(12.0).reshape(3, 4)
PUBLISH = PRELUDE + "t = np.arange(12.0).reshape(3, 4)\nprint(jz.publish(t=t).url())"


@contextmanager
def outside_kernel(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A kernel started by nobody but us, once it is ready."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", str(file)]
    process = subprocess.Popen(command, env={**os.environ, "JUPYTER_RUNTIME_DIR": str(file.parent)})
    try:
        until(lambda: _is_whole(file) or process.poll() is not None)
        assert process.poll() is None, "the kernel has ended"
        yield process
    finally:
        process.kill()
        process.wait(20)


def _is_whole(file: Path) -> bool:
    try:
        return "key" in json.loads(file.read_text())
    except (OSError, ValueError):
        return False


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("external") / "kernel-outside.json"


@pytest.fixture(scope="module")
def kernel(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A kernel that publishes before there is any server."""
    with outside_kernel(file) as process:
        run(file, PUBLISH)
        yield process


@contextmanager
def late_server(file: Path, factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that looks for connection files where this one is put."""
    options = [
        "--ServerApp.allow_external_kernels=True",
        f"--ServerApp.external_connection_dir={file.parent}",
        "--ZarrServeApp.limits=kernel_timeout=2",
    ]
    with running_server(factory.mktemp("root"), factory.mktemp("jupyter"), *options) as server:
        yield server


@pytest.fixture(scope="module")
def servers(
    kernel: Any, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """Two servers that start after the kernel."""
    with late_server(file, tmp_path_factory) as one, late_server(file, tmp_path_factory) as other:
        yield one, other


def path_of(server: Server) -> str:
    """The address of the only kernel; each server gives it an id of its own."""
    (kernel,) = api(server, "GET", "kernels").json()
    return f"kernels/{kernel['id']}"


def test_a_server_that_starts_after_the_kernel_serves_it(servers, zarr_format):
    server = servers[0]
    (listed,) = server.open(zarr_format, "kernels").keys()
    assert f"kernels/{listed}" == path_of(server)
    np.testing.assert_array_equal(server.open(zarr_format, f"kernels/{listed}/t")[:], T)


def test_the_kernels_own_address_is_served(servers, file, zarr_format):
    """Of its ids the kernel knows none; the URLs it prints name its connection file."""
    url = run(file, f"print(jz.published()['t'].url({zarr_format}))").strip()
    assert url == f"/zarr/v{zarr_format}/kernels/outside/t"
    for server in servers:
        np.testing.assert_array_equal(server.open(zarr_format, "kernels/outside/t")[:], T)


def test_two_servers_read_one_kernel_at_the_same_time(servers, kernel, file):
    paths = [(server, f"zarr/v3/{path_of(server)}/t/c/0/0") for server in servers] * 20
    run(file, "while True: pass", wait=False)
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda where: where[0].get(where[1]), paths))
    finally:
        kernel.send_signal(signal.SIGINT)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    threads = run(file, "import threading; print([t.name for t in threading.enumerate()])")
    assert threads.count("zarr-serve") >= 3, "each server has connections of its own"


def test_changes_are_seen_through_both(servers, file):
    run(file, "t[2, 3] = 77")
    assert [server.open(3, path_of(server))["t"][2, 3] for server in servers] == [77, 77]
    run(file, "t[2, 3] = 11")


def test_a_link_and_a_copy_of_a_connection_file_lead_to_the_kernel(tmp_path, tmp_path_factory):
    file, external = tmp_path / "kernel-far.json", tmp_path / "external"
    external.mkdir()
    with outside_kernel(file), late_server(external / "any", tmp_path_factory) as server:
        run(file, PUBLISH)
        (external / "link.json").symlink_to(file)
        (external / "copy.json").write_text(file.read_text())
        listed = set(server.open(3, "kernels"))
        assert len(listed) == 2
        for name in (*listed, "copy", "far"):
            np.testing.assert_array_equal(server.open(3, f"kernels/{name}/t")[:], T)


def test_a_kernel_that_ends_is_never_a_fill_value(tmp_path_factory):
    file = tmp_path_factory.mktemp("external") / "kernel-brief.json"
    with outside_kernel(file) as kernel, late_server(file, tmp_path_factory) as server:
        run(file, PUBLISH)
        path = f"zarr/v3/{path_of(server)}/t"
        assert server.get(f"{path}/c/0/0").status_code == 200
        kernel.kill()
        kernel.wait(20)
        for key in ("zarr.json", "c/0/0"):
            assert server.get(f"{path}/{key}").status_code == 503
        file.unlink()
        assert api(server, "GET", "kernels").json() == []
        assert server.get(f"{path}/zarr.json").status_code == 404
        assert server.get(f"{path}/c/0/0").status_code == 422
