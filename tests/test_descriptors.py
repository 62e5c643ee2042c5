"""Memory that is handed over by a descriptor: sealed, private to who maps it, checked before it is."""

import os
import socket
import sys
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.descriptors import SIZE, can_pass, receive_described, send_described
from jupyter_zarr_serve.wire import FrameError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such memory")
BODY = bytes(range(256)) * 4096


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection."""
    one, other = socket.socketpair()
    with one, other:
        other.settimeout(20)
        yield one, other


def open_descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def head(size: object) -> bytes:
    return wire.encode_frame({"status": 200, SIZE: size})


def test_a_body_is_mapped_and_what_is_written_to_it_is_seen_by_nobody_else(ends):
    kernel, client = ends
    for _ in range(2):
        send_described(kernel, head(len(BODY)), BODY)
        header, body = receive_described(client)
        assert isinstance(body, mmap)
        assert b'"status":200' in header
        assert body[:] == BODY
        body[:4] = b"mine"
    assert BODY[:4] == bytes(range(4))


def test_a_frame_without_a_descriptor_is_received_as_it_is(ends):
    kernel, client = ends
    kernel.sendall(wire.encode_frame({}, 3) + b"abc")
    assert receive_described(client) == (b"{}", bytearray(b"abc"))


@pytest.mark.parametrize("size", [len(BODY) - 1, len(BODY) + 1, 0, -1, "many", None])
def test_memory_of_another_size_than_is_said_is_not_mapped(ends, size):
    kernel, client = ends
    send_described(kernel, head(size), BODY)
    with pytest.raises(FrameError):
        receive_described(client)


def test_memory_that_could_be_cut_short_is_not_mapped(ends, tmp_path):
    """Whoever reads beyond its end is killed."""
    kernel, client = ends
    (tmp_path / "file").write_bytes(BODY)
    for descriptor in (os.memfd_create("open"), os.open(tmp_path / "file", os.O_RDWR)):
        os.ftruncate(descriptor, len(BODY))
        socket.send_fds(kernel, [head(len(BODY))], [descriptor])
        os.close(descriptor)
        with pytest.raises((FrameError, OSError)):
            receive_described(client)


def test_no_descriptor_is_left_open(ends):
    kernel, client = ends
    before = open_descriptors()
    send_described(kernel, head(1), BODY)
    with pytest.raises(FrameError):
        receive_described(client)
    kernel.close()
    with pytest.raises(ConnectionError):
        receive_described(client)
    assert open_descriptors() == before - 1  # the end that was closed


def test_nobody_else_is_handed_memory(ends, monkeypatch):
    assert can_pass(ends[0])
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert not can_pass(ends[0])
    with socket.socket() as over_the_network:
        assert not can_pass(over_the_network)
