"""Kernels out of reach of sockets, asked over the control channel: the same answers, the same refusals."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client.watching import Change
from tests.kernels.conftest import PRELUDE, PUBLISH
from tests.kernels.gateway import Place, behind_a_gateway, on_another_address, opened, out_of_reach
from tests.kernels.jupyter import Kernel, api, running_notebook, runtime_of
from tests.kernels.test_failing import KEYS, SLOW, ask, has_restarted, pid_of
from tests.live import SECONDS, connected
from tests.waiting import until

TIMEOUT = "--ZarrServeApp.limits=kernel_timeout=4"
SOON = 6.0  # seconds: the timeout and some
# More than a WebSocket takes unless it is told otherwise.
LARGE = PRELUDE + (
    "data = np.random.default_rng(0).integers(0, 256, 12 << 20, 'u1')\n"
    "jz.publish('large', data, chunks=data.shape)"
)
T = np.arange(12.0).reshape(3, 4)


@pytest.fixture(scope="module", params=[behind_a_gateway, on_another_address])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server for each way in which kernels may be out of reach."""
    folder: Path = tmp_path_factory.mktemp("far")
    with request.param(folder, TIMEOUT) as place:
        yield place


@pytest.fixture
def kernel(place: Place) -> Iterator[Kernel]:
    """A kernel that publishes nothing yet."""
    with place.kernel() as kernel:
        until(lambda: runs(kernel))
        yield kernel


def runs(kernel: Kernel) -> bool:
    try:
        return kernel.run(PRELUDE) == ""
    except RuntimeError:  # it has not started yet
        return False


def listed(place: Place) -> set[str]:
    answer = place.server.get("zarr/v3/kernels/", headers={"Accept": "application/json"})
    return set(answer.json()["members"])


def test_changes_are_told(place, kernel):
    kernel.run(PUBLISH)
    t, big = f"{kernel.path}/t", f"{kernel.path}/big"
    with connected(place.server) as live:
        told = live.subscribe(kernel.path, t, big)
        assert all(one["is_there"] for one in told.values())
        kernel.run("t[:] = 5")
        assert live.notice(t)["kind"] == "data"
        kernel.run("jz.publish(new=np.zeros(2))")
        assert live.notice(kernel.path)["kind"] == "members"
        kernel.run("jz.unpublish('t')")
        assert live.notice(t)["kind"] == "gone"
        os.kill(pid_of(kernel), signal.SIGKILL)
        assert live.notice(big)["kind"] == "gone"


WRITES = """
import threading
def write():
    while not done.wait(0.05):
        t[:] += 1
done = threading.Event()
threading.Thread(target=write, daemon=True).start()
"""


def test_a_loop_is_watched_and_read_at_a_lower_rate(place, kernel):
    kernel.run(PUBLISH)
    seen: Queue[Change] = Queue()
    began = time.monotonic()
    with (
        jz.watch(f"{place.server.url}zarr/v3/{kernel.path}/t", seen.put, token=place.server.token),
        connected(place.server) as live,
    ):
        kernel.run(WRITES)
        kinds = [seen.get(timeout=SECONDS).kind for _ in range(4)]
        assert time.monotonic() - began > 2  # of a kernel within reach they take less than one
        assert kinds == ["data"] * 4
        keys = [f"v3/{kernel.path}/t/c/0/0"] * 2
        one, other = live.get(1, keys, together=True)
        assert (one.status, one.is_of_one_moment, one.body) == (200, True, other.body)
        kernel.run("done.set()")


def test_values_arrive(place, kernel, zarr_format):
    kernel.run(PUBLISH)
    group = place.server.open(zarr_format, kernel.path)
    np.testing.assert_array_equal(group["t"][:], T)
    np.testing.assert_array_equal(group["big"][:], np.arange(500_000))
    kernel.run("t[0, 0] = 77")
    assert place.server.open(zarr_format, f"{kernel.path}/t")[0, 0] == 77


def test_values_arrive_while_a_cell_runs(place, kernel, zarr_format):
    kernel.run(PUBLISH)
    with opened(place, kernel):
        kernel.begin("while True: pass")
        group = place.server.open(zarr_format, kernel.path)
        np.testing.assert_array_equal(group["t"][:], T)
        np.testing.assert_array_equal(group["big"][:], np.arange(500_000))
    kernel.api("POST", "/interrupt")
    assert pid_of(kernel)


