"""Programs in JavaScript: Node, and the packages of ``js/package.json``, installed once."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.clients.environments import CACHE
from tests.clients.verdicts import PROGRAM_SECONDS, Answer, Question

SOURCES = Path(__file__).with_name("js")
# The lock pins what the packages need, without addresses: they come from whatever registry npm uses.
PACKAGES = ("package.json", "package-lock.json")

# In CI a missing tool is a failure, not a reason to skip.
needs_node = pytest.mark.skipif(
    shutil.which("npm") is None and "CI" not in os.environ, reason="install Node 20 with npm"
)


def programs() -> Path:
    """The folder of our scripts beside their packages, kept in the project's cache."""
    place = CACHE / "js"
    wanted = "".join((SOURCES / name).read_text() for name in PACKAGES)
    ready = place / "ready"
    if not ready.exists() or ready.read_text() != wanted:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in PACKAGES:
            shutil.copy(SOURCES / name, place)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=place, check=True, timeout=300)
        ready.write_text(wanted)
    for script in SOURCES.glob("*.*"):
        shutil.copy(script, place)
    return place


def answers_of_script(script: str, question: Question) -> list[Answer]:
    """What a script answers to a question."""
    done = subprocess.run(
        ["node", script], cwd=programs(), input=json.dumps(asdict(question)),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
