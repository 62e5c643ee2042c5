"""A person with a browser, who is sent to the Hub's login and goes on from page to page."""

import base64
import io
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.clients.browser import CHROMIUM
from tests.clients.node import NODE, programs
from tests.clients.verdicts import PROGRAM_SECONDS
from tests.hub.hub import PASSWORD, Hub


@dataclass(frozen=True)
class Entry:
    """What the person saw.

    `came` is where the login led to, `visited` the address of each page that was gone to, `row` the middle
    line of the picture, (x, RGB), `others` the addresses of the buttons for other viewers.
    """

    came: str
    visited: list[str]
    row: np.ndarray
    notices: str
    others: list[str]
    errors: list[str]


def enter(hub: Hub, path: str, user: str, links: Sequence[str]) -> Entry:
    """Open a page of alice's server, log in, follow the links by their texts to a viewer's page."""
    asked = {
        "executable": CHROMIUM, "url": f"{hub.user_url}{path}",
        "user": user, "password": PASSWORD, "links": list(links),
    }  # fmt: skip
    done = subprocess.run(
        [NODE, "enter.js"], cwd=programs(), input=json.dumps(asked),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    screen = np.array(Image.open(io.BytesIO(base64.b64decode(told["picture"]))).convert("RGB"))
    return Entry(
        told["came"], told["visited"], screen[len(screen) // 2],
        told["notices"].strip(), told["others"], told["errors"],
    )  # fmt: skip
