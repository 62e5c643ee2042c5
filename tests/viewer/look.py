"""Looking at pages in one Chromium that stays open."""

import base64
import io
import json
import select
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
from PIL import Image

from tests.clients.browser import CHROMIUM
from tests.clients.node import NODE, programs
from tests.server import Server

LOOK_SECONDS = 120


@dataclass(frozen=True)
class Sight:
    """What a page showed.

    `pixels` is the part of the screen with the picture, (y, x, RGB), whose `corner` is at x, y; `camera`
    are the zoom, and the place of the image, x and y, that is in the middle. `read` has for each selector
    the elements that it found, each as the texts of its children. `opened` has the addresses that steps
    opened, the texts that they pasted and the milliseconds that they took; `texts` are those of
    what `words` selects, `barriers` what axe found.
    """

    pixels: np.ndarray
    corner: tuple[int, int]
    camera: tuple[float, float, float] | None
    text: str
    notices: str
    url: str
    errors: list[str]
    opened: list[str]
    panel: str
    read: dict[str, list[list[str]]]
    texts: list[str]
    barriers: list[str]
    title: str

    def at(self, y: float, x: float) -> tuple[int, int, int]:
        """The colour of a pixel of the image."""
        column, row = self.place(y, x)
        red, green, blue = self.pixels[int(row) - self.corner[1], int(column) - self.corner[0]].tolist()
        return red, green, blue

    def place(self, y: float, x: float) -> tuple[float, float]:
        """Where on the page the middle of a pixel of the image is, from the left and from above."""
        assert self.camera is not None
        zoom, middle_x, middle_y = self.camera
        height, width, _ = self.pixels.shape
        left, top = self.corner
        column = left + width / 2 + (x + 0.5 - middle_x) * 2**zoom
        return column, top + height / 2 + (y + 0.5 - middle_y) * 2**zoom


@dataclass(frozen=True)
class Browser:
    """A Chromium that shows pages of a server."""

    server: Server
    process: subprocess.Popen[str]

    def look(
        self, path: str, view: dict[str, Any] | None = None, *, form: str = "",
        expect_errors: bool = False, **how: Any,
    ) -> Sight:  # fmt: skip
        """What the viewer shows of a path.

        Parameters
        ----------
        view
            What is to be behind the ``#`` of the address.
        form
            In which of its forms the path is to be shown; "" for the one that suits it.
        how
            `width`, `height`, `scheme`, `steps`, `read`, `words`, `axe`, `hasGraphics`,
            `before`: see ``look.js``.
        """
        # Rulers and the bar of colours lie over pixels, which are looked at.
        fragment = "&".join(f"{key}={value}" for key, value in ({"marks": 0} | (view or {})).items())
        token = f"{form and f'&form={form}'}&token={self.server.token}"
        return self.open(
            f"zarr/view?path={quote(path)}{token}#{fragment}", expect_errors=expect_errors, **how
        )

    def open(
        self, url: str, *, expect_errors: bool = False, meanwhile: Callable[[str], object] = str, **how: Any
    ) -> Sight:
        """What a page shows that is built like the viewer.

        Parameters
        ----------
        meanwhile
            What to do at the step of that name, and when there is what `until` selects, with its text.
        """
        asked = url if url.startswith("http") else self.server.url + url
        told = self._told({"url": asked, **how})
        while "meanwhile" in told:
            meanwhile(told["meanwhile"])
            told = self._told({})
        assert "failure" not in told, told["failure"]
        assert told["foreign"] == []
        assert expect_errors or not told["errors"], told["errors"]
        left, top, width, height = map(round, told["box"])
        screen = np.array(Image.open(io.BytesIO(base64.b64decode(told["picture"]))).convert("RGB"))
        return Sight(
            screen[top : top + height, left : left + width],
            (left, top),
            camera_in(told["url"]),
            told["text"],
            told["notices"],
            told["url"],
            told["errors"],
            told["opened"],
            told["panel"],
            told["read"],
            told["texts"],
            told["barriers"],
            told["title"],
        )

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The next line of the browser, once it was asked."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], LOOK_SECONDS)
        assert ready, "the browser does not answer"
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told


@contextmanager
def browser_of(server: Server) -> Iterator[Browser]:
    """A browser for the pages of a server."""
    with subprocess.Popen(
        [NODE, "look.js", str(CHROMIUM)], cwd=programs(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield Browser(server, process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def camera_in(url: str) -> tuple[float, float, float] | None:
    """The zoom and the middle, x and y, in the address of a view."""
    parts = dict(part.split("=", 1) for part in url.partition("#")[2].split("&") if "=" in part)
    if "centre" not in parts:
        return None
    x, y = map(float, parts["centre"].split(","))
    return float(parts["zoom"]), x, y
