"""Kernels and notebooks of a real server: started over its REST API, run over their connection file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from jupyter_client import BlockingKernelClient

from tests.server import Server
from tests.waiting import until

START_SECONDS = 60


@dataclass(frozen=True)
class Kernel:
    """A kernel of a running server."""

    server: Server
    id: str
    runtime: Path

    @property
    def path(self) -> str:
        return f"kernels/{self.id}"

    @property
    def connection_file(self) -> Path:
        return self.runtime / f"kernel-{self.id}.json"

    @property
    def endpoint_file(self) -> Path:
        return self.runtime / f"zarr-serve-kernel-{self.id}.json"

    @property
    def key(self) -> bytes:
        key: str = json.loads(self.connection_file.read_text())["key"]
        return key.encode()

    def run(self, code: str, *, wait: bool = True) -> str:
        """See `run`."""
        return run(self.connection_file, code, wait=wait)

    def begin(self, code: str) -> None:
        """Run code that goes on, and wait until the kernel is in it."""
        mark = self.runtime / f"begun-{self.id}"
        mark.unlink(missing_ok=True)
        self.run(f"open({str(mark)!r}, 'w').close()\n{code}", wait=False)
        until(mark.exists)

    def api(self, method: str, action: str = "") -> requests.Response:
        return api(self.server, method, f"kernels/{self.id}{action}")


def run(connection_file: Path, code: str, *, wait: bool = True) -> str:
    """What the code prints; an error in it is an error here. Without `wait` it runs on."""
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels(hb=False)  # a kernel that starts slowly would pass for dead
    try:
        client.wait_for_ready(timeout=START_SECONDS)
        if not wait:
            client.execute(code)
            return ""
        printed: list[str] = []
        reply = client.execute_interactive(
            code, timeout=START_SECONDS, output_hook=lambda message: printed.append(_text(message))
        )
    finally:
        client.stop_channels()
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(printed)


def _text(message: dict[str, Any]) -> str:
    return message["content"].get("text", "") if message["msg_type"] == "stream" else ""


def api(server: Server, method: str, url_path: str, **body: Any) -> requests.Response:
    """Ask Jupyter's REST API."""
    url = f"{server.url}api/{url_path}"
    answer = requests.request(method, url, headers=server.headers, json=body or None, timeout=60)
    answer.raise_for_status()
    return answer


def runtime_of(server: Server) -> Path:
    return server.log.parent / "RUNTIME"


@contextmanager
def running_kernel(server: Server, name: str = "python3") -> Iterator[Kernel]:
    """A kernel of the server; shut down at the end if it still exists."""
    kernel = Kernel(server, api(server, "POST", "kernels", name=name).json()["id"], runtime_of(server))
    try:
        yield kernel
    finally:
        requests.delete(f"{server.url}api/kernels/{kernel.id}", headers=server.headers, timeout=60)


@contextmanager
def running_notebook(server: Server, path: str) -> Iterator[tuple[Kernel, str]]:
    """A session of a notebook with a kernel of its own, and the session's id."""
    body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
    session = api(server, "POST", "sessions", **body).json()
    try:
        yield Kernel(server, session["kernel"]["id"], runtime_of(server)), session["id"]
    finally:
        requests.delete(f"{server.url}api/sessions/{session['id']}", headers=server.headers, timeout=60)
