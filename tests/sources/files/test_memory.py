"""What a server and its workers take while every chunk of files of all formats is read."""

import sys
from pathlib import Path

import pytest

from tests import every_chunk
from tests.every_chunk import MB
from tests.server import running_server

SETTINGS = {"workers": 2, "cache_bytes": 4 << 20, "worker_cache_bytes": 8 << 20}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most that a process took")
def test_no_process_takes_more_than_the_guide_says(tmp_path: Path):
    data, private = tmp_path / "data", tmp_path / "private"
    private.mkdir()
    every_chunk.write(data, 60)
    limits = {"worker_cache_bytes"}
    options = [
        f"--ZarrServeApp.{'limits=' if name in limits else ''}{name}={value}"
        for name, value in SETTINGS.items()
    ]
    with running_server(data, private, *options) as server:
        taken = every_chunk.read(server, data)
    most = every_chunk.formula("server", start=taken.start, on_their_way=0, **SETTINGS)
    assert most == taken.start + SETTINGS["cache_bytes"] + 60 * MB
    assert taken.server <= most
    for worker in taken.workers:
        assert worker <= every_chunk.formula("worker", largest_chunk=1 << 20, **SETTINGS)
    assert len(taken.workers) == SETTINGS["workers"]
