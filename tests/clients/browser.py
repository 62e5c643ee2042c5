"""zarrita in a real browser, in a page of another origin than the Jupyter server's."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.clients.node import NODE, PROGRAMS, programs
from tests.clients.verdicts import PROGRAM_SECONDS, Answer, Question

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# In CI a missing tool is a failure, not a reason to skip.
needs_browser = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="install Chromium (Debian: chromium)"
)


@dataclass(frozen=True)
class ByToken(Question):
    """A question whose URLs bear the token; there are no headers."""

    query: str = ""


def by_token(question: Question) -> ByToken:
    """The same question with the token in its URLs."""
    token = question.headers["Authorization"].removeprefix("token ")
    return ByToken(**asdict(replace(question, headers={})), query=f"?token={token}")


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def page_server() -> Iterator[str]:
    """The origin of a server of our page and its packages; on another site than 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(PROGRAMS))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def browse(
    origin: str, questions: Sequence[Question], page: str = "page.html"
) -> tuple[list[list[Answer]], list[str]]:
    """The answers of a page to each question, and the errors in the browser's console."""
    asked = {
        "page": f"{origin}/{page}",
        "executable": CHROMIUM,
        "questions": list(map(asdict, questions)),
    }
    done = subprocess.run(
        [NODE, "browse.js"], cwd=programs(), input=json.dumps(asked),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return told["answers"], told["errors"]
