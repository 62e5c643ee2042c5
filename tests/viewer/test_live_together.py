"""What is shown over an image and beside it follows what changes, as do files that grow."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import zarr

from tests.clients.browser import needs_browser
from tests.kernels.jupyter import Kernel, running_kernel
from tests.viewer.conftest import browsing
from tests.viewer.film import FRAMES, LIVE, frames, growing_hdf5, looping, recording, seen
from tests.viewer.images import write
from tests.viewer.look import Browser, Sight
from tests.viewer.overlays import label_colour
from tests.viewer.test_cuts import at as at_cut
from tests.viewer.test_plate import picture as cell
from tests.viewer.volumes import volume, write_volumes

pytestmark = needs_browser

PRELUDE = "import numpy as np, jupyter_zarr_serve as jz\n"
STILL = ["press", "Shift"]  # waits until nothing is on its way
NOTE = ["run", f"window.before = {FRAMES}"]
NEXT = ["until", f"{FRAMES} > window.before"]
GREY = {"c0": "0,255,grey,1,linear"}


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Path]]:
    """A browser, and the folder of its server."""
    folders: list[Path] = []

    def write_all(folder: Path) -> None:
        folders.append(folder)
        write_volumes(folder)

    with browsing(tmp_path_factory, write_all) as browser:
        yield browser, folders[0]


@pytest.fixture(scope="module")
def kernel(following: tuple[Browser, Path]) -> Iterator[Kernel]:
    with running_kernel(following[0].server) as kernel:
        yield kernel


def watched(browser: Browser, kernel: Kernel, path: str, view: object, *steps: object) -> Sight:
    """What a page shows after steps; those of `tell` are code for the kernel."""
    how = {"width": 640, "height": 600, "expect_errors": True, "meanwhile": kernel.run}
    return browser.look(path, view, steps=[["until", LIVE], STILL, NOTE, *steps], **how)  # type: ignore[arg-type]


def test_labels_and_their_image_change_in_one_picture(following: tuple[Browser, Path], kernel: Kernel):
    kernel.run(
        f"{PRELUDE}image, mask = np.full((512, 512), 10, 'u1'), np.zeros((512, 512), 'u2')\n"
        "labelled = np.arange(512) % 64 < 32\nmask[:, labelled] = 3\n"
        "image_of, mask_of = jz.publish(image=image), jz.publish(mask=mask)"
    )
    over = {"labels": f"{kernel.path}/mask", "opacity": 1, "zoom": 0, "centre": "256,256", **GREY}
    change = "image[:], mask[:, labelled] = 240, 9; mask_of.touch(); image_of.touch()"
    done = ["until", "film.some(([least, most]) => most === 240)"]
    sight = watched(
        following[0], kernel, f"{kernel.path}/image", over,
        recording((100, 60, 200, 150)), ["tell", change], done, STILL, ["run", "film"],
    )  # fmt: skip
    old, new = sorted([10, label_colour(3)[0]]), sorted([240, label_colour(9)[0]])
    assert sight.at(256, 256) == pytest.approx(label_colour(9), abs=2)
    assert sight.at(256, 300) == (240, 240, 240)
    for frame in seen(sight):
        is_whole = [[frame.least, frame.most] == pytest.approx(pair, abs=2) for pair in (old, new)]
        assert any(is_whole), frame


# Of each new picture, the grey where there is no label, and red, green and blue of a label.
BOTH = """
    const pixels = Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 3)]);
    const isGrey = ([red, green, blue]) => red === green && green === blue;
    film.push([pixels.find(isGrey)?.[0], ...(pixels.find((one) => !isGrey(one)) ?? [0, 0, 0])]);
"""
COUNTING = """
import threading, time
def write():
    own, i = image, 0
    while own is image:
        image[:] = 1 + i % 255
        mask[:] = labelled * np.uint16(1 + i % 255)
        i += 1
        time.sleep(0.005)
