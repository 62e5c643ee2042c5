"""Following the variables of real kernels: what changes is told, whatever the kernel does meanwhile."""

import os
import signal
import time
from contextlib import ExitStack

import numpy as np
import pytest

from jupyter_zarr_serve.core import limits
from tests.kernels.conftest import PRELUDE, PUBLISH
from tests.kernels.jupyter import Kernel, api, running_notebook
from tests.live import Live, connected

LOOP = "for i in range(10**9):\n    t[:] = i\n    if os.path.exists({flag!r}): break"
LOOPS = {"in Python": LOOP, "with pauses": f"{LOOP}\n    time.sleep(0.01)"}


@pytest.fixture
def live(kernel: Kernel):
    kernel.run(PUBLISH)
    with connected(kernel.server) as opened:
        yield opened


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_writes_in_a_loop_are_seen_without_any_call(kernel: Kernel, live: Live, tmp_path, loop):
    flag, path = tmp_path / "flag", f"{kernel.path}/t"
    told = live.subscribe(path)[path]
    assert told["is_there"]
    kernel.run(loop.format(flag=str(flag)), wait=False)
    try:
        notices = [live.notice(path, "data") for _ in range(5)]
    finally:
        flag.touch()
    assert [one["seq"] for one in notices] == sorted({one["seq"] for one in notices})
    assert [one["generation"] for one in notices] == sorted({one["generation"] for one in notices})
    assert notices[0]["seq"] > told["seq"]


def test_no_path_is_told_of_more_than_ten_times_a_second(kernel: Kernel, live: Live, tmp_path):
    flag, path = tmp_path / "flag", f"{kernel.path}/t"
    live.subscribe(path)
    kernel.run(LOOPS["with pauses"].format(flag=str(flag)), wait=False)
    try:
        live.notice(path)
        frames = live.silence(3)
    finally:
        flag.touch()
    assert 5 <= sum(len(frame["notices"]) for frame in frames) <= 31


def test_what_did_not_change_is_not_told(kernel: Kernel, live: Live):
    live.subscribe(f"{kernel.path}/t", f"{kernel.path}/big", kernel.path)
    kernel.run("t.sum(); other = 1")
    assert live.silence(1.5) == []


def test_a_region_is_told_if_all_changes_have_one(kernel: Kernel, live: Live):
    path = f"{kernel.path}/t"
    live.subscribe(path)
    kernel.run("h = jz.published()['t']; t[1, 2:] = 7; h.touch((1, slice(2, None)))")
    assert live.notice(path)["region"] == [[1, 2], [2, 4]]
    kernel.run("t[0] = 8; h.touch()")
    assert "region" not in live.notice(path)
    with pytest.raises(AssertionError, match="IndexError"):
        kernel.run("h.touch(7)")


def test_names_come_and_go(kernel: Kernel, live: Live):
    t, new = f"{kernel.path}/t", f"{kernel.path}/new"
    told = live.subscribe(t, new, kernel.path)
    assert told[t]["is_there"]
    assert not told[new]["is_there"]
    kernel.run("jz.publish(new=np.zeros(3))")
    assert live.notice(new)["kind"] == "back"
    kernel.run("jz.publish(t=np.zeros(5))")
    assert live.notice(t)["kind"] == "layout"
    kernel.run("jz.unpublish('t')")
    assert live.notice(t)["kind"] == "gone"
    kernel.run("jz.publish(t=np.zeros(5))")
    assert live.notice(t)["kind"] == "back"
    kernel.run("jz.publish(t=np.ones(5))")
    assert live.notice(t)["kind"] == "data"


def test_members_of_a_kernel_are_told_without_their_names(kernel: Kernel, live: Live):
    live.subscribe(kernel.path)
    kernel.run("jz.publish(secret_name=np.zeros(3))")
    notice = live.notice(kernel.path)
    assert notice["kind"] == "members"
    assert "secret" not in str(notice)


def test_a_member_of_a_published_group_is_followed(kernel: Kernel, live: Live):
    kernel.run("inner = np.zeros(9); jz.publish(group={'inner': inner, 'other': np.zeros(2)})")
    inner, other = f"{kernel.path}/group/inner", f"{kernel.path}/group/other"
    live.subscribe(inner, other)
    kernel.run("inner[:] = 3")
    frames = live.silence(1)
    assert {notice["path"] for frame in frames for notice in frame["notices"]} == {inner}


