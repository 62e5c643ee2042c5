"""The animation of the README, a film in the viewer; ``python -m tests.viewer.animation [FILE]`` makes it.

A kernel writes into an array; each picture is taken once the viewer shows what was written.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.kernels.jupyter import Kernel, running_notebook
from tests.lab.pressing import Page
from tests.lab.pressing import page as opened
from tests.server import running_server
from tests.viewer.film import FRAMES
from tests.waiting import until

FILE = Path(__file__).parents[2] / "docs" / "images" / "live.webp"
STEPS, SECONDS = 30, 3.0  # of the film
WINDOW = 640, 560  # pixels
SHOWN = 640, 344  # of them, from above: without the controls
MOST = 500_000  # bytes
NAME = "ripples.ipynb"
SETUP = """
import numpy as np, jupyter_zarr_serve as jz
y, x = np.mgrid[:320, :480].astype("float32")
near, far = np.hypot(x - 150, y - 160) / 12, np.hypot(x - 330, y - 160) / 12
image = np.zeros((320, 480), "float32")
handle = jz.publish(image=image)
"""
STEP = "phase = 2 * np.pi * {step} / {steps}; image[:] = np.cos(near - phase) + np.cos(far - phase)"


def wait_for_more(page: Page, before: int) -> None:
    until(lambda: page("evaluate", f"() => {FRAMES}") > before)


def pictures(page: Page, kernel: Kernel, folder: Path) -> list[Image.Image]:
    """What the page shows after each step of the loop."""
    found = []
    for step in range(STEPS):
        before = page("evaluate", f"() => {FRAMES}")
        kernel.run(STEP.format(step=step + 1, steps=STEPS))
        wait_for_more(page, before)
        shot = folder / f"{step}.png"
        page("picture", str(shot), {"clip": {"x": 0, "y": 0, "width": SHOWN[0], "height": SHOWN[1]}})
        with Image.open(shot) as image:
            found.append(image.convert("RGB"))
    return found


def filmed() -> list[Image.Image]:
    """The pictures of the film."""
    with tempfile.TemporaryDirectory() as place:
        served, private, shots = (Path(place, name) for name in ("served", "private", "shots"))
        for folder in (served, private, shots):
            folder.mkdir()
        with (
            running_server(served, private) as server,
            running_notebook(server, NAME) as (kernel, _),
            opened() as page,
        ):
            kernel.run(SETUP + STEP.format(step=0, steps=STEPS))
            page("size", *WINDOW)
            path = f"notebooks/{NAME}/image"
            page("go", f"{server.url}zarr/view?path={path}&token={server.token}#c0=-2,2,viridis,1,linear")
            page("see", "#live[data-state=live]")
            page("see", "html[data-drawn=fine]")
            return pictures(page, kernel, shots)


def written(film: list[Image.Image]) -> bytes:
    """The film as an animated WebP of at most `MOST` bytes."""
    for quality in (75, 60, 45, 30):
        out = io.BytesIO()
        pause = round(1000 * SECONDS / len(film))
        film[0].save(
            out,
            "WEBP",
            save_all=True,
            append_images=film[1:],
            duration=pause,
            loop=0,
            quality=quality,
            method=6,
        )
        if out.tell() <= MOST:
            return out.getvalue()
    raise ValueError(f"the film has {out.tell():,} bytes; make it shorter")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.write_bytes(written(filmed()))
    print(target.name, target.stat().st_size)
