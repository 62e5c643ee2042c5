"""Virtual environments of programs that cannot live beside what the tests need, or would slow it down."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.cache import CACHE, kept

PROGRAM = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"


def on_top(name: str, *requirements: str) -> Path:
    """The Python of an environment that has `requirements` besides, or in place of, all that this one has.

    What this one has of Jupyter's settings is there as well. Each of the `requirements` is installed, even
    if this one has it already: programs such as JupyterLab look for their files beside their Python.
    """

    def make(place: Path) -> None:
        venv.create(place)
        (_packages(place) / "tests.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        )
        shutil.copytree(Path(sys.prefix, "etc", "jupyter"), place / "etc" / "jupyter")
        # By this environment's pip, which is there already; of what comes, few modules are ever imported.
        pip = [sys.executable, "-m", "pip", "--python", place / PROGRAM]
        install = [*pip, "install", "--quiet", "--no-compile"]
        subprocess.run([*install, "--ignore-installed", "--no-deps", *requirements], check=True)
        subprocess.run([*install, *requirements], check=True)

    wanted = "\n".join([sys.version, sys.prefix, *requirements])
    return kept(CACHE / "on_top" / name, wanted, make) / PROGRAM


def only(place: Path, *requirements: str) -> Path:
    """The Python of a new environment that has `requirements`, what they depend on, and nothing else.

    All of it is installed here already: the environment has links to it.
    """
    venv.create(place)
    for found in _needed(map(Requirement, requirements)).values():
        tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
        for link in (_packages(place) / top for top in tops):
            if not link.exists():
                link.symlink_to(str(found.locate_file(link.name)))
    return place / PROGRAM


def _packages(place: Path) -> Path:
    """Where an environment has its packages."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))


def _needed(requirements: Iterable[Requirement]) -> dict[tuple[str, str], Distribution]:
    """What requirements need, and what that needs, by name and extra."""
    found: dict[tuple[str, str], Distribution] = {}
    left = [*requirements]
    while left:
        wanted = left.pop()
        for extra in ("", *wanted.extras):
            if (wanted.name, extra) in found:
                continue
            known = found[wanted.name, extra] = distribution(wanted.name)
            further = map(Requirement, known.requires or ())
            left += [one for one in further if one.marker is None or one.marker.evaluate({"extra": extra})]
    return found


def zarr2() -> Path:
    """The Python of zarr-python 2.18."""
    return on_top("zarr2", "zarr==2.18.7", "numcodecs<0.16", "numpy<2.3")
