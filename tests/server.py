"""Starting a real Jupyter server with the extension, and asking it as clients do."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec
import requests
import zarr

START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A running server: its base URL (with a trailing slash), token and process."""

    url: str
    token: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"} if self.token else {}

    @property
    def storage_options(self) -> dict[str, Any]:
        return {"client_kwargs": {"headers": self.headers}}

    def store_url(self, zarr_format: int, path: str = "") -> str:
        return f"{self.url}zarr/v{zarr_format}/{quote(path)}".rstrip("/")

    def get(self, path: str, method: str = "GET", **kwargs: Any) -> requests.Response:
        """A request for a path below the base URL, sent exactly as it is spelled."""
        headers = {**self.headers, **kwargs.pop("headers", {})}
        request = requests.Request(method, self.url, headers=headers, json=kwargs.pop("json", None))
        prepared = request.prepare()
        prepared.url = self.url + path
        with requests.Session() as session:
            return session.send(prepared, timeout=60, allow_redirects=False)

    def nobody(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        """The same without the token."""
        return replace(self, token="").get(path, method, headers=headers)

    def open(self, zarr_format: int, path: str = "") -> Any:
        """The node at a path, by zarr-python over fsspec: the idiom of Tiled's documentation."""
        url = self.store_url(zarr_format, path)
        mapper = fsspec.get_mapper(url, client_kwargs={"headers": self.headers})
        return zarr.open(mapper, mode="r")


@contextmanager
def running_server(
    root: Path | None, private: Path, *arguments: str, cwd: Path | None = None,
    program: Sequence[str] = ("jupyter", "zarr"), python: str = sys.executable,
) -> Iterator[Server]:  # fmt: skip
    """A server of `root`, with its own configuration and runtime folders below `private`.

    Parameters
    ----------
    program
        The module that Python runs, and its first arguments.
    """
    folders = {f"JUPYTER_{kind}_DIR": str(private / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    folders["IPYTHONDIR"] = str(private / "IPYTHON")  # kernels run no start-up files of the home folder
    environment = {**os.environ, **folders}
    environment.pop("JUPYTER_TOKEN", None)
    command = [
        python, "-m", *program, *arguments,
        "--no-browser", "--allow-root",
        *([] if any("ServerApp.sock=" in each for each in arguments) else ["--ServerApp.port=0"]),
        *([f"--ServerApp.root_dir={root}"] if root else []),
    ]  # fmt: skip
    log = private / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, text=True
        )
    try:
        info = _server_info(private / "RUNTIME", process, log)
        url = info["url"].replace("localhost", "127.0.0.1")
        yield Server(url, info["token"], process, log)
    finally:
        process.terminate()
        process.wait(20)


def _server_info(runtime: Path, process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    """What the server wrote of itself, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            info: dict[str, Any] = json.loads(file.read_text() or "{}")
            if info.get("sock") and Path(info["sock"]).exists():  # of a Unix socket
                return info
            if info.get("port") and _answers(info["url"]):
                return info
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}api", timeout=5).ok
    except requests.ConnectionError:
        return False
