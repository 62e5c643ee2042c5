"""Links are made, listed and ended: over HTTP, in a notebook and on the command line."""

import os
import stat
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from jupyter_zarr_serve.commands import (
    ListCommand,
    RevokeCommand,
    RotateCommand,
    ShareCommand,
    SharesCommand,
)
from tests.kernels.jupyter import running_notebook, runtime_of
from tests.server import Server, running_server
from tests.shares.conftest import below, share
from tests.waiting import until

PUBLISH = """
import numpy as np, jupyter_zarr_serve as jz
h = jz.publish(t=np.arange(12.0).reshape(3, 4))
"""
REVOKE = """
import pathlib
from jupyter_zarr_serve.servers.running import server_of
server_of(pathlib.Path({!r})).revoke({!r})
"""


def environment(server: Server) -> dict[str, str]:
    private = server.log.parent
    return {f"JUPYTER_{kind}_DIR": str(private / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}


def command(server: Server, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``jupyter zarr WORDS`` of the server's own user."""
    return subprocess.run(
        [sys.executable, "-m", "jupyter", "zarr", *words], env={**os.environ, **environment(server)},
        cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def run(server: Server, kind: type[SharesCommand], *words: str) -> str:
    """What a command prints, in this process, or why it does not."""
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        for name, value in environment(server).items():
            patch.setenv(name, value)
        app = kind()
        app.initialize(list(words))
        try:
            app.start()
        except SystemExit as error:
            return f"{said.getvalue()}{error}"
    return said.getvalue()


def told_of(server: Server, share_id: str) -> dict[str, Any]:
    told: dict[str, Any] = server.get(f"zarr/api/shares/{share_id}").json()
    return told


def test_a_link_is_told_once_and_no_file_has_it(server: Server, folder):
    told = share(server, "files/lab/open", note="for Ann", expires="12h")
    token = told["link"].split("/")[-2]
    assert told["url"] == f"{server.url}zarr/s/{token}/"
    private = server.log.parent / "DATA" / "jupyter_zarr_serve"
    for file in private.iterdir():
        assert token[12:] not in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    listed = server.get("zarr/api/shares").text
    assert told["id"] in listed
    assert token[12:] not in listed


def test_who_made_it_for_what_and_its_last_use(server: Server, folder):
    told = share(server, "files/lab/open", note="for Ann")
    before = told_of(server, told["id"])
    assert (before["uses"], before["last_used"], before["note"]) == (0, None, "for Ann")
    assert before["maker"]
    for _ in range(3):
        server.nobody(below(told, "v3/zarr.json"))
    after = told_of(server, told["id"])
    assert after["uses"] == 3
    assert after["last_used"] >= after["made"]


@pytest.mark.parametrize(
    ("wish", "word"),
    [({"path": []}, "path"), ({"path": 3}, "path"), ({"path": ["files", ""]}, "path"),
     ({"expires": "soon"}, "'7d'"), ({"expires": "-1d"}, "'7d'"), ({"expires": "31d"}, "30d at most"),
     ({"expires": None}, "without end"), ({"expires": 7}, "texts"), ({"origins": "x"}, "list"),
     ({"origins": ["evil"]}, "origin"), ({"origins": ["https://a.b/c"]}, "origin"),
     ({"note": "x" * 501}, "500")],
)  # fmt: skip
def test_wishes_that_are_not_granted(server: Server, folder, wish, word):
    answer = server.get("zarr/api/shares", "POST", json={"path": "files/lab/open", **wish})
    assert answer.status_code == 400
    assert word in answer.json()["message"]


def test_the_command_line(server: Server, folder):
    made = command(server, "share", "data.npy", "--expires=30m", "--note=Ann", cwd=folder / "open")
    assert made.returncode == 0, made.stderr
    url = made.stdout.strip()
    assert zarr.open_array(url, mode="r")[0] == 1
    share_id = url.split("/")[-2][:12]

    def line_of_link() -> str:
        (line,) = [line for line in run(server, ListCommand).splitlines() if share_id in line]
        return line

    until(lambda: "never used" not in line_of_link(), pause=0.5)  # uses are written every two seconds
    line = line_of_link()
    assert "live" in line
    assert "/files/lab/open/data.npy" in line
    assert url.split("/")[-2] not in line
    assert line.endswith("/files/lab/open/data.npy  Ann"), "who has the token has no name to be told"
    assert run(server, RevokeCommand, share_id) == f"{share_id} is revoked\n"
    assert server.nobody(f"zarr/s/{url.split('/')[-2]}/v3/zarr.json").status_code == 403
    assert "no such link" in run(server, RevokeCommand, share_id)
    assert "jupyter zarr FOLDER" in run(server, ShareCommand, "/etc")


def test_a_variable_of_a_notebook(server: Server, folder, served_dir):
    (served_dir / "a.ipynb").write_text("{}")
    with running_notebook(server, "a.ipynb") as (kernel, _):
        kernel.run(PUBLISH)
        url = kernel.run("link = h.share('1h', note='Ann')\nprint(link.v3)").strip()
        np.testing.assert_array_equal(zarr.open_array(url, mode="r")[...], np.arange(12.0).reshape(3, 4))
        told = told_of(server, url.split("/")[-2][:12])
        assert told["path"] == "notebooks/a.ipynb/t"
        assert server.token not in kernel.run("print(repr(link), link._repr_html_())")
        path = url.partition("/zarr/")[2]
        path = f"zarr/{path}"
        assert server.nobody(f"{path}/c/9/9").status_code == 404
        assert server.nobody(f"{path}/../../../v3/notebooks/a.ipynb/t/zarr.json").status_code in {403, 404}
        kernel.run("h.unpublish()")
        for key, status in (("zarr.json", 503), ("c/0/0", 409), (".zgroup", 503)):  # a chunk was withdrawn
            assert server.nobody(f"{path}/{key}").status_code == status
    gone = server.nobody(f"{path}/zarr.json")
    assert gone.status_code == 503
    assert "kernel" in gone.json()["message"]
    with running_notebook(server, "a.ipynb") as (kernel, _):
        kernel.run(PUBLISH)
        assert server.nobody(f"{path}/zarr.json").status_code == 200
        kernel.run(REVOKE.format(str(runtime_of(server)), told["id"]))
        assert server.nobody(f"{path}/zarr.json").status_code == 403


def test_without_its_server_a_kernel_says_what_to_do(server: Server, served_dir):
    with running_notebook(server, "b.ipynb") as (kernel, _):
        kernel.run(PUBLISH)
        said = kernel.run(
            "import os\nos.environ['JPY_PARENT_PID'] = '1'\ntry: h.share()\nexcept Exception as e: print(e)"
        )
    assert "zarr/shares" in said
    assert "jupyter zarr share" in said


def test_keys_survive_restarts_and_rotation_ends_all(tmp_path):
    np.save(tmp_path / "data.npy", np.ones(3))
    (private := tmp_path / "private").mkdir()
    with running_server(tmp_path, private) as server:
        told = share(server, "files/data.npy")
    with running_server(tmp_path, private) as server:
        assert server.nobody(below(told, "v3/zarr.json")).status_code == 200
        assert "1 links" in run(server, RotateCommand)
        assert server.nobody(below(told, "v3/zarr.json")).status_code == 403
        told = share(server, "files/data.npy")
        assert server.nobody(below(told, "v3/zarr.json")).status_code == 200
