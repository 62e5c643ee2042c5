"""Clients that go away or take their bytes slowly harm nobody else."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from tests.server import Server, running_server
from tests.waiting import until

CHUNKS, LENGTH = 64, 1 << 18  # chunks of 2 MiB


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one thread only, of an array in many large chunks."""
    root = tmp_path_factory.mktemp("root")
    values = np.random.default_rng(0).random(CHUNKS * LENGTH)
    np.save(root / "large.npy", values)
    np.save(root / "small.npy", np.arange(5))
    arguments = ("--ZarrServeApp.workers=1", f"--ZarrServeApp.chunk_bytes={LENGTH * 8}")
    with running_server(root, tmp_path_factory.mktemp("private"), *arguments) as server:
        assert server.open(3, "files/large.npy").chunks == (LENGTH,)
        yield server


def asking(server: Server, path: str, *, room: int | None = None) -> socket.socket:
    """A connection that has asked for a path and reads nothing."""
    parts = urlsplit(server.url)
    connection = socket.socket()
    if room is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.settimeout(60)
    connection.connect((parts.hostname, parts.port))
    lines = [f"GET {parts.path}{path} HTTP/1.1", "Host: localhost", f"Authorization: token {server.token}"]
    connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
    return connection


def chunk(number: int) -> str:
    return f"zarr/v3/files/large.npy/c/{number}"


def metric(server: Server, name: str) -> float:
    lines = server.get("metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"jupyter_zarr_serve_{name} "))


def wait_until_all_is_over(server: Server) -> None:
    until(lambda: not metric(server, "in_flight") and not metric(server, "outgoing_bytes"))


@pytest.mark.parametrize("abruptly", [False, True])
def test_who_goes_away_leaves_nothing_behind(busy: Server, abruptly: bool):
    connections = [asking(busy, chunk(number)) for number in range(CHUNKS)]
    for connection in connections:
        if abruptly:  # a reset in place of an orderly end
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert busy.open(3, "files/small.npy")[:].tolist() == [0, 1, 2, 3, 4]
    wait_until_all_is_over(busy)
    assert "Traceback" not in busy.log.read_text()
    assert busy.get(chunk(0)).status_code == 200


@pytest.mark.parametrize("path", ["zarr/view?path=files/small.npy", "zarr/v3/files", "zarr/shares"])
def test_a_page_that_is_left_before_it_comes_is_no_failure(busy: Server, path: str):
    for _ in range(20):
        with asking(busy, path) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert busy.get(path).status_code == 200
    assert "StreamClosedError" not in busy.log.read_text()


def test_who_goes_away_in_the_midst_of_a_body(busy: Server):
    expected = busy.get(chunk(1)).content
    for _ in range(3):
        with asking(busy, chunk(1), room=1 << 16) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
    wait_until_all_is_over(busy)
    assert busy.get(chunk(1)).content == expected
    assert "Traceback" not in busy.log.read_text()


def test_who_reads_slowly_keeps_nobody_waiting(busy: Server):
    slow = [asking(busy, chunk(number % 8), room=1 << 12) for number in range(24)]
    for number in range(8, 16):
        assert busy.get(chunk(number)).status_code == 200
        assert busy.get("zarr/v3/files/small.npy/zarr.json").status_code == 200
    for number, connection in enumerate(slow[:2]):
        answer = b""
        while more := connection.recv(1 << 20):
            answer += more
        assert answer.partition(b"\r\n\r\n")[2] == busy.get(chunk(number)).content
    for connection in slow:
        connection.close()
    wait_until_all_is_over(busy)
    assert "Traceback" not in busy.log.read_text()


def test_one_who_asks_for_much_keeps_another_waiting_for_one_turn(busy: Server):
    many = [asking(busy, chunk(number % CHUNKS) + "/" * (number // CHUNKS)) for number in range(2 * CHUNKS)]
    small = busy.get("zarr/v3/files/small.npy/c/0")
    assert small.status_code == 200
    assert metric(busy, "in_flight") > 1
    for connection in many:
        connection.close()
    wait_until_all_is_over(busy)


def status_for_another(server: Server, path: str) -> int:
    """The status for somebody at another address of this machine."""
    place = urlsplit(server.url)
    another = HTTPConnection(place.hostname or "", place.port, timeout=60, source_address=("127.0.0.2", 0))
    with closing(another):
        another.request("GET", path, headers=server.headers)
        return another.getresponse().status


def test_who_fills_the_memory_with_answers_waits_alone(tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()
    np.save(root / "large.npy", np.random.default_rng(0).random(1 << 22))
    np.save(root / "small.npy", np.arange(5))
    limits = ("--ZarrServeApp.limits=outgoing_bytes=1048576", "--ZarrServeApp.chunk_bytes=16777216")
    with running_server(root, tmp_path, *limits) as server:
        slow = [asking(server, chunk(number), room=1 << 12) for number in (0, 1)]
        until(lambda: metric(server, "outgoing_bytes") >= 1 << 20)
        assert status_for_another(server, "/zarr/v3/files/small.npy/c/0") == 200
        assert metric(server, "outgoing_bytes") >= 1 << 20
        for connection in slow:
            connection.close()
        wait_until_all_is_over(server)
