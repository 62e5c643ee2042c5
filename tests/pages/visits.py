"""People's visits to pages, in a real browser."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.clients.browser import CHROMIUM
from tests.clients.node import NODE, programs
from tests.server import Server

SECONDS = 120
A_PAGE = 10  # seconds more for each


def visits(server: Server, pages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each visit was like; see ``js/visit.js``. A page's "path" is below the server's base URL."""
    asked = {
        "executable": CHROMIUM,
        "token": server.token,
        "pages": [
            {"base": urlsplit(server.url).path, **page, "url": server.url + page["path"]} for page in pages
        ],
    }
    done = subprocess.run(
        [NODE, "visit.js"], cwd=programs(), input=json.dumps(asked),
        capture_output=True, text=True, check=False, timeout=SECONDS + A_PAGE * len(pages),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(done.stdout)["visits"]
    return found
