"""What a kernel survives: no memory, interrupts, failure after failure; and what keeps it alive."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import requests

from tests.kernels.conftest import PUBLISH
from tests.kernels.gateway import out_of_reach
from tests.kernels.jupyter import Kernel, api, running_kernel
from tests.server import Server, running_server
from tests.waiting import until

OBJECTS = """
import resource
class Four:
    shape, dtype, chunks = (4,), np.dtype("f8"), (4,)
    def __init__(self, read): self.read = read
    def __array__(self, dtype=None, copy=None): return self[:]
    def __getitem__(self, region): return self.read()[region]
def fail(error): raise error
def slow(seconds): time.sleep(seconds); return np.arange(4.0)
"""
# What there is, and so much more; all that is allocated at once must fit.
LIMIT = """
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (60 << 20), -1))
"""
IDLE_SECONDS = 6  # a kernel may take a while to start, in which it is idle
UNLIMIT = "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"


def get(kernel: Kernel, path: str) -> requests.Response:
    return kernel.server.get(f"zarr/v3/{kernel.path}/{path}")


def assert_goes_on(kernel: Kernel) -> None:
    """It still answers, and still runs cells."""
    np.testing.assert_array_equal(
        kernel.server.open(3, f"{kernel.path}/t")[:], np.arange(12.0).reshape(3, 4)
    )
    assert kernel.run("print('alive')") == "alive\n"


@pytest.fixture
def objects(kernel: Kernel) -> Kernel:
    kernel.run(PUBLISH + OBJECTS)
    return kernel


class TestMemory:
    def test_an_object_that_raises(self, objects):
        objects.run("jz.publish(x=Four(lambda: fail(MemoryError())))")
        answer = get(objects, "x/c/0")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["message"].startswith("x/c/0: there was not enough memory")
        assert_goes_on(objects)

    def test_a_kernel_at_its_limit(self, objects):
        objects.run("wide = np.random.default_rng(0).random(10_000_000)")
        objects.run("jz.publish('wide', wide, chunks=(10_000_000,))")
        objects.run("jz.publish(x=Four(lambda: np.ones(1 << 34)))")
        objects.run(LIMIT)
        for _ in range(3):
            for name in ("wide", "x"):  # too large to be encoded, too large to be made
                answer = get(objects, f"{name}/c/0")
                assert answer.status_code == 503, answer.text
                assert "not enough memory" in answer.json()["message"]
            assert_goes_on(objects)
        objects.run(UNLIMIT)
        assert get(objects, "wide/c/0").status_code == 200

    @pytest.mark.parametrize("error", ["SystemExit()", "KeyboardInterrupt()"])
    def test_an_object_that_wants_to_end_the_kernel(self, objects, error):
        objects.run(f"jz.publish(x=Four(lambda: fail({error})))")
        answer = get(objects, "x/c/0")
        assert answer.status_code == 503
        assert "hung up" in answer.json()["message"]
        assert_goes_on(objects)

    def test_a_kernel_that_gets_no_threads_for_a_while(self, objects):
        objects.run("""