def test_a_kernel_that_is_killed_is_gone_and_comes_back(kernel: Kernel, live: Live):
    path = f"{kernel.path}/t"
    live.subscribe(path, kernel.path)
    pid = int(kernel.run("print(os.getpid())"))
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    assert live.notice(path)["kind"] == "gone"
    assert time.monotonic() - began < 3
    deadline = time.monotonic() + 30
    while kernel.api("GET").json()["execution_state"] not in {"idle", "starting"}:
        assert time.monotonic() < deadline
    kernel.run(PUBLISH)
    assert live.notice(path, "back", 30)


def test_a_notebook_is_followed_over_restarts(busy_server):
    with running_notebook(busy_server, "live.ipynb") as (kernel, _), connected(busy_server) as live:
        kernel.run(PUBLISH)
        path = "notebooks/live.ipynb/t"
        assert live.subscribe(path)[path]["is_there"]
        kernel.run("t[:] = 5")
        assert live.notice(path)["kind"] == "data"
        api(busy_server, "POST", f"kernels/{kernel.id}/restart")
        assert live.notice(path)["kind"] == "gone"
        kernel.run(PUBLISH)
        assert live.notice(path)["kind"] == "back"


def test_what_was_missed_is_told_after_a_reconnect(kernel: Kernel, live: Live):
    path = f"{kernel.path}/t"
    with connected(kernel.server) as other:
        seq = other.subscribe(path)[path]["seq"]
        live.subscribe(path)
    kernel.run("t[:] = 5; jz.published()['t'].touch(0)")
    live.notice(path)
    kernel.run("t[:] = 6; jz.published()['t'].touch(2)")
    last = live.notice(path)
    with connected(kernel.server) as other:
        other.subscribe(path, since=seq)
        missed = other.notice(path)
        assert (missed["kind"], missed["seq"], missed["region"]) == ("data", last["seq"], [[0, 3], [0, 4]])
    with connected(kernel.server) as other:
        other.subscribe(path, since=last["seq"])
        assert other.silence(0.5) == []


def test_who_was_away_while_nobody_watched_is_told_that_all_may_have_changed(kernel: Kernel):
    kernel.run(PUBLISH)
    path = f"{kernel.path}/t"
    with connected(kernel.server) as live:
        seq = live.subscribe(path)[path]["seq"]
    with connected(kernel.server) as live:
        live.subscribe(path, since=seq)
        assert live.notice(path)["kind"] == "back"


def test_a_handle_knows_how_many_watch(kernel: Kernel):
    kernel.run(f"{PUBLISH}\nh, other = jz.published()['t'], jz.published()['big']")
    ask = "print(h.watchers, other.watchers)"
    assert kernel.run(ask) == "0 0\n"
    with connected(kernel.server) as one, connected(kernel.server) as two:
        one.subscribe(f"{kernel.path}/t", f"{kernel.path}/big")
        assert kernel.run(ask) == "1 1\n"
        two.subscribe(f"{kernel.path}/t")
        kernel.run("t[:] = 1")  # the number goes with the next question
        two.notice(f"{kernel.path}/t")
        two.silence(0.5)
        assert kernel.run(ask) == "2 1\n"
    deadline = time.monotonic() + 10
    while kernel.run(ask) != "0 0\n":
        assert time.monotonic() < deadline


def test_nothing_is_looked_at_while_nobody_watches(kernel: Kernel):
    kernel.run(f"{PUBLISH}\nfrom jupyter_zarr_serve.publisher import following")
    count = (
        "looks = []; real = following.fingerprint_or_none\n"
        "def counted(node): looks.append(1); return real(node)\n"
    )
    kernel.run(f"{count}following.fingerprint_or_none = counted")
    with connected(kernel.server) as live:
        live.subscribe(f"{kernel.path}/t")
        live.silence(1)
        assert 5 <= int(kernel.run("print(len(looks))")) <= 40
    time.sleep(0.5)
    kernel.run("looks.clear()")
    time.sleep(1)
    assert kernel.run("print(len(looks))") == "0\n"


