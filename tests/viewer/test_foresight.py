"""What lies around a picture is there before it is looked at."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zarr

from tests.clients.browser import needs_browser
from tests.viewer.conftest import browsing
from tests.viewer.film import LIVE
from tests.viewer.look import Browser

pytestmark = needs_browser

SIDE, CHUNK = 4096, 512
KEYS = "said.filter(({type}) => type === 'get').flatMap(({keys}) => keys.map((one) => one.key ?? one))"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for an image that is larger than any screen."""

    def write(folder: Path) -> None:
        y, x = np.mgrid[:SIDE, :SIDE]
        image = zarr.create_array(
            folder / "wide.zarr", shape=(SIDE, SIDE), chunks=(CHUNK, CHUNK), dtype="u1"
        )
        image[:] = (x // 16 + y // 16) % 256

    with browsing(tmp_path_factory, write) as browser:
        yield browser


def test_the_next_step_needs_no_chunk_that_is_not_there(wide: Browser):
    """In most pans; a busy machine may show a picture too late for anything to be asked for ahead."""
    pans = ["ArrowRight", "ArrowDown"] * 4
    steps: list[object] = [["until", LIVE], ["press", "1"]]
    for key in ["Shift", *pans]:
        steps += [["run", f"window.pressed = performance.now(); window.known = {KEYS}; 0"], ["press", key]]
        steps += [["run", f"{KEYS}.slice(known.length)"]]
        # The address follows what is seen after a while.
        steps += [["until", "performance.now() - pressed > 1500"], ["run", "location.hash"]]
    sight = wide.look("files/wide.zarr", steps=steps, width=1280, height=800)
    assert not sight.errors
    opened = [json.loads(told) for told in sight.opened]
    seen = [chunks_at(view, sight.pixels.shape[:2]) for view in opened[2::3]]
    asked = [
        {tuple(map(int, key.split("/")[-2:])) for key in keys if "/0/c/" in key} for keys in opened[1::3]
    ]
    news = [
        (now - before, late & now) for before, now, late in zip(seen, seen[1:], asked[1:], strict=False)
    ]
    late = [bool(late) for new, late in news if new]
    assert len(late) > 2
    assert sum(late) <= len(late) / 2, news


def chunks_at(view: str, size: tuple[int, ...]) -> set[tuple[int, int]]:
    """The chunks, row and column, that the picture of an address has a part of, at one pixel a pixel."""
    parts = dict(part.split("=", 1) for part in view.lstrip("#").split("&"))
    centre = [float(place) for place in parts["centre"].split(",")]
    down, across = (
        range(int((at - side / 2) // CHUNK), int((at + side / 2) // CHUNK) + 1)
        for at, side in zip(centre[::-1], size, strict=True)
    )
    return {(row, column) for row in down for column in across}
