"""Virtual environments of clients that cannot live beside the newest zarr-python."""

import subprocess
import sys
import venv
from pathlib import Path

CACHE = Path(__file__).parent.parent.parent / ".cache" / "clients"


def environment(name: str, *requirements: str) -> Path:
    """The Python of an environment that has `requirements`; made once, kept in the project's cache."""
    place = CACHE / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = place / "ready"
    if not ready.exists():
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
        ready.touch()
    return python


def zarr2() -> Path:
    """The Python of zarr-python 2.18."""
    return environment(
        "zarr2", "zarr==2.18.7", "numcodecs<0.16", "numpy<2.3", "fsspec", "aiohttp", "requests"
    )
