"""Virtual environments of programs that cannot live beside what the tests need, or would slow it down."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.cache import CACHE, kept

PROGRAM = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"


def on_top(name: str, *requirements: str) -> Path:
    """The Python of an environment that has `requirements` besides, or in place of, all that this one has.

    What this one has of Jupyter's settings is there as well. Each of the `requirements` is installed, even
    if this one has it already: programs such as JupyterLab look for their files beside their Python.
    """

    def make(place: Path) -> None:
        venv.create(place, with_pip=True)
        site = sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)})
        Path(site, "tests.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        )
        shutil.copytree(Path(sys.prefix, "etc", "jupyter"), place / "etc" / "jupyter")
        install = [place / PROGRAM, "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, "--ignore-installed", "--no-deps", *requirements], check=True)
        subprocess.run([*install, *requirements], check=True)

    wanted = "\n".join([sys.version, sys.prefix, *requirements])
    return kept(CACHE / "on_top" / name, wanted, make) / PROGRAM


def environment(name: str, *requirements: str) -> Path:
    """The Python of an environment that has `requirements`; made once, kept in the project's cache."""

    def make(place: Path) -> None:
        venv.create(place, with_pip=True)
        subprocess.run([place / PROGRAM, "-m", "pip", "install", "--quiet", *requirements], check=True)

    place = CACHE / "clients" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    return kept(place, "\n".join(requirements), make) / PROGRAM


def zarr2() -> Path:
    """The Python of zarr-python 2.18."""
    return on_top("zarr2", "zarr==2.18.7", "numcodecs<0.16", "numpy<2.3")