def test_large_chunks_and_parts_of_them(place, kernel):
    kernel.run(LARGE)
    expected = np.random.default_rng(0).integers(0, 256, 12 << 20, "u1")
    np.testing.assert_array_equal(place.server.open(3, f"{kernel.path}/large")[:], expected)
    chunk = f"zarr/v3/{kernel.path}/large/c/0"
    whole = place.server.get(chunk)
    part = place.server.get(chunk, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, whole.content[1000:2000])
    same = place.server.get(chunk, headers={"If-None-Match": whole.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = place.server.get(chunk, "HEAD")
    assert head.headers["Content-Length"] == str(len(whole.content))


def test_many_requests_at_once_get_their_own_answers(place, kernel):
    kernel.run(PUBLISH + "\nfor n in range(20): jz.publish(f'a{n}', np.full(4, n))")

    def value(n: int) -> float:
        return float(place.server.open(3, f"{kernel.path}/a{n % 20}")[0])

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(value, range(60))) == [n % 20 for n in range(60)]


def test_slow_reading_holds_up_nobody(place, kernel):
    kernel.run(PUBLISH + SLOW)
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(ask, place.server, f"{kernel.path}/slow/c/0", SOON)
        time.sleep(0.5)
        assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
        assert not pending.done()
        assert "slow/c/0 is computing since" in pending.result()


def test_a_kernel_that_publishes_nothing(place, kernel):
    answer = place.server.get(f"zarr/v3/{kernel.path}/t/zarr.json")
    assert answer.status_code == 404
    assert "jz.publish" in answer.json()["message"]
    assert "publishes nothing" in ask(place.server, f"{kernel.path}/t/c/0/0")
    assert kernel.id not in listed(place)
    kernel.run(PUBLISH)
    assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
    assert place.server.get(f"zarr/v3/{kernel.path}/nothing/zarr.json").status_code == 404
    assert "not published" in ask(place.server, f"{kernel.path}/nothing/c/0")


def test_kernels_that_publish_are_listed_even_if_they_are_silent(place, kernel):
    kernel.run(PUBLISH)
    assert kernel.id in listed(place)
    with place.kernel() as other:
        until(lambda: runs(other))
        pids = [pid_of(one) for one in (kernel, other)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            start = time.monotonic()
            assert {kernel.id} == listed(place) & {kernel.id, other.id}
            assert time.monotonic() - start < 3
            for key in KEYS:
                assert "control channel" in ask(place.server, f"{other.path}/t/{key}", SOON)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
    assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200


def test_a_killed_kernel(place, kernel):
    kernel.run(PUBLISH)
    assert place.server.open(3, kernel.path)["t"][0, 1] == 1
    pid = pid_of(kernel)
    os.kill(pid, signal.SIGKILL)
    for key in KEYS:
        ask(place.server, f"{kernel.path}/t/{key}", SOON)
    until(lambda: has_restarted(kernel, pid))
    for key in KEYS:
        assert "run the cell" in ask(place.server, f"{kernel.path}/t/{key}", SOON)
    assert kernel.id not in listed(place)
    kernel.run(PUBLISH)
    assert place.server.open(3, kernel.path)["t"][0, 1] == 1


def test_a_kernel_restarted_while_it_answers(place, kernel):
    kernel.run(PUBLISH + SLOW)
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(ask, place.server, f"{kernel.path}/slow/c/0", SOON)
        time.sleep(0.5)
        kernel.api("POST", "/restart")
        pending.result()
    kernel.run(PUBLISH)
    assert place.server.open(3, kernel.path)["t"][0, 1] == 1


def test_a_kernel_that_stops_to_publish(place, kernel):
    kernel.run(PUBLISH)
    assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
    kernel.run("from jupyter_zarr_serve.publisher import service; service.stop()")
    assert kernel.run("print(*get_ipython().kernel.control_handlers)").count("zarr") == 0
    for key in KEYS:
        assert "run the cell" in ask(place.server, f"{kernel.path}/t/{key}", SOON)


def test_reading_counts_as_activity(place, kernel):
    kernel.run(PUBLISH)
    before = api(place.keeper, "GET", f"kernels/{kernel.id}").json()["last_activity"]
    assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
    until(lambda: api(place.keeper, "GET", f"kernels/{kernel.id}").json()["last_activity"] > before)


def test_a_notebook_is_found_by_its_path(place, zarr_format):
    with running_notebook(place.server, "far/away.ipynb") as (started, _):
        kernel = replace(started, runtime=runtime_of(place.keeper))
        until(lambda: runs(kernel))
        kernel.run(PUBLISH)
        np.testing.assert_array_equal(place.server.open(zarr_format, "notebooks/far/away.ipynb/t")[:], T)
        assert list(place.server.open(zarr_format, "notebooks/far").keys()) == ["away.ipynb"]


def test_a_gateway_that_has_ended(tmp_path):
    with behind_a_gateway(tmp_path, TIMEOUT) as place:
        kernel_id = api(place.server, "POST", "kernels", name="python3").json()["id"]
        kernel = Kernel(place.server, kernel_id, runtime_of(place.keeper))
        until(lambda: runs(kernel))
        kernel.run(PUBLISH)
        assert place.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
        place.keeper.process.terminate()
        place.keeper.process.wait(20)
        try:
            for key in KEYS:
                assert "gateway" in ask(place.server, f"{kernel.path}/t/{key}", SOON)
        finally:
            place.server.process.kill()  # Jupyter waits for ever for a gateway to end its kernels


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_local_kernel_whose_socket_is_elsewhere(busy_server, shared_kernel, zarr_format, busy):
    with out_of_reach(shared_kernel):
        if busy:
            shared_kernel.begin("while True: pass")
        group = busy_server.open(zarr_format, shared_kernel.path)
        np.testing.assert_array_equal(group["t"][:], T)
        np.testing.assert_array_equal(group["big"][:], np.arange(500_000))
        assert shared_kernel.id in set(busy_server.open(zarr_format, "kernels").keys())
        if busy:
            shared_kernel.api("POST", "/interrupt")
    np.testing.assert_array_equal(busy_server.open(zarr_format, shared_kernel.path)["t"][:], T)
