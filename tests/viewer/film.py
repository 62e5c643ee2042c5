"""Pages that follow data: what they show while it changes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from tests.viewer.look import Sight

FRAMES = "Number(document.documentElement.dataset.frames ?? 0)"


def is_so(selector: str) -> str:
    """The condition that something is there."""
    return f"Boolean(document.querySelector({selector!r}))"


LIVE = is_so("#live[data-state=live]")

# Keeps the least and the greatest grey of each new picture, and when it was drawn. What changes is drawn
# without the graphics, on a canvas of its own.
RECORD = """
(() => {
  window.film = [];
  const [x, y, width, height] = PART;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  const look = () => {
    const found = (one) => document.querySelector(one);
    const canvas = found("#stage.filming .sketch") ?? found("#deckgl-overlay");
    const ratio = canvas.width / canvas.clientWidth;
    const [left, top] = [x - canvas.offsetLeft, y - canvas.offsetTop];
    const part = [left, top, width, height].map((length) => length * ratio);
    copy.drawImage(canvas, ...part, 0, 0, width, height);
    const { data } = copy.getImageData(0, 0, width, height);
    let [least, most] = [255, 0];
    for (let i = 0; i < data.length; i += 4) {
      least = Math.min(least, data[i]);
      most = Math.max(most, data[i]);
    }
    film.push([least, most, Date.now()]);
  };
  new MutationObserver(look).observe(document.documentElement, { attributeFilter: ["data-frames"] });
})()
"""


def looping(name: str, pause: float | None) -> str:
    """Code by which a thread fills an array with one value after the other, until its name is another's."""
    wait = "pass" if pause is None else f"time.sleep({pause})"
    return f"""
import threading, time
def write():
    own, i = {name}, 0
    while own is {name}:
        own[:] = 1 + i % 255
        i += 1
        {wait}
threading.Thread(target=write, daemon=True).start()
"""


@contextmanager
def growing_hdf5(file: Path, planes: np.ndarray) -> Iterator[Callable[[np.ndarray], object]]:
    """Gives what appends planes to a dataset that stays open for writing, as that of a detector."""
    shape = planes.shape[1:]
    with h5py.File(file, "w", libver="latest") as opened:
        data = opened.create_dataset("data", data=planes, maxshape=(None, *shape), chunks=(1, *shape))
        opened.swmr_mode = True

        def grow(more: np.ndarray) -> None:
            data.resize(len(data) + len(more), 0)
            data[-len(more) :] = more
            data.flush()

        yield grow


@dataclass(frozen=True)
class Frame:
    """A picture: its least and greatest grey, and when it was drawn in milliseconds."""

    least: int
    most: int
    at: float


def recording(part: tuple[int, int, int, int]) -> list[str]:
    """The step that begins to look at a part of the canvas: left, top, width, height."""
    return ["run", RECORD.replace("PART", str(list(part)))]


def frames(count: int) -> list[list[str]]:
    """The steps that wait for so many pictures, and tell of them."""
    return [["until", f"window.film.length >= {count}"], ["run", "window.film"]]


def seen(sight: Sight, index: int = -1) -> list[Frame]:
    """The pictures that a step has told of."""
    return [Frame(*one) for one in json.loads(sight.opened[index])]
