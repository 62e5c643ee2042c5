"""Jobs in real kernels: how far they are is told truly, and one that is cancelled ends there."""

import os
import time
from contextlib import nullcontext
from dataclasses import replace

import pytest
import requests

from tests.kernels.gateway import out_of_reach
from tests.kernels.jupyter import Kernel
from tests.server import Server

ASYNC = {"Prefer": "respond-async"}
SECONDS = 60
SLOW = """
import time, dask, numpy as np, dask.array as da
import jupyter_zarr_serve as jz
made = []
def slow(block):
    time.sleep(pause)
    made.append(1)
    return block + len(block)
dask.config.set(scheduler="threads", num_workers=2)
pause = 0
x = da.zeros((54, 100), chunks=(1, 100)).map_blocks(slow, dtype="f8", meta=np.zeros((0, 0)))
jz.publish(x=x)
"""
# Nothing but the number of blocks that were made; the two that were being made then are, too.
MADE = "print(len(made))"


@pytest.fixture(params=[nullcontext, out_of_reach], ids=["socket", "control channel"])
def slow(kernel, request):
    """A kernel with a slow array, asked over its socket or over its control channel."""
    kernel.run(SLOW)
    with request.param(kernel):
        yield kernel


def asked(server: Server, path: str, scope: str = "zarr/", **headers: str) -> requests.Response:
    return server.get(f"{scope}{path}", headers={**ASYNC, **headers})


def followed(
    server: Server, answer: requests.Response, scope: str = "zarr/"
) -> tuple[list, requests.Response]:
    """What is told of a job until it is done; and its answer."""
    told = [answer.json()]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        answer = server.get(f"{scope}{told[0]['url']}?wait=5")
        if answer.status_code != 202:
            return told, answer
        told.append(answer.json())
    raise AssertionError(told[-1])


def cancelled_after(server: Server, answer: requests.Response, blocks: int, scope: str = "zarr/") -> dict:
    """What was told of a job last, before it was cancelled when some blocks were done."""
    told = answer.json()
    deadline = time.monotonic() + SECONDS
    while told.get("done", 0) < blocks and time.monotonic() < deadline:
        answer = server.get(f"{scope}{told['url']}?wait=5")
        assert answer.status_code == 202, answer.text
        told = answer.json()
    assert server.get(f"{scope}{told['url']}", "DELETE").status_code == 204
    return told


def made_at_the_end(kernel: Kernel) -> int:
    """How many blocks were made, of which nothing makes more a second after the job was cancelled."""
    time.sleep(1)
    made = int(kernel.run(MADE))
    time.sleep(1)
    assert int(kernel.run(MADE)) == made
    return made


def test_blocks_are_counted_until_the_answer_is_there(slow):
    slow.run("pause = 0.2")
    first = asked(slow.server, f"api/preview/{slow.path}/x?form=stats")
    assert first.status_code == 202
    assert first.headers["Location"].endswith(f"/zarr/{first.json()['url']}")
    told, answer = followed(slow.server, first)
    assert answer.status_code == 200  # it took longer than `kernel_timeout`, which is 2 s
    assert (answer.json()["min"], answer.json()["count"]) == (1, 5400)
    counted = [one for one in told if "done" in one]
    assert counted
    assert {(one["total"], one["unit"]) for one in counted} == {(54, "blocks")}
    done = [one["done"] for one in counted]
    assert done == sorted(done)
    assert done[-1] > done[0]
    assert all(abs(one["fraction"] - one["done"] / 54) < 1e-3 for one in counted)
    assert {one["path"] for one in told} == {f"{slow.path}/x"}
    assert slow.server.get(f"zarr/{told[0]['url']}").status_code == 404  # it was taken


def test_a_cancelled_job_ends_in_the_kernel(slow):
    slow.run("pause = 0.1")
    first = asked(slow.server, f"api/preview/{slow.path}/x?form=stats")
    told = cancelled_after(slow.server, first, 6)
    assert slow.server.get(f"zarr/{told['url']}").status_code == 404
    assert 6 <= made_at_the_end(slow) < 54


def test_a_job_is_cancelled_by_the_name_that_its_client_gave_it(kernel):
    kernel.run(SLOW + "pause = 0.1")
    name = "0123456789abcdef" * 2
    path = f"api/preview/{kernel.path}/x?form=stats"
    asked(kernel.server, path, Prefer=f"respond-async, job={name}")  # what it says need not come
    assert kernel.server.get(f"zarr/api/jobs/{name}", "DELETE").status_code == 204
    assert made_at_the_end(kernel) < 54
    unnamed = asked(kernel.server, path, Prefer="respond-async, job=../../x").json()
    assert len(unnamed["job"]) == 32
    assert kernel.server.get(f"zarr/{unnamed['url']}", "DELETE").status_code == 204


