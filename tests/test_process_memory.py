"""Memory that another process of this user copies: all of it or nothing, and nobody else's."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jupyter_zarr_serve import process_memory
from jupyter_zarr_serve.process_memory import is_copied, is_same_user, let_copy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets processes copy so")
VALUES = np.arange(200_000.0)
OTHER = f"""
import socket, sys
import numpy as np
from jupyter_zarr_serve.process_memory import let_copy
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listens", flush=True)
connection, _ = listener.accept()
values = np.arange({len(VALUES)}.0)
connection.sendall(b"%d" % let_copy(connection, memoryview(values).cast("B")))
connection.recv(1)
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[socket.socket, subprocess.Popen[str]]]:
    """A connection to a process, and that process, which says where `VALUES` are."""
    command = [sys.executable, "-c", OTHER, str(tmp_path / "s")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listens\n"
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(str(tmp_path / "s"))
            yield connection, process


def room_for(values: np.ndarray) -> tuple[np.ndarray, memoryview]:
    """An array of zeros, and its bytes."""
    room = np.zeros_like(values)
    return room, memoryview(room).cast("B")


@pytest.mark.parametrize("step", [1 << 20, 4096])
def test_all_of_it_is_copied_however_many_steps_it_takes(other, monkeypatch, step):
    monkeypatch.setattr(process_memory, "_STEP", step)
    connection, _ = other
    values, room = room_for(VALUES)
    assert is_copied(connection, int(connection.recv(20)), room)
    np.testing.assert_array_equal(values, VALUES)


def test_nothing_is_copied_of_a_process_that_ended(other):
    connection, process = other
    address = int(connection.recv(20))
    process.kill()
    process.wait()
    assert not is_copied(connection, address, room_for(VALUES)[1])


def test_memory_that_is_only_there_in_part_is_not_copied(other):
    connection, _ = other
    beyond = np.empty(1 << 30, np.uint8)  # of which the system provides what is used
    assert not is_copied(connection, int(connection.recv(20)), memoryview(beyond))


@pytest.mark.parametrize("address", [0, -1, 1 << 63, 1 << 70])
def test_no_memory_is_at_a_wrong_address(other, address):
    connection, _ = other
    assert not is_copied(connection, address, room_for(VALUES)[1])


def test_nobody_else_is_let_copy_or_copied(monkeypatch):
    one, another = socket.socketpair()
    with one, another, socket.socket() as over_the_network:
        address = let_copy(one, memoryview(VALUES).cast("B"))
        values, room = room_for(VALUES)
        assert is_same_user(one)
        assert is_copied(another, address, room)
        np.testing.assert_array_equal(values, VALUES)
        assert not is_same_user(over_the_network)
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert not is_same_user(one)
        assert not is_copied(another, address, room)
