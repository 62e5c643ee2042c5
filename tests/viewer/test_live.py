"""The image form follows what changes."""

import json
from collections.abc import Iterator

import pytest

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel, running_kernel
from tests.viewer.conftest import browsing
from tests.viewer.film import FRAMES, LIVE, frames, is_so, looping, recording, seen
from tests.viewer.look import Browser, Sight

pytestmark = needs_browser

PRELUDE = "import threading, time, numpy as np, jupyter_zarr_serve as jz\n"
VIEW = {"c0": "0,255,grey,1,linear", "zoom": 0, "centre": "128,128"}
STILL = ["press", "Shift"]  # waits until nothing is on its way
NOTE = ["run", f"window.before = {FRAMES}"]
NEXT = ["until", f"{FRAMES} > window.before"]
CHUNKS = """
[...performance.getEntriesByType("resource").map(({ name }) => name),
 ...said.flatMap(({ keys }) => (keys ?? []).map((one) => one.key ?? one))]
.filter((name) => /\\/c\\/\\d+\\/\\d+$/.test(name)).length
"""
TELLS_RATE = "/^Live · \\d+\\.\\d\\/s$/.test(document.querySelector('#live').textContent)"
BY_HTTP = "performance.getEntriesByType('resource').some(({ name }) => /\\/c\\/\\d+\\/\\d+$/.test(name))"


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory, lambda _: None) as browser:
        yield browser


@pytest.fixture(scope="module")
def kernel(following: Browser) -> Iterator[Kernel]:
    with running_kernel(following.server) as kernel:
        yield kernel


def publish(kernel: Kernel, made: str, **options: object) -> str:
    told = "".join(f", {name}={value!r}" for name, value in options.items())
    kernel.run(f"{PRELUDE}picture = {made}\nhandle = jz.publish(picture=picture{told})\n")
    return f"{kernel.path}/picture"


def watched(browser: Browser, kernel: Kernel, path: str, *steps: object, view: object = VIEW) -> Sight:
    """What a page shows after steps; those of `tell` are code for the kernel."""
    how = {"width": 640, "height": 480, "expect_errors": True}
    steps = (["until", LIVE], NOTE, *steps)
    return browser.look(path, view, steps=list(steps), meanwhile=kernel.run, **how)  # type: ignore[arg-type]


