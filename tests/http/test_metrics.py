"""What the server tells of its own work: Server-Timing with an answer, and Jupyter's page of metrics."""

import re

import numpy as np
import pytest

from tests.server import Server

PREFIX = "jupyter_zarr_serve_"


@pytest.fixture
def chunk(served_dir, request) -> str:
    name = f"{request.node.name}.npy"
    np.save(served_dir / name, np.random.default_rng(0).random(1000))
    return f"zarr/v3/files/{name}/c/0"


def metrics(server: Server) -> dict[str, float]:
    lines = [line for line in server.get("metrics").text.splitlines() if line.startswith(PREFIX)]
    return {
        name.removeprefix(PREFIX): float(value) for name, value in (line.rsplit(" ", 1) for line in lines)
    }


def test_an_answer_tells_how_long_its_phases_took(server: Server, chunk):
    made, remembered = server.get(chunk), server.get(chunk)
    phases = dict(re.findall(r"(\w+);dur=([\d.e+-]+)", made.headers["Server-Timing"]))
    assert set(phases) == {"wait", "read", "encode"}
    assert all(0 <= float(milliseconds) < 60_000 for milliseconds in phases.values())
    assert "Server-Timing" not in remembered.headers
    assert remembered.content == made.content


def test_everything_is_counted(server: Server, chunk):
    server.get(chunk)
    before = metrics(server)
    sent = len(server.get(chunk).content)
    server.get(chunk + "9")
    after = metrics(server)

    def change(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert change('requests_total{place="files",status="200"}') == 1
    assert change('requests_total{place="files",status="404"}') == 1
    assert change('chunks_total{remembered="true"}') == 1
    assert change('sent_bytes_total{place="files"}') > sent
    assert after["in_flight"] == after["outgoing_bytes"] == 0
    assert after['seconds_count{phase="encode"}'] >= 1


def test_names_of_mounts_are_no_labels(server: Server):
    server.get("zarr/v3/anything at all/zarr.json")
    assert not any("anything" in name for name in metrics(server))
