"""Programs in JavaScript: Node, and the packages of ``js/package.json``, installed once."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from tests.cache import CACHE, kept, locked
from tests.clients.verdicts import PROGRAM_SECONDS, Answer, Question

PROGRAMS = CACHE / "clients" / "js"
SOURCES = Path(__file__).with_name("js")
# The lock pins what the packages need, without addresses: they come from whatever registry npm uses.
PACKAGES = ("package.json", "package-lock.json")

# In CI a missing tool is a failure, not a reason to skip.
needs_node = pytest.mark.skipif(
    shutil.which("npm") is None and "CI" not in os.environ, reason="install Node 20 with npm"
)


@cache
def programs() -> Path:
    """The folder of our scripts beside their packages, kept in the project's cache."""

    def install(place: Path) -> None:
        for name in PACKAGES:
            shutil.copy(SOURCES / name, place)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=place, check=True, timeout=250)

    place = kept(PROGRAMS, "".join((SOURCES / name).read_text() for name in PACKAGES), install)
    with locked(place):
        for script in SOURCES.glob("*.*"):
            _copy(script, place / script.name)
    return place


def _copy(script: Path, target: Path) -> None:
    """Copy what differs: the program of another worker may be reading it."""
    if not target.exists() or target.read_bytes() != script.read_bytes():
        shutil.copy(script, target)


def answers_of_script(script: str, question: Question) -> list[Answer]:
    """What a script answers to a question."""
    done = subprocess.run(
        ["node", script], cwd=programs(), input=json.dumps(asdict(question)),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
