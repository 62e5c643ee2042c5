"""Servers of other configurations, started from the command line as people do."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import requests
import zarr

from tests.server import Server, running_server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    np.save(folder / "a.npy", np.arange(5))
    return folder


def values(server: Server, path: str) -> list[int]:
    result: list[int] = server.open(3, path)[:].tolist()
    return result


def test_a_mounted_file_is_followed_when_it_changes(data, tmp_path):
    mounts = f"--ZarrServeApp.mounts=one={data / 'a.npy'}"
    with running_server(data, tmp_path, mounts, f"--ZarrServeApp.mounts=gone={tmp_path / 'x'}") as server:
        assert sorted(server.open(3).keys()) == ["files", "kernels", "notebooks", "one"]
        assert values(server, "one") == [0, 1, 2, 3, 4]
        np.save(data / "a.npy", np.arange(3) * 7)
        assert values(server, "one") == [0, 7, 14]
        answer = server.get("zarr/v3/gone/zarr.json")
        assert answer.status_code == 503
        assert "mounted" in answer.json()["message"]


def test_a_mount_whose_library_is_missing_hides_nothing(data, tmp_path):
    with running_server(data, tmp_path, "--ZarrServeApp.mounts=far=nothing://x/y") as server:
        assert sorted(server.open(3).keys()) == ["files", "kernels", "notebooks"]
        assert server.get("zarr/v3/far/zarr.json").status_code == 422


def test_a_served_folder_that_is_a_store(tmp_path):
    root = tmp_path / "root"
    zarr.create_array(root, data=np.arange(4), chunks=(2,))
    with running_server(root, tmp_path) as server:
        assert values(server, "files") == [0, 1, 2, 3]


@pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has loaded"
)
def test_its_help_names_commands_as_they_are_typed():
    told = subprocess.run(
        [sys.executable, "-m", "jupyter", "zarr", "-h"], capture_output=True, text=True, check=True
    )
    assert "jupyter zarr COMMAND -h" in told.stdout
    assert "jupyter_zarr_serve cmd" not in told.stdout


@pytest.mark.parametrize(("program", "is_loaded"), [("zarr", True), ("server", False)])
def test_only_our_command_gets_ready_before_it_is_asked(data, tmp_path, program, is_loaded):
    with running_server(data, tmp_path, program=("jupyter", program)) as server:
        maps = Path(f"/proc/{server.process.pid}/maps")
        deadline = time.monotonic() + (20 if is_loaded else 3)
        while "_multiarray_umath" not in maps.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ("_multiarray_umath" in maps.read_text()) == is_loaded
        assert values(server, "files/a.npy") == [0, 1, 2, 3, 4]


def test_below_a_base_url(data, tmp_path):
    with running_server(data, tmp_path, "--ServerApp.base_url=/user/ab/") as server:
        assert server.url.endswith("/user/ab/")
        assert values(server, "files/a.npy") == [0, 1, 2, 3, 4]
        assert "/user/ab/zarr/v3/files/" in server.get("zarr/v3/files/").text


def test_without_authentication(data, tmp_path):
    with running_server(data, tmp_path, "--IdentityProvider.token=") as server:
        assert server.token == ""
        assert values(server, "files/a.npy") == [0, 1, 2, 3, 4]
        foreign = server.get("zarr/v3/files/zarr.json", headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403


def test_hidden_files_on_request(data, tmp_path):
    np.save(data / ".secret.npy", np.arange(2))
    with running_server(data, tmp_path, "--ContentsManager.allow_hidden=True") as server:
        assert values(server, "files/.secret.npy") == [0, 1]


def test_an_allowed_origin(data, tmp_path):
    origin = "https://viewer.example"
    with running_server(data, tmp_path, f"--ServerApp.allow_origin={origin}") as server:
        for token in ("token " + server.token, "token wrong"):
            headers = {"Origin": origin, "Authorization": token}
            answer = server.get("zarr/v3/files/zarr.json", headers=headers)
            assert answer.headers["Access-Control-Allow-Origin"] == origin
        wanted = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        preflight = requests.options(f"{server.url}zarr/v3/files/zarr.json", headers=wanted, timeout=10)
        assert preflight.headers["Access-Control-Allow-Origin"] == origin


def test_compressed_responses_are_whole(data, tmp_path):
    settings = "--ServerApp.tornado_settings={'compress_response': True}"
    np.savez(data / "many.npz", **{f"a{i}": np.arange(2) for i in range(300)})
    with running_server(data, tmp_path, settings) as server:
        answer = server.get("zarr/v3/files/many.npz/zarr.json", headers={"Accept-Encoding": "gzip"})
        assert answer.headers.get("Content-Encoding") == "gzip"
        assert len(answer.json()["consolidated_metadata"]["metadata"]) == 300
        assert values(server, "files/a.npy") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("argument", ["mounts=files=/x", "allow_origins=nonsense"])
def test_a_bad_setting_stops_the_command(data, tmp_path, argument):
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "zarr",
        "--no-browser",
        "--allow-root",
        f"--ZarrServeApp.{argument}",
    ]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        command, cwd=data, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    sentence = done.stderr.rstrip().splitlines()[-1]
    assert sentence.startswith(f"jupyter zarr: c.ZarrServeApp.{argument.partition('=')[0]} cannot be ")
    assert "Traceback" not in done.stderr
    assert "is served" not in done.stdout


def test_a_bad_setting_leaves_another_server_running(data, tmp_path):
    setting = "--ZarrServeApp.allow_origins=nonsense"
    with running_server(data, tmp_path, setting, program=("jupyter", "server")) as server:
        answer = server.get("zarr/v3/zarr.json")
        assert answer.status_code == 422
        assert "c.ZarrServeApp.allow_origins" in answer.json()["message"]
        assert server.nobody("zarr/v3/zarr.json").status_code == 401
        log = server.log.read_text()
    assert log.count("Zarr is not served: c.ZarrServeApp.allow_origins cannot be 'nonsense'") == 1
    assert "Traceback" not in log


def test_a_folder_on_the_command_line(data, tmp_path):
    with running_server(None, tmp_path, "data", cwd=tmp_path) as server:
        assert json.loads(server.get("zarr/v3/files/a.npy/zarr.json").content)["shape"] == [5]
        assert "Zarr is served at" in server.log.read_text()
        assert f"of the folder {data}" in server.log.read_text()
        assert f"{server.url.replace('127.0.0.1', 'localhost')}zarr/" in server.log.read_text()