def test_what_is_quick_is_answered_at_once(slow):
    patient = {"Prefer": "wait=50, respond-async"}
    answer = asked(slow.server, f"api/preview/{slow.path}/x?form=rows&limit=2", **patient)
    assert answer.status_code == 200
    assert answer.json()["rows"][0][:2] == ["1.0", "1.0"]
    assert asked(slow.server, f"api/node/{slow.path}/nothing", **patient).status_code == 404


def test_a_chunk_address_is_never_a_job(kernel):
    kernel.run(SLOW + "pause = 0.1")
    answer = asked(kernel.server, f"v3/{kernel.path}/x/c/0/0")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    told, chunk = followed(kernel.server, asked(kernel.server, f"api/chunk/{kernel.path}/x/c/0/0"))
    assert chunk.status_code == 200
    assert chunk.content == kernel.server.get(f"zarr/v3/{kernel.path}/x/c/0/0").content
    assert chunk.headers["Content-Type"] == "application/octet-stream"
    assert told[0]["path"] == f"{kernel.path}/x/c/0/0"
    assert int(kernel.run(MADE)) <= 54 + 2


def test_a_job_goes_on_for_another_who_waits(kernel):
    """Two ask for the same; the first, for whom it was begun, cancels."""
    kernel.run(SLOW + "pause = 0.2")
    path = f"api/preview/{kernel.path}/x?form=stats"
    first = asked(kernel.server, path)
    time.sleep(1)  # what is younger is not shared
    second = asked(kernel.server, path)
    cancelled_after(kernel.server, first, 8)
    _, answer = followed(kernel.server, second)
    assert answer.status_code == 200
    assert int(kernel.run(MADE)) <= 54 + 2


def test_below_a_share_link(kernel):
    kernel.run(SLOW + "pause = 0.1")
    kernel.run("jz.publish(y=(x + 1).map_blocks(slow, dtype='f8', meta=np.zeros((0, 0))))")
    made = [
        kernel.server.get("zarr/api/shares", "POST", json={"path": f"{kernel.path}/{name}"}).json()
        for name in "xy"
    ]
    scopes = [f"zarr/s/{one['link'].partition('/s/')[2].partition('/')[0]}/" for one in made]
    nobody = replace(kernel.server, token="")
    first = asked(nobody, "api/preview/?form=stats", scopes[0])
    assert first.status_code == 202, first.text
    told = first.json()
    assert told["path"] == ""
    assert nobody.get(f"{scopes[1]}{told['url']}").status_code == 404  # another link's
    assert kernel.server.get(f"zarr/{told['url']}").status_code == 404  # a link's, no user's
    assert nobody.get(f"zarr/{told['url']}").status_code == 401
    assert nobody.get(f"{scopes[1]}{told['url']}", "DELETE").status_code == 204  # of nothing: it goes on
    told, answer = followed(nobody, first, scopes[0])
    assert answer.json()["count"] == 5400
    assert told[-1]["total"] == 54
    cancelled_after(nobody, asked(nobody, "api/preview/?form=stats", scopes[1]), 4, scopes[1])


def test_a_kernel_that_dies_in_a_job(kernel):
    kernel.run(SLOW + "pause = 0.2")
    first = asked(kernel.server, f"api/preview/{kernel.path}/x?form=stats")
    os.kill(int(kernel.run("import os; print(os.getpid())")), 9)
    _, answer = followed(kernel.server, first)
    assert answer.status_code == 503


def test_a_sort_tells_its_rows_and_is_cancelled(kernel):
    kernel.run(
        "import numpy as np, jupyter_zarr_serve as jz\n"
        "big = np.random.default_rng(0).random(8_000_000)\n"
        "jz.publish(big=big)"
    )
    path = f"api/preview/{kernel.path}/big?form=rows&sort=%22%22&limit=2"
    told, answer = followed(kernel.server, asked(kernel.server, path))
    lowest = kernel.run("print(*map(str, np.sort(big)[:2].tolist()))").split()
    assert [row[0] for row in answer.json()["rows"]] == lowest
    counted = [one for one in told if "done" in one]
    assert {(one["total"], one["unit"]) for one in counted} == {(8_000_000, "rows")}
    falling = asked(kernel.server, path.replace("%22%22", "%22-%22")).json()
    assert kernel.server.get(f"zarr/{falling['url']}", "DELETE").status_code == 204


def test_a_cancelled_chunk_ends_though_it_was_asked_for_in_the_store_before(kernel):
    kernel.run(SLOW + "pause = 0.2")
    assert asked(kernel.server, f"v3/{kernel.path}/x/c/0/0").status_code == 503  # and it is made on
    cancelled_after(kernel.server, asked(kernel.server, f"api/chunk/{kernel.path}/x/c/0/0"), 24)
    assert made_at_the_end(kernel) < 54
