"""The servers that we measure ourselves against, each in a process of its own."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients.environments import on_top
from tests.server import Server, running_server

START_SECONDS = 120
BARE = "benchmarks.bare"
_NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextmanager
def bare(folder: Path, files: Path) -> Iterator[Server]:
    """A Jupyter server with a bare Tornado handler, which writes the bytes of files, below ``bare/``."""
    private = folder / "bare"
    private.mkdir()
    os.environ["BARE_FILES"] = str(files)
    with running_server(
        None, private, f"--ServerApp.jpserver_extensions={BARE}=True", cwd=private
    ) as server:
        yield server


@contextmanager
def nginx(folder: Path, files: Path) -> Iterator[str | None]:
    """nginx over a folder; None where it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port, root=files))
    with _running([program, "-c", str(configuration), "-e", str(folder / "nginx.log")], port, "/"):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def tiled() -> Iterator[str | None]:
    """Tiled's own demo; None where it cannot be installed."""
    python = _environment("tiled", "tiled[all]")
    if python is None:
        yield None
        return
    port = free_port()
    with _running([str(python.parent / "tiled"), "serve", "demo", "--port", str(port)], port, "/zarr/v2/"):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def of_zarr(name: str, store: Path) -> Iterator[str | None]:
    """xpublish or zarr-http-server over a Zarr store; None where it cannot be installed."""
    plugins = ["xpublish-zarr"] if name == "xpublish" else []
    python = _environment(name, name, *plugins, "zarr>=3.1", "xarray", "dask", "uvicorn")
    if python is None:
        yield None
        return
    port = free_port()
    program = Path(__file__).with_name("peer.py")
    with _running([str(python), str(program), name, str(store), str(port)], port, "/"):
        yield f"http://127.0.0.1:{port}/"


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ours(folder: Path, root: Path, name: str, *arguments: str) -> Iterator[Server]:
    """Our server over a folder."""
    private = folder / name
    private.mkdir()
    with running_server(root, private, *arguments) as server:
        yield server


def _environment(name: str, *requirements: str) -> Path | None:
    try:
        return on_top(name, *requirements)
    except subprocess.CalledProcessError:
        print(f"{name} cannot be installed for this Python; its rows are left out", file=sys.stderr)
        return None


@contextmanager
def _running(command: list[str], port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: process.poll() is not None or _answers(f"http://127.0.0.1:{port}{path}"))
        assert process.poll() is None, f"it did not start: {command}"
        yield
    finally:
        process.terminate()
        process.wait(20)


def _until(predicate: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not predicate():
        assert time.monotonic() < deadline, "it did not answer in time"
        time.sleep(0.2)


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
