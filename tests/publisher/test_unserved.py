"""What a kernel shows says when nothing serves it, and what is served by the rule of `%load_ext`."""

import html
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jupyter_zarr_serve.core.errors import Unavailable
from jupyter_zarr_serve.publisher import unserved
from jupyter_zarr_serve.publisher.unserved import why_unserved
from jupyter_zarr_serve.servers.running import server_of
from tests.publisher.client import Kernel


class Answering(BaseHTTPRequestHandler):
    """A server that says the same to all, and notes what it was asked with."""

    status = 404
    seen: list[str | None] = []  # noqa: RUF012 (of the class, for tests)

    def do_GET(self) -> None:
        """Say it."""
        self.seen.append(self.headers.get("Authorization"))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"{}")

    do_OPTIONS = do_GET  # noqa: N815 (the name is that of http.server)

    def do_POST(self) -> None:
        """Say it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def environment(tmp_path, monkeypatch) -> Iterator[dict[str, str]]:
    """The environment of a kernel whose server is `Answering`."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(unserved, "_MOMENT", 60.0)
    Answering.seen.clear()
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told = {
            "url": f"http://127.0.0.1:{server.server_port}/base/",
            "token": "secret",
            "pid": os.getpid(),
        }
        told |= {"root_dir": str(tmp_path), "hostname": "127.0.0.1"}
        (tmp_path / f"jpserver-{os.getpid()}.json").write_text(json.dumps(told))
        yield {"JPY_PARENT_PID": str(os.getpid())}
        server.shutdown()


def test_a_server_without_the_extension_is_named_with_the_remedy(environment, monkeypatch):
    monkeypatch.setattr(Answering, "status", 404)
    told = why_unserved(environment)
    assert f"(process {os.getpid()}) does not serve Zarr" in told
    assert "/base/" in told
    assert "restart it" in told
    assert "pip install jupyter_zarr_serve" in told
    assert Answering.seen == [None]  # the token is for servers of Zarr


def test_sharing_there_says_the_same(environment, monkeypatch, tmp_path):
    monkeypatch.setattr(Answering, "status", 404)
    with pytest.raises(Unavailable, match=r"does not serve Zarr.*restart it"):
        server_of(tmp_path, environment).make({"path": ["kernels"]})


def test_a_server_with_it_gets_no_warning(environment, monkeypatch):
    monkeypatch.setattr(Answering, "status", 401)
    assert why_unserved(environment) == ""
    assert why_unserved(environment) == ""
    assert len(Answering.seen) == 1  # and is asked once


def test_a_kernel_without_a_server_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert "cannot find the Jupyter server" in why_unserved({})
    assert why_unserved({"JUPYTERHUB_SERVICE_PREFIX": "/user/ann/"}) == ""


def test_a_card_without_a_server_warns(kernel: Kernel):
    card = html.unescape(kernel.run("print(jz.publish(x=np.ones(3))._repr_html_())"))
    assert "This kernel cannot find the Jupyter server" in card
    assert "This kernel cannot find the Jupyter server" in kernel.run("print(jz.published())")


def test_what_is_served_by_the_rule_is_listed_as_such(kernel: Kernel):
    kernel.run("a, b, text, function = np.ones(2), np.ones(3), 'no array', lambda: 0")
    kernel.run("%load_ext jupyter_zarr_serve")
    kernel.run("jz.publish(named=np.ones(4))")
    told = kernel.run("print(jz.published())")
    by_name, _, by_rule = told.partition("Served by %load_ext jupyter_zarr_serve")
    assert "'named'" in by_name
    assert "'a'" in by_rule
    assert "'b'" in by_rule
    assert "function" not in told
    assert "zarr/v3/kernels/" in kernel.run("print(jz.published()['a'].url())")
    with pytest.raises(RuntimeError, match="unload_ext"):
        kernel.run("jz.unpublish('a')")
    with pytest.raises(RuntimeError, match="unload_ext"):
        kernel.run("jz.published()['a'].unpublish()")
    kernel.run("jz.published().unpublish()")
    assert "'named'" not in kernel.run("print(jz.published())")
    kernel.run("%unload_ext jupyter_zarr_serve")
    assert "nothing is published" in kernel.run("print(jz.published())")
