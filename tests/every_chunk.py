"""Reading every chunk of many files of all formats, and what a server and its workers take for it."""

import http.client
import itertools
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil

from jupyter_zarr_serve.core import v3
from jupyter_zarr_serve.core.grid import grid_shape
from jupyter_zarr_serve.core.nodes import Array, Node
from jupyter_zarr_serve.core.walk import members
from jupyter_zarr_serve.files.tree import Settings, root_of
from tests.attacks.test_listings import WRITERS
from tests.server import Server

CLIENTS = 4
GUIDE = Path(__file__).parent.parent / "docs" / "howto" / "jupyterhub.md"
MB = 10**6


@dataclass(frozen=True)
class Taken:
    """Bytes of memory: of the server before anything was read, and the most that each process took.

    Workers' without libraries' code: how much of it is mapped depends on what the system has in memory.
    """

    start: int
    server: int
    workers: list[int]
    chunks: int


def write(folder: Path, count: int) -> None:
    """This number of files, of each format as many."""
    first = folder / "0"
    first.mkdir(parents=True)
    for name, writer in WRITERS.items():
        writer(first / name)
    for at in range(1, count // len(WRITERS)):
        shutil.copytree(first, folder / str(at))


def read(server: Server, folder: Path) -> Taken:
    """Read every chunk of every file, in several threads."""
    keys = list(_keys(root_of(Settings(folder)).children["files"].children["0"]))  # type: ignore[union-attr]
    copies = sorted(entry.name for entry in folder.iterdir())
    _ask(server, [f"{copies[0]}/{key}" for key in keys[:1]])
    start = _taken(server.process.pid, "VmRSS")
    paths = [f"{copy}/{key}" for copy in copies for key in keys]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda at: _ask(server, paths[at::CLIENTS]), range(CLIENTS)))
    below = psutil.Process(server.process.pid).children(recursive=True)
    pids = [child.pid for child in below if child.children() == []]
    workers = [_taken(pid, "VmHWM") - _taken(pid, "RssFile") for pid in pids]
    return Taken(start, _taken(server.process.pid, "VmHWM"), workers, len(paths))


def formula(of: str, **settings: int) -> int:
    """What the guide says that a server or a worker takes, in bytes."""
    (spelled,) = re.findall(rf"^    {of} = (.+)$", GUIDE.read_text(), re.MULTILINE)
    value: int = eval(spelled, {"__builtins__": {}, "min": min, "max": max}, {**settings, "MB": MB})
    return value


def _keys(node: Node, path: str = "") -> Iterator[str]:
    """The keys of all chunks of version 3 at and below a node."""
    if isinstance(node, Array):
        array = node.in_format(3)
        counts = grid_shape(array.shape, array.chunk_shape)
        for coords in itertools.product(*map(range, counts)):
            yield f"{path}/{v3.chunk_key(coords)}"
        return
    for name, child in members(node):
        yield from _keys(child, f"{path}/{name}".lstrip("/"))


def _ask(server: Server, paths: list[str]) -> None:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    for path in paths:
        connection.request("GET", f"{address.path}zarr/v3/files/{quote(path)}", headers=server.headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in {200, 404}, path  # a chunk of nothing but the fill value is absent
    connection.close()


def _taken(pid: int, kind: str) -> int:
    found = re.search(rf"{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
