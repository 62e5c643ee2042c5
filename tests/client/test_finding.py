"""Which server and login are taken, and that no token goes astray."""

import json
import os
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from jupyter_zarr_serve.client.address import Address, parsed
from jupyter_zarr_serve.client.finding import logins
from jupyter_zarr_serve.client.login import login_at

OURS, THEIRS, GIVEN = "token-of-the-server", "token-of-the-environment", "token-that-was-given"


@pytest.fixture
def runtime(environment, tmp_path) -> Path:
    environment.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def port():
    """One on which this process listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def note(runtime: Path, port: int, process: int, name: object = None) -> str:
    """A server's runtime file; its base URL."""
    url = f"http://localhost:{port}/"
    told = {"url": url, "token": OURS, "root_dir": str(runtime), "hostname": "localhost", "pid": process}
    (runtime / f"jpserver-{name or process}.json").write_text(json.dumps(told))
    return url


def test_a_running_server_is_found_with_its_token(runtime, port):
    url = note(runtime, port, os.getpid())
    (login,) = logins(Address())
    assert (login.base, login.token) == (url, OURS)
    assert "a running server of yours" in str(login)
    assert OURS not in f"{login} {login!r}"


def test_that_which_started_this_kernel_goes_before_others(runtime, port, environment):
    note(runtime, port, os.getpid(), "another")
    note(runtime, port, os.getpid(), 77)
    assert len(logins(Address())) == 2
    environment.setenv("JPY_PARENT_PID", "77")
    (login,) = logins(Address())
    assert "started this kernel" in login.found


def test_each_source_of_a_login_goes_before_the_next(runtime, port, environment):
    note(runtime, port, os.getpid())
    assert logins(Address())[0].token == OURS
    environment.setenv("JUPYTER_SERVER_URL", "https://example.org/base")
    environment.setenv("JUPYTER_TOKEN", THEIRS)
    (login,) = logins(Address())
    assert (login.base, login.token) == ("https://example.org/base/", THEIRS)
    address = parsed("https://example.org/base/zarr/v3/x?token=own")
    assert logins(address)[0].token == "own"
    assert logins(address, GIVEN)[0].token == GIVEN
    link = logins(parsed("https://example.org/base/zarr/s/LINK/v3"), GIVEN)[0]
    assert (link.token, link.link) == ("", "LINK")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/base/",
        "http://example.org/base/",
        "https://example.org/",
        "http://localhost:1/",
    ],
)
def test_a_token_of_the_environment_goes_to_no_other_server(runtime, environment, url):
    environment.setenv("JUPYTER_SERVER_URL", "https://example.org/base/")
    environment.setenv("JUPYTER_TOKEN", THEIRS)
    assert logins(Address(url))[0].token == ""
    environment.delenv("JUPYTER_SERVER_URL")
    assert logins(Address(url))[0].token == ""


def test_on_a_hub_the_token_goes_to_ones_own_server(runtime, environment):
    own = "https://hub.example.org/user/ann/"
    environment.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    environment.setenv("JUPYTERHUB_SERVICE_URL", "http://0.0.0.0:8123/user/ann/")
    environment.setenv("JUPYTERHUB_API_TOKEN", THEIRS)
    environment.setenv("JUPYTERHUB_PUBLIC_URL", own)
    (login,) = logins(Address())
    assert (login.base, login.token) == ("http://127.0.0.1:8123/user/ann/", THEIRS)
    assert str(login).startswith(own)
    assert login_at(own) == login
    assert login_at("https://hub.example.org/user/bob/").token == ""


def test_without_any_server_it_says_what_to_do(runtime):
    with pytest.raises(ConnectionError, match=r"jupyter lab.*JUPYTER_SERVER_URL"):
        logins(Address())


def test_a_server_that_died_and_left_its_file_is_sent_nothing(runtime):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    heard = []

    class Impostor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(dict(self.headers))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Impostor) as impostor:
        Thread(target=impostor.serve_forever, daemon=True).start()
        url = note(runtime, impostor.server_port, ended.pid)
        with pytest.raises(ConnectionError):
            logins(Address())
        assert login_at(url).token == ""
        impostor.shutdown()
    assert not any("Authorization" in headers for headers in heard)
