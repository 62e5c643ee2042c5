"""One page of Chromium in which a test presses things, one after the other."""

import json
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.clients.browser import CHROMIUM
from tests.clients.node import NODE, programs

SECONDS = 130


@dataclass(frozen=True)
class Page:
    """The page; ``page("click", selector)`` does what ``press.js`` calls so, and returns what it tells."""

    process: subprocess.Popen[str]

    def __call__(self, action: str, *given: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([action, *given]) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        assert ready, f"the browser does not answer to {action}"
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "failure" not in told, told["failure"]
        return told["value"]


@contextmanager
def page() -> Iterator[Page]:
    """A page that shows nothing yet."""
    with subprocess.Popen(
        [NODE, "press.js", str(CHROMIUM)], cwd=programs(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield Page(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