def test_a_kernel_that_publishes_nothing_yet_is_seen_to_begin(kernel: Kernel):
    with connected(kernel.server) as live:
        path = f"{kernel.path}/t"
        assert not live.subscribe(path)[path]["is_there"]
        kernel.run(f"{PRELUDE}jz.publish(t=np.zeros(3))")
        assert live.notice(path)["kind"] == "back"


RUNNING = "while not os.path.exists({flag!r}): time.sleep(0.01)"
LOOPING = "while not os.path.exists({flag!r}): pass"


@pytest.mark.parametrize("rest", [RUNNING, LOOPING])
@pytest.mark.parametrize("first", ["", PUBLISH])
def test_what_a_cell_publishes_is_told_while_it_runs(kernel: Kernel, tmp_path, first, rest):
    flag = tmp_path / "flag"
    kernel.run(first)
    with connected(kernel.server) as live:
        assert live.subscribe(kernel.path)[kernel.path]["is_there"] == bool(first)
        kernel.run(f"{PRELUDE}jz.publish(new=np.zeros(2))\n{rest.format(flag=str(flag))}", wait=False)
        try:
            assert live.notice(kernel.path)["kind"] == ("members" if first else "back")
        finally:
            flag.touch()  # until then, the cell runs


def test_variables_are_told_while_all_are_served(kernel: Kernel, tmp_path):
    flag = tmp_path / "flag"
    kernel.run(f"{PRELUDE}%load_ext jupyter_zarr_serve")
    with connected(kernel.server) as live:
        live.subscribe(kernel.path)
        assert kernel.server.get(f"zarr/api/node/{kernel.path}").json()["is_all"] is True
        kernel.run(f"new = np.zeros(2)\n{RUNNING.format(flag=str(flag))}", wait=False)
        try:
            assert live.notice(kernel.path)["kind"] == "members"
        finally:
            flag.touch()


def test_many_who_follow_keep_no_turn_from_others(kernel: Kernel):
    kernel.run(PUBLISH)
    with ExitStack() as opened:
        many = [opened.enter_context(connected(kernel.server)) for _ in range(20)]
        for one in many:
            one.subscribe(kernel.path, f"{kernel.path}/t")
        assert kernel.server.get(f"zarr/v3/{kernel.path}/t/c/0/0").status_code == 200
        kernel.run("jz.unpublish('t')")
        assert {one.notice(f"{kernel.path}/t")["kind"] for one in many} == {"gone"}


WRITES = """
import threading
def write():
    i = 0
    while not done.is_set():
        image[:] = 1 + i % 250
        i += 1
        time.sleep(0.002)
done = threading.Event()
image = np.ones((1024, 1024), "u2")
jz.publish(image=image, chunks=(128, 512), compressor=None)
threading.Thread(target=write, daemon=True).start()
"""


@pytest.mark.parametrize("view", ["", "ome/"])
def test_chunks_that_are_asked_for_together_are_of_one_moment(kernel: Kernel, live: Live, view):
    kernel.run(WRITES)
    level, rows, columns = ("", 8, 2) if not view else ("/0", 2, 2)
    where = f"v3/{view}{kernel.path}/image{level}/c"
    keys = [f"{where}/{row}/{column}" for row in range(rows) for column in range(columns)]
    seen = set()
    for number in range(40):
        answers = live.get(number, keys, together=True)
        assert {one.status for one in answers} == {200}
        if all(one.is_of_one_moment for one in answers):
            bodies = {one.body for one in answers} if view else {one.body[:2] * 2**16 for one in answers}
            assert view or {one.body for one in answers} == bodies
            assert len(bodies) == 1
            seen |= bodies
    kernel.run("done.set()")
    assert len(seen) > 10


