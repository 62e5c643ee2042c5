"""Several frames over one connection, whatever part of them comes at a time."""

import socket
import threading

import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.frames import receive_several
from jupyter_zarr_serve.wire import FrameError

FRAMES = b"".join(
    wire.encode_frame({"status": status}, size) + bytes(size)
    for status, size in ((200, 3), (404, 0), (200, 300_000))
)


@pytest.mark.parametrize("step", [1000, len(FRAMES)])
def test_each_frame_has_its_own_body(step):
    one, other = socket.socketpair()

    def send() -> None:
        for start in range(0, len(FRAMES), step):
            one.sendall(FRAMES[start : start + step])

    with one, other:
        sending = threading.Thread(target=send)
        sending.start()
        found = receive_several(other, 3)
        sending.join()
    assert [header for header, _ in found] == [b'{"status":200}', b'{"status":404}', b'{"status":200}']
    assert [len(body) for _, body in found] == [3, 0, 300_000]


@pytest.mark.parametrize("kept", [0, 5, 20, len(FRAMES) - 1])
def test_a_peer_that_hangs_up_is_an_error(kept):
    one, other = socket.socketpair()
    with other:
        threading.Thread(target=lambda: (one.sendall(FRAMES[:kept]), one.close())).start()
        with pytest.raises(ConnectionError):
            receive_several(other, 3)


def test_what_is_no_frame_is_an_error():
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"\xff" * 64)
        with pytest.raises(FrameError):
            receive_several(other, 1)
