"""The threads in a kernel: who may ask, what they survive, what they leave behind."""

import contextlib
import os
import signal
import stat
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.serve.request import Request
from tests.publisher.client import SECONDS, Connection, raw_socket
from tests.waiting import until

PUBLISH = "x = np.arange(4096, dtype='i4'); jz.publish('x', x, compressor=None)"
FORK_AND_SLEEP = """
import os, time
child = os.fork()
if not child:
    time.sleep(60)
    os._exit(0)
print(child)
"""
FORK_AND_PUBLISH = """
import os
from jupyter_zarr_serve.publisher import service
read, write = os.pipe()
if not os.fork():
    try:
        jz.publish(y=x)
    except RuntimeError as error:
        os.write(write, str(error).encode())
    service.running().close()  # as at exit
    os._exit(0)
os.wait()
print(os.read(read, 1000).decode())
"""
CHUNK = Request(3, ("x", "c", "0"))


def is_closed(connection):
    """Whether the kernel has nothing to say and hangs up, within the handshake's time."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def is_refused(file):
    try:
        raw_socket(file).close()
    except ConnectionRefusedError:
        return True
    return False


NAMES = "import threading; print([thread.name for thread in threading.enumerate()])"


def open_files(kernel):
    return int(kernel.run("import os; print(len(os.listdir('/proc/self/fd')))"))


def threads(kernel):
    return int(kernel.run("import threading; print(len(threading.enumerate()))"))


def test_only_this_user_may_look(kernel):
    kernel.run(PUBLISH)
    file = wire.endpoint_path(kernel.file)
    endpoint = wire.decode_endpoint(file.read_bytes())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(endpoint.unix).parent.stat().st_mode) == 0o700
    assert endpoint.pid == kernel.pid


def test_another_key_is_refused(kernel):
    kernel.run(PUBLISH)
    with pytest.raises(ConnectionResetError):
        Connection(kernel.file, key=b"another")


@pytest.mark.parametrize(
    "sent",
    [
        wire.encode_request(CHUNK),
        wire.encode_challenge("00", "00"),
        b"GET / HTTP/1.1\r\n\r\n",
        wire.PREFIX.pack(wire.MAGIC, wire.MAX_HEADER + 1, 0),
        wire.PREFIX.pack(wire.MAGIC, 2, 5) + b"{}hello",
        wire.PREFIX.pack(wire.MAGIC, 4, 0) + b"\xff\xfe\x00{",
        b"\0" * 100_000,
    ],
    ids=["request", "proof", "http", "header", "body", "json", "zeros"],
)
@pytest.mark.parametrize("is_known", [False, True], ids=["stranger", "server"])
def test_garbage_ends_the_connection_and_nothing_else(kernel, sent, is_known):
    kernel.run(PUBLISH)
    known = Connection(kernel.file).socket if is_known else raw_socket(kernel.file)
    with known:
        if not is_known:
            header, _ = wire.parse_prefix(known.recv(wire.PREFIX.size))
            known.recv(header)
        if is_known and sent == wire.encode_request(CHUNK):
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            known.sendall(sent)
        assert is_closed(known)
    assert kernel.connect().ask(CHUNK).status == 200


def test_frames_in_pieces_and_several_at_once(kernel):
    kernel.run(PUBLISH)
    connection = kernel.connect()
    frame = wire.encode_request(CHUNK)
    for i in range(len(frame)):
        connection.socket.sendall(frame[i : i + 1])
    assert wire.decode_response(*connection.read()).status == 200
    long = wire.encode_request(Request(3, ("x", "n" * 200_000)))
    connection.socket.sendall(frame + long + frame)
    assert [wire.decode_response(*connection.read()).status for _ in range(3)] == [200, 404, 200]


def test_large_bodies_arrive_whole(kernel):
    kernel.run("big = np.random.default_rng(0).bytes(100 << 20)\nbig = np.frombuffer(big, 'u1')")
    kernel.run("jz.publish('big', big, chunks=(100 << 20,), compressor=None)")
    body = kernel.connect().get("big/c/0").body
    kernel.run("import hashlib")
    expected = kernel.run("print(hashlib.sha256(big).hexdigest())").strip()
    import hashlib

    assert hashlib.sha256(body).hexdigest() == expected


def test_a_busy_kernel_answers(own_kernel):
    own_kernel.run(PUBLISH)
    with ThreadPoolExecutor(8) as pool:
        connections = [own_kernel.connect() for _ in range(8)]
        own_kernel.begin("while True: pass")
        time.sleep(0.5)
        times: list[float] = []

        def ask_often(connection):
            for _ in range(50):
                start = time.perf_counter()
                assert connection.ask(CHUNK).status == 200
                times.append(time.perf_counter() - start)

        start = time.perf_counter()
        list(pool.map(ask_often, connections))
        rate = len(times) / (time.perf_counter() - start)
    own_kernel.manager.interrupt_kernel()
    assert own_kernel.connect().ask(CHUNK).status == 200
    print(f"{rate:.0f}/s, median {statistics.median(times) * 1000:.1f} ms")
    assert rate > 10, "a generous bound: shared machines are slow"


def test_a_call_that_holds_the_interpreter_delays_only(own_kernel):
    own_kernel.run(PUBLISH)
    connection = own_kernel.connect()
    own_kernel.begin("import time; sum(range(10**8))")
    time.sleep(0.3)
    connection.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        connection.ask(CHUNK)
    connection.close()
    assert own_kernel.connect().ask(CHUNK).status == 200


def test_a_killed_kernel_refuses_even_with_a_child_alive(own_kernel):
    own_kernel.run(PUBLISH)
    child = int(own_kernel.run(FORK_AND_SLEEP).split()[0])
    connection = own_kernel.connect()
    os.kill(own_kernel.pid, signal.SIGKILL)
    try:
        with pytest.raises(ConnectionResetError):
            connection.read()
        until(lambda: is_refused(own_kernel.file))
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_forked_child_cannot_publish_and_leaves_the_parent_alone(own_kernel):
    own_kernel.run(PUBLISH)
    said = own_kernel.run(FORK_AND_PUBLISH)
    assert "forked" in said
    assert own_kernel.connect().ask(CHUNK).status == 200


def test_a_restarted_kernel_is_found_again(own_kernel):
    own_kernel.run(PUBLISH)
    endpoint = wire.decode_endpoint(wire.endpoint_path(own_kernel.file).read_bytes())
    own_kernel.manager.restart_kernel()
    own_kernel.client.wait_for_ready(timeout=SECONDS)
    assert not wire.endpoint_path(own_kernel.file).exists()
    assert not Path(endpoint.unix).parent.exists()
    own_kernel.run("import numpy as np, jupyter_zarr_serve as jz\n" + PUBLISH)
    assert own_kernel.connect().ask(CHUNK).status == 200


def test_a_killed_kernel_is_replaced_over_its_stale_file(own_kernel):
    own_kernel.run(PUBLISH)
    left = Path(wire.decode_endpoint(wire.endpoint_path(own_kernel.file).read_bytes()).unix).parent
    os.kill(own_kernel.pid, signal.SIGKILL)
    until(lambda: not own_kernel.manager.is_alive())
    assert wire.endpoint_path(own_kernel.file).exists()
    os.utime(left, (0, 0))
    own_kernel.manager.restart_kernel(now=True)
    own_kernel.client.wait_for_ready(timeout=SECONDS)
    own_kernel.run("import numpy as np, jupyter_zarr_serve as jz\n" + PUBLISH)
    assert own_kernel.connect().ask(CHUNK).status == 200
    assert not left.exists(), "what the killed kernel left is removed"


def test_a_hundred_connections_leave_nothing(kernel):
    kernel.run(PUBLISH)
    threads_before, files_before = threads(kernel), open_files(kernel)
    connections = [Connection(kernel.file) for _ in range(100)]
    with ThreadPoolExecutor(100) as pool:
        assert {r.status for r in pool.map(lambda c: c.ask(CHUNK), connections)} == {200}
    for connection in connections:
        connection.close()
    until(lambda: (threads(kernel), open_files(kernel)) == (threads_before, files_before))


def test_stopping_leaves_nothing(kernel):
    kernel.run("from jupyter_zarr_serve.publisher import service; service.stop()")
    until(lambda: "zarr-serve" not in kernel.run(NAMES))  # what other tests left ends
    threads_before, files_before = threads(kernel), open_files(kernel)
    kernel.run(PUBLISH)
    folder = Path(wire.decode_endpoint(wire.endpoint_path(kernel.file).read_bytes()).unix).parent
    connection = kernel.connect()
    kernel.run("service.stop()")
    assert is_closed(connection.socket)
    until(lambda: (threads(kernel), open_files(kernel)) == (threads_before, files_before))
    assert not folder.exists()
    assert not wire.endpoint_path(kernel.file).exists()


def test_a_loopback_port_serves_where_there_are_no_unix_sockets(kernel):
    kernel.run("import socket; saved = socket.AF_UNIX; del socket.AF_UNIX\n" + PUBLISH)
    kernel.run("socket.AF_UNIX = saved")
    endpoint = wire.decode_endpoint(wire.endpoint_path(kernel.file).read_bytes())
    assert endpoint.tcp is not None
    assert endpoint.tcp[0] == "127.0.0.1"
    assert kernel.connect().ask(CHUNK).status == 200
    with pytest.raises(ConnectionResetError):
        Connection(kernel.file, key=b"")


def test_objects_change_while_they_are_read(kernel):
    """Whatever is read is whole: all of one generation."""
    kernel.run("jz.publish(x=np.full(1000, 0, 'u1'))")
    stop = threading.Event()
    seen = set()

    def read():
        with Connection(kernel.file) as connection:
            while not stop.is_set():
                response = connection.get("x/c/0", byte_range="bytes=0-0")
                seen.add(response.status)

    reader = threading.Thread(target=read)
    reader.start()
    kernel.run("for i in range(300): jz.publish(x=np.full(1000, 1 + i % 200, ['u1', 'u2'][i % 2]))")
    stop.set()
    reader.join()
    assert seen <= {200, 206, 404, 409}