from threading import Thread
start, Thread.start = Thread.start, lambda self: fail(RuntimeError("can't start new thread"))
""")
        assert get(objects, "t/c/0/0").status_code == 503
        objects.run("Thread.start = start")
        assert_goes_on(objects)


class TestInterrupts:
    def test_readers_do_not_notice(self, objects):
        objects.run("jz.publish(x=Four(lambda: slow(1)))")
        with ThreadPoolExecutor(8) as pool:
            pending = [pool.submit(get, objects, "x/c/0") for _ in range(8)]
            for _ in range(5):
                time.sleep(0.15)
                objects.api("POST", "/interrupt")
            answers = [answer.result() for answer in pending]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        np.testing.assert_array_equal(objects.server.open(2, f"{objects.path}/x")[:], np.arange(4.0))
        assert_goes_on(objects)

    def test_a_cell_is_interrupted_while_it_is_read(self, objects):
        objects.run("jz.publish(x=Four(lambda: slow(1)))")
        objects.begin("while True: pass")
        with ThreadPoolExecutor(1) as pool:
            pending = pool.submit(get, objects, "x/c/0")
            time.sleep(0.5)
            objects.api("POST", "/interrupt")
            assert pending.result().status_code == 200
        assert_goes_on(objects)


def test_what_takes_too_long_is_told_truly(objects):
    objects.run("jz.publish(x=Four(lambda: slow(3)))")
    answer = get(objects, "x/c/0")
    assert answer.status_code == 503
    message = answer.json()["message"]
    assert "no answer within 2 s" in message
    assert "x/c/0 is computing since 2 s" in message
    assert "kernel_timeout" in message
    assert_goes_on(objects)


@pytest.mark.parametrize("way", [nullcontext, out_of_reach], ids=["socket", "control channel"])
def test_a_retry_gets_what_takes_longer_than_a_request_may(objects, way):
    """It is begun once, and goes to one alone: later readers see the object as it is then."""
    with way(objects):
        assert_late_answers_are_kept(objects)


def assert_late_answers_are_kept(objects: Kernel) -> None:
    objects.run(
        "made = []\n"
        "def late():\n"
        "    made.append(1)\n"
        "    time.sleep(3.5 if len(made) == 1 else 0)\n"
        "    return np.full(4, float(len(made)))\n"
        "jz.publish('x', Four(late), compressor=None)"
    )
    messages, deadline = [], time.monotonic() + 30
    while (answer := get(objects, "x/c/0")).status_code == 503 and time.monotonic() < deadline:
        messages.append(answer.json()["message"])
    assert answer.status_code == 200, messages
    assert np.frombuffer(answer.content)[0] == int(objects.run("print(len(made))"))
    seconds = [int(message.partition(" since ")[2].partition(" s")[0]) for message in messages]
    assert seconds, "nothing was late"
    assert seconds == sorted(set(seconds)), messages
    assert np.frombuffer(get(objects, "x/c/0").content)[0] > np.frombuffer(answer.content)[0]


class TestCulling:
    @pytest.fixture
    def culling(self, tmp_path: Path) -> Iterator[Server]:
        options = {"idle_timeout": IDLE_SECONDS, "interval": 1, "connected": True}
        arguments = [f"--MappingKernelManager.cull_{name}={value}" for name, value in options.items()]
        (tmp_path / "root").mkdir()
        with running_server(tmp_path / "root", tmp_path, *arguments) as server:
            yield server

    def test_a_kernel_that_is_read_is_not_idle(self, culling):
        with running_kernel(culling) as kernel:
            kernel.run(PUBLISH)
            activity = kernel.api("GET").json()["last_activity"]
            end = time.monotonic() + 1.5 * IDLE_SECONDS
            while time.monotonic() < end:
                assert get(kernel, "t/c/0/0").status_code == 200
                now = kernel.api("GET").json()["last_activity"]
                assert now > activity
                activity = now
                time.sleep(0.5)
            until(lambda: api(culling, "GET", "kernels").json() == [], 3 * IDLE_SECONDS)
            assert get(kernel, "t/zarr.json").status_code == 404
            assert get(kernel, "t/c/0/0").status_code == 422, "no fill values"


def held(pid: int) -> tuple[int, int]:
    """The open files and the threads of a process."""
    process = Path(f"/proc/{pid}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


FAILURES = {
    "missing/zarr.json": 404, "missing/c/0": 503, "t/c/9/9": 404, "../x": 404,
    "none/c/0": 503, "bad/c/0": 422, "rude/c/0": 503, "wrong/c/0": 422,
}  # fmt: skip


def fail_often(kernel: Kernel) -> None:
    """Failures of all kinds, and clients that do not wait for an answer."""
    paths = [*FAILURES] * 10
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda path: get(kernel, path), paths))
        assert {(path, answer.status_code) for path, answer in zip(paths, answers, strict=True)} == {
            *FAILURES.items()
        }
        gone = list(pool.map(lambda _: gives_up(kernel, "late/c/0"), range(16)))
    assert any(gone), "those who ask as it is done are handed what others waited for"
    assert get(kernel, "late/c/0").status_code in {200, 503}, "done while nobody waited, or not yet"


def gives_up(kernel: Kernel, path: str) -> bool:
    """Whether a client goes away before there is an answer."""
    url = f"{kernel.server.url}zarr/v3/{kernel.path}/{path}"
    try:
        requests.get(url, headers=kernel.server.headers, timeout=0.2)
    except requests.ReadTimeout:
        return True
    return False


def test_failures_leave_nothing_behind(busy_server, objects):
    objects.run("""
for name, read in dict(
    none=lambda: fail(MemoryError()), bad=lambda: fail(ValueError("bad")), rude=lambda: fail(SystemExit()),
    wrong=lambda: np.arange(3.0), late=lambda: slow(3),
).items():
    jz.publish(name, Four(read))
""")
    pids = busy_server.process.pid, int(objects.run("print(os.getpid())"))
    fail_often(objects)
    time.sleep(4)  # what is late ends
    before = [held(pid) for pid in pids]
    for _ in range(2):
        fail_often(objects)

    def is_as_before() -> bool:
        now = [held(pid) for pid in pids]
        # Eight connections are kept for a while, each with a thread in the kernel.
        return all(n <= b + 8 for n, b in zip(chain(*now), chain(*before), strict=True))

    until(is_as_before, 20)
    assert_goes_on(objects)
