"""What fails for good is raised at once, what may pass is tried again; long reads are seen and ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client import reader
from jupyter_zarr_serve.client.kinds import whole
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.serve.request import Request, Response, refusal

DOCUMENT = {
    "zarr_format": 3, "node_type": "array", "shape": [8], "data_type": "float64", "fill_value": 0.0,
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [8]}}, "attributes": {},
    "chunk_key_encoding": {"name": "default"},
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
}  # fmt: skip
VALUES = np.arange(8.0)
PROGRAM = """
import sys, jupyter_zarr_serve as jz
array = jz.open(sys.argv[1], timeout=3600)
print("opened", flush=True)
array[...]
"""
Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(chunk: Callable[[int], Answer]) -> Iterator[str]:
    """The address of an array whose chunk is what a function answers to its first request, its second, …"""
    asked = iter(range(1, 1000))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_document = self.path.endswith("zarr.json")
            told = (200, {}, json.dumps(DOCUMENT).encode()) if is_document else chunk(next(asked))
            status, headers, body = told
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/zarr/v3/files/x"
        server.shutdown()


def failure(status: int, **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, told, json.dumps({"message": "the kernel is busy"}).encode()


@pytest.fixture
def pauses(environment) -> list[float]:
    """The seconds that were waited; none of them are."""
    waited: list[float] = []

    class Clock:
        def sleep(self, seconds: float) -> None:
            waited.append(seconds)

        def monotonic(self) -> float:
            return sum(waited)

    environment.setattr(reader, "time", Clock())
    return waited


def test_what_may_pass_is_tried_again_and_more_rarely(pauses):
    with serving(lambda n: failure(503) if n <= 6 else (200, {}, VALUES.tobytes())) as address:
        assert jz.open(address)[...].tolist() == VALUES.tolist()
    assert len(pauses) == 6
    assert all(0.05 * 2**n <= pause <= 0.1 * 2**n for n, pause in enumerate(pauses))


def test_the_server_says_how_long_to_wait(pauses):
    with serving(
        lambda n: failure(503, Retry_After="3") if n <= 2 else (200, {}, VALUES.tobytes())
    ) as address:
        assert jz.open(address)[...].tolist() == VALUES.tolist()
    assert pauses == [3.0, 3.0]


def test_after_some_time_it_is_a_failure_with_what_the_server_said(pauses):
    with serving(lambda _: failure(503, Retry_After="1")) as address:
        array = jz.open(address, timeout=5)
        with pytest.raises(TimeoutError, match="the kernel is busy"):
            array[...]
    assert sum(pauses) <= 5


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, PermissionError),
        (403, PermissionError),
        (409, ValueError),
        (422, ValueError),
        (500, RuntimeError),
    ],
)
def test_what_never_passes_is_raised_at_once(pauses, status, error):
    asked = []
    with serving(lambda n: asked.append(n) or failure(status, Retry_After="1")) as address:
        array = jz.open(address)
        with pytest.raises(error, match="the kernel is busy"):
            array[...]
    assert (asked, pauses) == ([1], [])


def test_what_a_kernel_never_can_read_is_raised_at_once(pauses):
    class Way:
        def ask(self, request: Request) -> Response:
            return refusal(Unreadable("the file is damaged"), request.method)

    with pytest.raises(ValueError, match="damaged"):
        reader.Reader(Way(), ("x",)).document()
    assert pauses == []


@pytest.mark.skipif(sys.platform == "win32", reason="it has no signals")
def test_a_program_that_is_interrupted_ends(environment):
    asked = []
    with serving(lambda n: asked.append(n) or failure(503, Retry_After="1")) as address:
        command = [sys.executable, "-c", PROGRAM, address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == b"opened\n"
            while not asked:
                time.sleep(0.01)
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=120)
    assert b"KeyboardInterrupt" in said


def test_a_long_read_shows_how_far_it_is(environment, capsys, mine, served_dir):
    np.save(served_dir / "long.npy", np.arange(4000.0).reshape(40, 100))
    environment.setattr(whole, "_AT_ONCE", 1600)
    environment.setattr(whole, "_LONG", 0)
    values: Any = jz.open("long.npy", as_="numpy")
    np.testing.assert_array_equal(values, np.arange(4000.0).reshape(40, 100))
    shown = capsys.readouterr().err
    assert "files/long.npy" in shown
    assert "/32.0k" in shown, "bytes of all"
    assert mine.token not in shown
