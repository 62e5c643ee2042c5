"""Another program takes the port of a server that has ended: it is never sent a token."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from jupyter_zarr_serve.commands import ShareCommand
from jupyter_zarr_serve.core.errors import Unavailable
from jupyter_zarr_serve.servers.listening import is_running, listens
from jupyter_zarr_serve.servers.running import server_of, servers
from tests.publisher.test_unserved import Answering

_SERVE = """
import http.server, sys
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
print(server.server_port, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process that listens somewhere."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def impostor(monkeypatch) -> Iterator[HTTPServer]:
    """What listens on the port; all that it is sent is noted."""
    monkeypatch.setattr(Answering, "status", 404)
    Answering.seen.clear()
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def told(folder: Path, process: int, port: int) -> dict[str, str]:
    """Leave the file of a server; the environment of one of its kernels."""
    content = {
        "url": f"http://localhost:{port}/", "token": "secret", "pid": process, "root_dir": str(folder),
        "hostname": "localhost",
    }  # fmt: skip
    (folder / f"jpserver-{process}.json").write_text(json.dumps(content))
    return {"JPY_PARENT_PID": str(process)}


def refused(folder: Path, environment: dict[str, str]) -> None:
    with pytest.raises(Unavailable, match="another program listens there"):
        server_of(folder, environment).make({"path": ["kernels", "k", "t"]})
    with pytest.raises(Unavailable, match="another program listens there"):
        server_of(folder, environment).revoke("0" * 12)
    assert Answering.seen == []
    assert list(servers(folder)) == []


def test_what_listens_on_the_port_of_a_dead_server_sees_no_token(tmp_path, impostor, other):
    other.kill()
    other.wait()
    refused(tmp_path, told(tmp_path, other.pid, impostor.server_port))


def test_nor_does_it_while_another_process_has_the_id_of_the_dead_one(tmp_path, impostor, other):
    assert other.stdout is not None
    assert int(other.stdout.readline()) != impostor.server_port
    refused(tmp_path, told(tmp_path, other.pid, impostor.server_port))


def test_the_command_passes_dead_servers_by(tmp_path, impostor, other, monkeypatch, capsys):
    other.kill()
    other.wait()
    told(tmp_path, other.pid, impostor.server_port)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    app = ShareCommand()
    app.initialize([str(tmp_path)])
    with pytest.raises(SystemExit, match="is running; start one"):
        app.start()
    assert Answering.seen == []


def test_who_listens_there_is_told_from_who_does_not(tmp_path, impostor):
    port = impostor.server_port
    assert listens(os.getpid(), port)
    assert listens(os.getpid(), port, "127.0.0.1")
    assert not listens(os.getpid(), port, "::1")  # another may listen there by the same name
    assert not listens(os.getpid(), port, "127.0.0.2")
    assert not listens(os.getppid(), port)
    assert not listens(0, port)
    file = tmp_path / "jpserver-1.json"
    file.touch()
    assert is_running(os.getpid(), file)
    assert not is_running(2**22 + 1, file)
    assert not is_running(os.getpid(), tmp_path / "none")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may change an owner")
def test_a_process_of_another_user_is_not_the_server(tmp_path, other, monkeypatch):
    file = tmp_path / "jpserver-1.json"
    file.touch()
    os.chown(file, 12345, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not is_running(other.pid, file)