threading.Thread(target=write, daemon=True).start()
"""


@pytest.mark.parametrize("published", ["jz.publish(image=image, mask=mask)", "jz.publish(both=both)"])
def test_an_image_and_labels_that_are_written_together_are_never_seen_apart(
    following: tuple[Browser, Path], kernel: Kernel, published
):
    kernel.run(
        f"{PRELUDE}image, mask = np.zeros((512, 512), 'u1'), np.zeros((512, 512), 'u2')\n"
        "labelled = np.broadcast_to(np.arange(512) % 64 < 32, (512, 512))\n"
        f"both = {{'image': image, 'mask': mask}}\n{published}"
    )
    place = f"{kernel.path}/both" if "both" in published else kernel.path
    over = {"labels": f"{place}/mask", "opacity": 1, "zoom": 0, "centre": "256,256", **GREY}
    record = recording((100, 60, 200, 150))[1].replace("film.push([least, most, Date.now()]);", BOTH)
    sight = watched(
        following[0],
        kernel,
        f"{place}/image",
        over,
        ["run", record],
        ["tell", COUNTING],
        *frames(8),
        *frames(16),
        *frames(24),
    )
    film = json.loads(sight.opened[-1])[1:]  # the first may have been asked for before
    assert len({grey for grey, *_ in film}) > 10
    mixed = [one for one in film if one[1:] != pytest.approx(label_colour(one[0]), abs=3)]
    assert mixed == []


def test_no_picture_of_many_tiles_below_labels_is_of_two_moments(
    following: tuple[Browser, Path], kernel: Kernel
):
    kernel.run(
        f"{PRELUDE}image, mask = np.ones((1024, 1024), 'u2'), np.zeros((1024, 1024), 'u2')\n"
        "jz.publish(image=image, chunks=(64, 64)); jz.publish(mask=mask)"
    )
    over = {"labels": f"{kernel.path}/mask", "opacity": 1, "zoom": 0, "centre": "512,512", **GREY}
    sight = watched(
        following[0], kernel, f"{kernel.path}/image", over,
        recording((100, 60, 200, 150)), ["tell", looping("image", 0.005)], *frames(10),
    )  # fmt: skip
    film = seen(sight)
    assert [frame for frame in film if frame.least != frame.most] == []
    assert len({frame.least for frame in film}) > 3


def test_labels_that_change_alone_are_seen(following: tuple[Browser, Path], kernel: Kernel):
    kernel.run(
        f"{PRELUDE}image, mask = np.full((256, 256), 10, 'u1'), np.full((256, 256), 3, 'u2')\n"
        "jz.publish(image=image, mask=mask)"
    )
    over = {"labels": f"{kernel.path}/mask", "opacity": 1, "zoom": 0, "centre": "128,128", **GREY}
    sight = watched(
        following[0], kernel, f"{kernel.path}/image", over, ["tell", "mask[:] = 7"], NEXT, STILL
    )
    assert sight.at(100, 100) == pytest.approx(label_colour(7), abs=2)


def test_labels_that_are_gone_say_so_and_come_back(following: tuple[Browser, Path], kernel: Kernel):
    kernel.run(
        f"{PRELUDE}image, mask = np.full((256, 256), 10, 'u1'), np.full((256, 256), 3, 'u2')\n"
        "jz.publish(image=image, mask=mask)"
    )
    over = {"labels": f"{kernel.path}/mask", "opacity": 1, "zoom": 0, "centre": "128,128", **GREY}
    failed = "Boolean(document.querySelector('.notice.failure'))"
    back = "mask[:] = 5; jz.publish(mask=mask)"
    sight = watched(
        following[0], kernel, f"{kernel.path}/image", over,
        ["tell", "jz.unpublish('mask')"], ["until", failed], NOTE, ["tell", back],
        ["until", f"!{failed}"], NEXT, STILL,
    )  # fmt: skip
    assert sight.at(100, 100) == pytest.approx(label_colour(5), abs=2)
    assert sight.notices == ""


def test_all_three_cuts_follow(following: tuple[Browser, Path], kernel: Kernel):
    kernel.run(f"{PRELUDE}from tests.viewer.volumes import volume\ncube = volume()\njz.publish(cube=cube)")
    view = {"zoom": 2, "centre": "30,20", "at.z": 3, "cross": "5,25", **GREY}
    sight = watched(
        following[0], kernel, f"{kernel.path}/cube", view, ["tell", "cube[:] = 255 - volume()"], NEXT, STILL
    )
    assert sight.at(12, 20)[0] == 255 - volume()[3, 12, 20]
    for letter, row, column in [("y", 1, 7), ("x", 11, 2)]:
        plane = volume()[:, 25, :] if letter == "y" else volume()[:, :, 5].T
        assert at_cut(sight, letter, row, column) == pytest.approx(255 - plane[row, column], abs=2)


def test_a_projection_follows(following: tuple[Browser, Path], kernel: Kernel):
    kernel.run(f"{PRELUDE}stack = np.ones((3, 256, 256), 'u1')\njz.publish(stack=stack)")
    view = {"axes": "max,y,x", "zoom": 0, "centre": "128,128", **GREY}
    sight = watched(
        following[0], kernel, f"{kernel.path}/stack", view, ["tell", "stack[1, :, 128:] = 200"], NEXT, STILL
    )
    assert [sight.at(100, 100)[0], sight.at(100, 200)[0]] == [1, 200]


def test_pictures_of_wells_follow(following: tuple[Browser, Path], kernel: Kernel):
    browser, folder = following
    path = folder / "plate.zarr" / "A" / "1" / "0"
    sources = "[...document.querySelectorAll('#plate img')].map(({src}) => src).join()"
    sight = browser.look(
        "files/plate.zarr",
        steps=[
            ["until", LIVE], STILL, ["run", f"window.shown = {sources}"], ["tell", "now"],
            ["until", f"{sources} !== window.shown"], STILL,
        ],
        expect_errors=True,
        meanwhile=lambda _: write(path, np.full((96, 96), 99, "u1"), "yx"),
    )  # fmt: skip
    assert np.ptp(cell(sight, 0, 0)) == 0
    assert np.ptp(cell(sight, 0, 2)) == 255


@contextmanager
def growing_zarr(store: Path, planes: np.ndarray) -> Iterator[Callable[[np.ndarray], object]]:
    yield zarr.create_array(store / "data", data=planes, chunks=(1, 256, 256)).append


@pytest.mark.parametrize(("name", "growing"), [("run.h5", growing_hdf5), ("run.zarr", growing_zarr)])
def test_a_file_that_grows_is_followed_to_its_newest(following: tuple[Browser, Path], name, growing):
    browser, folder = following
    planes = np.full((6, 256, 256), 1, "u2") * (np.arange(1, 7, dtype="u2") * 10)[:, None, None]
    has_grown = ["until", "document.querySelector('#facts').textContent.startsWith('6 ')"]
    steps = [["until", LIVE], STILL, ["tell", "4"], ["tell", "6"], has_grown, STILL]
    with growing(folder / name, planes[:3]) as grow:
        count = [3]

        def write(until: str) -> None:
            grow(planes[count[-1] : int(until)])
            count.append(int(until))

        view = {"at.z": 2, "zoom": 0, "centre": "128,128", **GREY}
        sight = browser.look(f"files/{name}/data", view, steps=steps, meanwhile=write, expect_errors=True)
    assert sight.at(100, 100) == (60, 60, 60)
    assert sight.notices == ""
