"""Virtual environments of clients that cannot live beside the newest zarr-python."""

import subprocess
import sys
import venv
from pathlib import Path

from tests.cache import CACHE, kept


def environment(name: str, *requirements: str) -> Path:
    """The Python of an environment that has `requirements`; made once, kept in the project's cache."""
    program = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"

    def make(place: Path) -> None:
        venv.create(place, with_pip=True)
        subprocess.run([place / program, "-m", "pip", "install", "--quiet", *requirements], check=True)

    place = CACHE / "clients" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    return kept(place, "\n".join(requirements), make) / program


def zarr2() -> Path:
    """The Python of zarr-python 2.18."""
    return environment(
        "zarr2", "zarr==2.18.7", "numcodecs<0.16", "numpy<2.3", "fsspec", "aiohttp", "requests"
    )