def test_a_plane_of_what_is_too_large_to_be_copied_is_of_one_moment(kernel: Kernel, live: Live):
    kernel.run(
        "volume = np.zeros((9, 2048, 2048), 'u1'); volume[:] = np.arange(9)[:, None, None]\n"
        "jz.publish(volume=volume, chunks=(1, 1024, 1024), compressor=None)"
    )
    for number in (3, 8, 8):
        keys = [f"v3/{kernel.path}/volume/c/{number}/{row}/{column}" for row in "01" for column in "01"]
        answers = live.get(number, keys, together=True)
        assert [one.is_of_one_moment for one in answers] == [True] * 4
        assert {one.body for one in answers} == {bytes([number]) * 2**20}


def test_what_is_asked_for_together_is_what_http_gives(kernel: Kernel, live: Live):
    keys: list[object] = [f"v3/{kernel.path}/big/c/{index}" for index in range(8)]
    first = live.get(1, keys, together=True)
    for key, one in zip(keys, first, strict=True):
        by_http = kernel.server.get(f"zarr/{key}")
        assert (one.status, one.is_json) == (by_http.status_code, by_http.status_code != 200)
        if one.status == 200:
            assert (one.body, one.etag) == (by_http.content, by_http.headers["ETag"])
    assert {one.status for one in first} == {200, 404}
    known = [{"key": keys[0], "if_none_match": first[0].etag}, {"key": keys[0], "range": "bytes=0-3"}]
    again = live.get(2, known, together=True)
    assert [(one.status, one.body) for one in again] == [(304, b""), (206, first[0].body[:4])]


def test_what_is_cancelled_at_any_moment_leaves_nothing_behind(kernel: Kernel, live: Live):
    keys = [f"v3/{kernel.path}/t/c/0/0", f"v3/{kernel.path}/big/c/0"] * 3
    for number in range(1, 300):
        live.say("get", id=number, keys=keys, together=bool(number % 2))
        if number % 3:
            live.say("cancel", id=number)
    for number in range(1, 300):
        if number % 3:
            assert live.told("cancelled")["id"] == number
    whole = [one for number in range(3, 300, 3) for one in live.got(number, len(keys))]
    assert {one.status for one in whole} == {200}
    assert len(live.get(300, ["v3/files/none/c/0"] * limits.KEYS)) == limits.KEYS


def test_what_nothing_can_hold_together_comes_one_by_one(kernel: Kernel, live: Live):
    keys = [f"v3/{kernel.path}/t/c/0/0", f"v3/{kernel.path}/big/c/0", "v3/files/none/c/0"]
    answers = live.get(1, keys, together=True)
    assert [one.status for one in answers[:2]] == [200, 200]
    assert not any(one.is_of_one_moment for one in answers)


def test_chunks_come_together_as_by_http(kernel: Kernel, live: Live):
    kernel.run("jz.publish(many=np.arange(4000.0), chunks=10)")
    keys = [f"v3/{kernel.path}/many/c/{index}" for index in range(400)]
    answers = live.get(1, [f"v3/{kernel.path}/many/zarr.json", *keys])
    assert {one.status for one in answers} == {200}
    for key, one in list(zip(keys, answers[1:], strict=True))[::50]:
        by_http = kernel.server.get(f"zarr/{key}")
        assert (by_http.content, by_http.headers["ETag"]) == (one.body, one.etag)


def test_two_variables_that_are_written_together_are_read_together(kernel: Kernel, live: Live, tmp_path):
    flag = tmp_path / "flag"
    kernel.run("one, other = np.zeros((300, 300), 'u2'), np.zeros((300, 300), 'u4')")
    kernel.run("jz.publish(one=one, other=other, compressor=None)")
    loop = f"""
for i in range(10**9):
    one[:] = 1 + i % 60000
    other[:] = 1 + i % 60000
    time.sleep(0.002)
    if os.path.exists({str(flag)!r}): break
"""
    kernel.run(loop, wait=False)
    keys = [f"v3/{kernel.path}/{name}/c/0/0" for name in ("one", "other")]
    pairs = []
    try:
        for number in range(500):
            one, other = live.get(number, keys, together=True)
            assert (one.status, other.status) == (200, 200)
            pairs.append((np.frombuffer(one.body, "u2"), np.frombuffer(other.body, "u4")))
    finally:
        flag.touch()
    assert [number for number, (one, other) in enumerate(pairs) if not (one == other[0]).all()] == []
    assert len({int(one[0]) for one, _ in pairs}) > 100
