"""Watching real kernels: what appears in a running cell is told while it runs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.kernels.conftest import PRELUDE, PUBLISH
from tests.kernels.jupyter import Kernel

SECONDS = 60
RUNNING = "while not os.path.exists({flag!r}): time.sleep(0.01)"
LOOPING = "while not os.path.exists({flag!r}): pass"


def told(kernel: Kernel, **options: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in options.items())
    answer = kernel.server.get(f"zarr/api/changes/{kernel.path}?{query}")
    answer.raise_for_status()
    return answer.json()  # type: ignore[no-any-return]


def test_a_kernel_that_publishes_nothing_is_no_failure(kernel: Kernel):
    assert told(kernel) == {"mark": "", "is_all": False}


@pytest.mark.parametrize("rest", [RUNNING, LOOPING])
@pytest.mark.parametrize("first", ["", PUBLISH])
def test_a_change_is_told_while_the_cell_runs(kernel: Kernel, tmp_path, first, rest):
    flag = tmp_path / "flag"
    kernel.run(first)
    mark = told(kernel)["mark"]
    assert bool(mark) == bool(first)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(told, kernel, since=mark, wait=25)
        kernel.run(f"{PRELUDE}jz.publish(new=np.zeros(2))\n{rest.format(flag=str(flag))}", wait=False)
        try:
            assert waiting.result(SECONDS)["mark"] not in {mark, ""}
        finally:
            flag.touch()  # until then, the cell runs


def test_variables_are_told_while_they_are_served(kernel: Kernel, tmp_path):
    flag = tmp_path / "flag"
    kernel.run(f"{PRELUDE}%load_ext jupyter_zarr_serve")
    known = told(kernel)
    assert known["is_all"]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(told, kernel, since=known["mark"], wait=25)
        kernel.run(f"new = np.zeros(2)\n{RUNNING.format(flag=str(flag))}", wait=False)
        try:
            assert waiting.result(SECONDS)["mark"] != known["mark"]
        finally:
            flag.touch()
    kernel.run("%unload_ext jupyter_zarr_serve")
    assert not told(kernel)["is_all"]


def test_many_who_watch_keep_no_turn_from_others(kernel: Kernel):
    kernel.run(PUBLISH)
    mark = told(kernel)["mark"]
    with ThreadPoolExecutor(20) as threads:
        waiting = [threads.submit(told, kernel, since=mark, wait=25) for _ in range(20)]
        assert kernel.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
        assert not any(one.done() for one in waiting)
        kernel.run("jz.unpublish('t')")
        assert {one.result(SECONDS)["mark"] for one in waiting} != {mark}


def test_a_kernel_that_ends_is_told_to_publish_nothing(kernel: Kernel):
    kernel.run(PUBLISH)
    mark = told(kernel)["mark"]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(told, kernel, since=mark, wait=25)
        kernel.run("os.kill(os.getpid(), signal.SIGKILL)", wait=False)
        assert waiting.result(SECONDS)["mark"] == ""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("files", 400),
        ("", 400),
        ("kernels/none", 404),
        ("notebooks/none.ipynb", 404),
        ("kernels/{id}?since=../x", 400),
        ("kernels/{id}?wait=x", 400),
        ("kernels/{id}/t", 422),
    ],
)
def test_what_is_refused(shared_kernel: Kernel, path, status):
    answer = shared_kernel.server.get(f"zarr/api/changes/{path.format(id=shared_kernel.id)}")
    assert answer.status_code == status
    assert answer.json()["message"]
