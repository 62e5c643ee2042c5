"""Files that do to the worker which reads them what libraries of formats do when they fail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_zarr_serve.files.tree import Settings
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.files.source import FilesSource
from jupyter_zarr_serve.sources.files.worker_start import Processes
from jupyter_zarr_serve.sources.send_budget import SendBudget

# What the name of a `.npy` file begins with makes its reader fail in this way.
PROGRAM = """
import mmap, os, signal, socket, time
import numpy as np
from jupyter_zarr_serve.core.progress import steps
from jupyter_zarr_serve.readers import npy
read = npy.read
crashed = mmap.mmap(-1, 1)  # all workers share it
def escape(path):
    ways = {
        "reads": lambda: open(path.parent.parent / "secret"),
        "writes": lambda: open(path.with_name("written"), "w"),
        "removes": path.unlink,
        "connects": lambda: socket.create_connection(("127.0.0.1", int(path.stem.removeprefix("escape")))),
        "spies": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
        "traces": lambda: open(f"/proc/{int(os.environ['SERVER'])}/environ", "rb").read(),
    }
    for way, attempt in ways.items():
        try:
            attempt()
        except PermissionError:
            continue
        raise ValueError(way)
def failing(path, *rest):
    if path.name.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if path.name.startswith("once") and not crashed[0]:
        crashed[0] = 1
        os.kill(os.getpid(), signal.SIGSEGV)
    if path.name.startswith("hang"):
        time.sleep(600)
    if path.name.startswith("slow"):
        for _ in steps(range(4), "parts"):
            time.sleep(0.15)
    if path.name.startswith("escape"):
        escape(path)
    if path.name.startswith("bomb"):
        np.ones(1 << 31)
    return read(path, *rest)
npy.read = failing
from jupyter_zarr_serve.worker.__main__ import main
main()
"""


@asynccontextmanager
async def files(root: Path, *names: str, **settings: Any) -> AsyncIterator[FilesSource]:
    """A source of the files below a folder, whose workers fail as the files' names say."""
    for name in ("sound", *names):
        np.save(root / f"{name}.npy", np.arange(6))
    asked = Settings(root, **{"workers": 2, **settings})
    source = FilesSource(asked, SendBudget(), Processes(asked, ("-c", PROGRAM)))
    try:
        yield source
    finally:
        source.close()


async def get(source: FilesSource, path: str, **members: Any) -> Response:
    """The response for a path below the folder."""
    return await response_of(source, Request(3, ("files", *path.split("/")), **members))