def test_a_loop_is_a_film_of_whole_pictures(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((512, 512), 'u2')")
    film = seen(
        watched(
            following, kernel, path,
            recording((100, 60, 200, 150)), ["tell", looping("picture", 0.1)],
            ["until", TELLS_RATE], *frames(40),
            view={**VIEW, "centre": "256,256"},
        )
    )  # fmt: skip
    assert [frame for frame in film if frame.least != frame.most] == []
    assert len({frame.least for frame in film}) > 15


def test_no_picture_of_many_chunks_is_of_two_moments(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((1024, 1024), 'u2')", chunks=(128, 256))
    counts = ["run", "said.filter(({ type }) => type === 'get').map(({ keys }) => keys.length)"]
    sight = watched(
        following, kernel, path,
        recording((20, 20, 400, 400)), ["tell", looping("picture", 0.005)], *frames(20),
        counts,
        view={**VIEW, "zoom": 0, "centre": "512,512"},
    )  # fmt: skip
    film = seen(sight, -2)
    assert [frame for frame in film if frame.least != frame.most] == []
    assert len({frame.least for frame in film}) > 10
    assert max(json.loads(sight.opened[-1])) >= 4  # all of the picture at once


def test_the_picture_stays_where_it_is_whatever_the_badge_says(following: Browser, kernel: Kernel):
    """In a narrow window, too, in which the bar takes several rows."""
    stage = ["run", "JSON.stringify(document.querySelector('#stage').getBoundingClientRect())"]
    rate, pause = ["until", TELLS_RATE], ["click", "#live"]
    changing = ["tell", looping("picture", 0.05)]
    for width in (400, 640, 660, 680):
        path = publish(kernel, "np.ones((256, 256), 'u2')")  # another, so that the loop before ends
        steps = [["until", LIVE], STILL, stage, changing, rate, stage, pause, stage]
        how = {"width": width, "height": 480, "meanwhile": kernel.run}
        sight = following.look(path, VIEW, steps=steps, **how)  # type: ignore[arg-type]
        assert len(set(sight.opened[-3:])) == 1, width


def test_chunks_come_by_http_where_the_connection_gives_none(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    deaf = ["run", "Object.assign(sockets.at(-1), { send() { throw new Error('no socket'); } }); 0"]
    change = ["tell", "picture[:] = 45; handle.touch()"]
    sight = watched(following, kernel, path, STILL, NOTE, deaf, change, NEXT, STILL, ["run", BY_HTTP])
    assert sight.at(100, 100) == (45, 45, 45)
    assert sight.opened[-1] == "true"


def test_what_is_written_while_the_page_loads_is_not_missed(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.full((256, 256), 7, 'u2')")
    kernel.run("threading.Timer(1, lambda: picture.fill(90)).start()")
    shown = "document.querySelector('#readout').textContent.includes('= 90')"
    sight = watched(following, kernel, path, STILL, ["move", 200, 200], ["until", shown])
    assert sight.at(100, 100) == (90, 90, 90)


def test_touching_a_region_reads_its_chunks_alone(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')", chunks=(64, 64))
    code = "picture[70:80, 130:140] = 200; handle.touch((slice(70, 80), slice(130, 140)))"
    count = ["run", CHUNKS]
    sight = watched(following, kernel, path, STILL, NOTE, count, ["tell", code], NEXT, STILL, count)
    before, after = map(int, [sight.opened[-2], sight.opened[-1]])
    assert sight.at(75, 135) == (200, 200, 200)
    assert sight.at(75, 141) == (1, 1, 1)
    assert after - before == 1


def test_pause_and_resume(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    told = ["run", "document.querySelector('#live').textContent"]
    change = ["tell", "picture[:] = 70; handle.touch()"]
    pause = [STILL, NOTE, ["click", "#live"], told, change, STILL]
    paused = watched(following, kernel, path, *pause)
    assert json.loads(paused.opened[-1]) == "Paused"
    assert paused.at(100, 100) == (1, 1, 1)
    kernel.run("picture[:] = 1; handle.touch()")
    resumed = watched(following, kernel, path, *pause, ["click", "#live"], NEXT)
    assert resumed.at(100, 100) == (70, 70, 70)


def test_a_key_reads_again_also_while_it_is_paused(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    steps = [
        STILL,
        ["click", "#live"],
        NOTE,
        ["tell", "picture[:] = 80"],
        ["press", "r"],
        NEXT,
    ]
    assert watched(following, kernel, path, *steps).at(100, 100) == (80, 80, 80)


def test_a_hidden_page_rests_and_comes_back(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    hide = (
        "Object.defineProperty(document, 'hidden', {{ get: () => {}, configurable: true }});"
        "document.dispatchEvent(new Event('visibilitychange')); sockets.at(-1).readyState"
    )
    sight = watched(
        following, kernel, path,
        STILL, NOTE, ["run", hide.format("true")],
        ["until", "sockets.at(-1).readyState === 3"], ["tell", "picture[:] = 60; handle.touch()"],
        ["run", hide.format("false")], NEXT,
    )  # fmt: skip
    assert sight.at(100, 100) == (60, 60, 60)


def test_what_happens_while_the_connection_is_lost_is_seen_afterwards(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    sight = watched(
        following, kernel, path,
        STILL, NOTE, ["run", "sockets.at(-1).close()"],
        ["tell", "picture[:] = 50; handle.touch()"], NEXT, ["run", "sockets.length"],
    )  # fmt: skip
    assert sight.at(100, 100) == (50, 50, 50)
    assert sight.opened[-1] == "2"


def test_what_is_gone_is_said_and_comes_back(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    sight = watched(
        following, kernel, path,
        ["tell", "jz.unpublish('picture')"], ["until", is_so(".notice.gone")],
        ["run", "document.querySelector('.notice.gone').textContent"],
        NOTE, ["tell", "picture[:] = 40; handle = jz.publish(picture=picture)"], ["until", LIVE], NEXT,
    )  # fmt: skip
    assert "Nothing is here any longer" in sight.opened[1]
    assert sight.at(100, 100) == (40, 40, 40)
    assert sight.notices == ""


def test_a_page_of_what_is_not_there_yet_waits_for_it(following: Browser, kernel: Kernel):
    kernel.run(PRELUDE + "jz.publish(other=np.ones(3))")
    made = "picture = np.full((256, 256), 30, 'u2'); handle = jz.publish(picture=picture)"
    steps = [["until", is_so(".notice.gone")], ["tell", made], ["until", is_so("[data-drawn=fine]")]]
    sight = following.look(
        f"{kernel.path}/picture2", VIEW, steps=steps, expect_errors=True,
        meanwhile=lambda code: kernel.run(code.replace("(picture=", "(picture2=")),
    )  # fmt: skip
    assert sight.at(100, 100) == (30, 30, 30)


def test_a_failure_is_forgotten_once_reading_succeeds(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    fail = [
        "run",
        "window.real = fetch; window.fetch = async () => { throw new TypeError('no fetch'); };"
        "sockets.at(-1).send = () => { throw new Error('no socket'); }; 0",
    ]
    failed = is_so(".notice.failure")
    sight = watched(
        following, kernel, path,
        STILL, NOTE, fail, ["tell", "picture[:] = 20; handle.touch()"], ["until", failed],
        ["run", "window.fetch = window.real; delete sockets.at(-1).send; 0"],
        ["tell", "picture[:] = 25; handle.touch()"],
        ["until", f"!({failed})"], NEXT,
    )  # fmt: skip
    assert sight.at(100, 100) == (25, 25, 25)
    assert sight.notices == ""


def test_a_growing_axis_is_followed_by_who_is_at_its_end(following: Browser, kernel: Kernel):
    grown = "picture = np.stack([np.full((256, 256), 10 * i, 'u2') for i in range(1, {})])"
    grow = ["tell", f"{grown.format(6)}; handle = jz.publish(picture=picture)"]
    has_grown = ["until", "document.querySelector('#facts').textContent.startsWith('5 ')"]
    for index, box, wanted in ((2, "", 50), (0, "", 10), (0, "&newest=1", 50)):
        path = publish(kernel, grown.partition(" = ")[2].format(4))
        view = {"at.z": f"{index}{box}", **VIEW}
        sight = watched(following, kernel, path, grow, has_grown, STILL, view=view)
        assert sight.at(100, 100) == (wanted, wanted, wanted)


def test_another_shape_is_shown_at_once(following: Browser, kernel: Kernel):
    path = publish(kernel, "np.ones((256, 256), 'u2')")
    other = "picture = np.full((128, 300), 90, 'u2'); handle = jz.publish(picture=picture)"
    done = ["until", "document.querySelector('#facts').textContent.startsWith('128 ')"]
    view = {"c0": VIEW["c0"]}
    sight = watched(following, kernel, path, ["tell", other], done, STILL, view=view)
    assert sight.at(100, 290) == (90, 90, 90)
    assert sight.camera is not None
    assert sight.camera[1:] == (150, 64)


def test_limits_follow_unless_they_are_kept(following: Browser, kernel: Kernel):
    change = ["tell", "picture[:] = np.arange(256) * 10; handle.touch()"]
    adapted = [change, NEXT, STILL]
    made = "np.tile(np.arange(256, dtype='u2'), (256, 1))"
    view = {key: value for key, value in VIEW.items() if key != "c0"}
    sight = watched(following, kernel, publish(kernel, made), *adapted, view=view)
    assert sight.at(100, 128)[0] == pytest.approx(128, abs=3)
    sight = watched(following, kernel, publish(kernel, made), *adapted)
    assert sight.at(100, 128) == (255, 255, 255)
