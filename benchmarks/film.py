"""The viewer beside what changes: from a write to its pixels, and pictures in a second."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import batched, chain
from pathlib import Path
from threading import Thread

import numpy as np

from benchmarks.table import Row, most, show
from tests.kernels.jupyter import Kernel
from tests.live import connected
from tests.server import Server
from tests.viewer.film import LIVE, Frame, frames, growing_hdf5, looping, recording, seen
from tests.viewer.look import Browser, browser_of

SECONDS = 10
MANY = 1000  # pictures
WRITTEN = 12  # times
WRITES = """
times = []
for i in range(1, 41):
    film[:] = i
    times.append(time.time())
    time.sleep(0.3 + 0.01 * (i % 10))
"""
VIEW = {"c0": "0,255,grey,1,linear"}
PART = (150, 150, 200, 150)  # of the screen, in the picture


def films(server: Server, kernel: Kernel) -> Iterator[Row]:
    """All rows."""
    with browser_of(server) as browser:
        kernel.run("film = np.ones((512, 512), 'u2'); jz.publish(film=film)")
        film = _film(browser, kernel, WRITES, 35)
        wrote = [float(text) for text in kernel.run("print(*times)").split()]
        late = sorted(
            min(frame.at for frame in film if frame.least == i) - 1000 * time
            for i, time in enumerate(wrote, 1)
            if any(frame.least == i for frame in film)
        )
        yield most(
            "from a write to its pixels, 512 x 512 uint16, half within", statistics.median(late), 80, "ms"
        )
        yield most("95 of 100 within", late[int(0.95 * len(late))], 150, "ms")
        for shape, dtype, target in (((512, 512), "float32", 15), ((2048, 2048), "uint16", 5)):
            kernel.run(f"film = np.ones({shape}, '{dtype}'); jz.publish(film=film)")
            film = _film(browser, kernel, looping("film", 0.01), SECONDS * target // 2)
            rate = 1000 * (len(film) - 1) / (film[-1].at - film[0].at)
            what = f"pictures in a second, {shape[0]} x {shape[1]} {dtype}"
            yield show(Row(what, f"{rate:.1f}", f">= {target}", rate >= target))
            yield most(f"of {len(film)}, those of two values", _torn(film), 0, "")
        kernel.run("film = np.ones((512, 512), 'u2'); jz.publish(film=film)")
        film = _film(browser, kernel, looping("film", None), MANY)
        yield most(f"of {len(film)} of a loop without a pause, those of two values", _torn(film), 0, "")


def _torn(film: list[Frame]) -> int:
    return sum(frame.least != frame.most for frame in film)


def files(server: Server, root: Path) -> Iterator[Row]:
    """From a file that is rewritten, or grows, to its pixels; alone, and while 200 others are watched."""
    shape = 512, 512
    np.save(root / "film.npy", np.ones(shape, "u2"))
    many = [f"other-{index}.npy" for index in range(200)]
    for name in many:
        np.save(root / name, np.arange(9))
    planes = np.ones((1, *shape), "u2")
    with (
        browser_of(server) as browser,
        growing_hdf5(root / "film.h5", planes) as grow,
        ExitStack() as opened,
    ):

        def rewrite(value: int) -> None:
            np.save(root / "film.npy", np.full(shape, value, "u2"))

        for beside in ("", ", 200 others are watched"):
            for some in batched(many if beside else (), 100):
                opened.enter_context(connected(server)).subscribe(*(f"files/{name}" for name in some))
            for kind, path, write in (
                ("npy that is rewritten", "film.npy", rewrite),
                ("HDF5 that grows (SWMR)", "film.h5/data", lambda value: grow(value * planes)),
            ):
                late = _delays(browser, path, write)
                what = f"from {kind} to its pixels{beside}"
                yield most(f"{what}, half within", statistics.median(late), 500, "ms")
                yield most(f"the slowest of {len(late)}", max(late), 500, "ms")


def _delays(browser: Browser, path: str, write: Callable[[int], None]) -> list[float]:
    """The milliseconds from each write of one value to its pixels."""
    wrote: dict[int, float] = {}

    def write_all() -> None:
        for value in range(2, 2 + WRITTEN):
            wrote[value] = 1000 * time.time()
            write(value)
            time.sleep(1 + 0.037 * value)

    thread = Thread(target=write_all)
    steps = [["until", LIVE], ["press", "Shift"], recording(PART), ["tell", "go"]]
    last = f"window.film.some(([, most]) => most === {1 + WRITTEN})"
    sight = browser.look(
        f"files/{path}",
        {**VIEW, "newest": 1},
        steps=[*steps, ["until", last], ["run", "window.film"]],
        expect_errors=True,
        meanwhile=lambda _: thread.start(),
    )
    thread.join()
    film = seen(sight)
    return [min(one.at for one in film if one.most >= value) - at for value, at in wrote.items()]


def _film(browser: Browser, kernel: Kernel, code: str, count: int) -> list[Frame]:
    """The pictures that the page draws while code runs."""
    waits = [[["until", f"window.film.length >= {some}"], ["tell", ""]] for some in range(50, count, 50)]
    steps = [["until", LIVE], ["press", "Shift"], recording(PART), ["tell", "go"], *chain(*waits)]
    sight = browser.look(
        f"{kernel.path}/film", VIEW, steps=[*steps, *frames(count)], expect_errors=True,
        meanwhile=lambda word: word and kernel.run(code, wait=False),
    )  # fmt: skip
    return seen(sight)
